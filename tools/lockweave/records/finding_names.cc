// tools/lockweave/records/finding_names.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/finding_names.h"

#include <fmt/core.h>

namespace lockweave::cli {

FindingNames::FindingNames(const RawFinding& raw, SymbolizedRecords& symbolized)
    : raw_(raw), symbolized_(symbolized) {
  for (const ObjectRef& lock : raw.locks) add(lock);
  for (const RawStep& at : raw.steps) {
    add({at.record, at.step.object});
    const model::Record& record = symbolized.record(at.record);
    for (Id held = at.step.held; held != 0; held = record.acquisition(held).outer) {
      add({at.record, record.acquisition(held).object});
    }
  }
  if (raw.gate.id != 0) add(raw.gate);
}

std::string FindingNames::of(ObjectRef object) {
  if (object.id == 0) return {};
  const ObjectRef named = canonical(object);
  const std::string& name = symbolized_.name(named);
  const auto& bearers = bearers_[name];
  if (bearers.size() < 2) return name;
  const auto at = bearers.find(named);
  return fmt::format("{}#{}", name, at == bearers.end() ? bearers.size() + 1 : at->second);
}

ObjectRef FindingNames::canonical(ObjectRef object) const {
  const auto same = raw_.same.find(object);
  return same == raw_.same.end() ? object : same->second;
}

void FindingNames::add(ObjectRef object) {
  if (object.id == 0) return;
  object = canonical(object);
  auto& bearers = bearers_[symbolized_.name(object)];
  bearers.emplace(object, bearers.size() + 1);
}

}  // namespace lockweave::cli
