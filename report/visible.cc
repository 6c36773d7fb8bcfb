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

std::string visible_json(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = model::utf8_length(text.data() + i, text.size() - i);
    const std::uint32_t code = length == 0 ? 0 : model::code_point(text.data() + i, length);
    if (code >= 0x7F && code <= 0xFFFF && model::acts_on_a_terminal(code)) {
      shown += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) shown += kDigits[code >> shift & 15];
    } else {
      shown += text.substr(i, length == 0 ? 1 : length);
    }
    i += length == 0 ? 1 : length;
  }
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
