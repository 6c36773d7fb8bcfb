// report/visible.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/visible.h"

#include <vector>

#include "model/visible.h"

namespace lockweave::cli {
namespace {

void show(std::string& text) { text = visible(text); }
void show(model::Site& site);
void show(model::HeldLock& held);
void show(model::FlowStep& step);
void show(model::Flow& flow);

template <typename Part>
void show_all(std::vector<Part>& parts) {
  for (Part& part : parts) show(part);
}

void show(model::Site& site) {
  show(site.function);
  show(site.file);
  show(site.module);
}
void show(model::HeldLock& held) {
  show(held.lock);
  show_all(held.stack);
}
void show(model::FlowStep& step) {
  show(step.text);
  show(step.object);
  show(step.other);
  show_all(step.stack);
  show_all(step.held);
}
void show(model::Flow& flow) {
  show(flow.thread);
  show(flow.process);
  show_all(flow.created);
  show_all(flow.steps);
}

}  // namespace

std::string visible(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  model::for_each_visible(text.data(), text.size(), [&shown](char c) { shown += c; });
  return shown;
}

model::Finding visible(model::Finding finding) {
  show(finding.rule);
  show(finding.message);
  show(finding.hint);
  show(finding.place);
  show_all(finding.locks);
  show_all(finding.flows);
  show(finding.fingerprint);
  show_all(finding.seen_in);
  return finding;
}

}  // namespace lockweave::cli
