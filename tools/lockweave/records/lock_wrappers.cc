// tools/lockweave/records/lock_wrappers.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/lock_wrappers.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "model/fingerprint.h"

namespace lockweave::cli {
namespace {

bool same_function(const model::Site& a, const model::Site& b) {
  return !a.function.empty() && a.function == b.function && a.module == b.module;
}

// Functions that are inlined into one frame share its return address: their lines tell them apart.
bool same_place(const model::Site& a, const model::Site& b) {
  if (a.line == 0 || b.line == 0) return a == b;
  return std::tie(a.function, a.module, a.file, a.line, a.column) ==
         std::tie(b.function, b.module, b.file, b.line, b.column);
}

std::vector<std::string> place_key(const model::Site& site) {
  return {site.function,
          site.module,
          site.file,
          std::to_string(site.line),
          std::to_string(site.column),
          std::to_string(site.offset)};
}

}  // namespace

std::size_t returned_frames(std::span<const model::Site> taken,
                            std::span<const model::Site> later) {
  if (taken.empty() || later.empty() || !same_function(taken.back(), later.back())) return 0;
  while (!taken.empty() && !later.empty() && same_place(taken.back(), later.back())) {
    taken = taken.first(taken.size() - 1);
    later = later.first(later.size() - 1);
  }
  const bool went_on =
      !taken.empty() && !later.empty() && same_function(taken.back(), later.back());
  return taken.size() - (went_on ? 1 : 0);
}

FindingStacks::FindingStacks(const RawFinding& raw, SymbolizedRecords& symbolized)
    : symbolized_(symbolized) {
  std::vector<Taken> all;
  std::vector<std::pair<Taken, const std::vector<model::Site>*>> pairs;
  for (const RawStep& at : raw.steps) {
    const model::Record& record = symbolized.record(at.record);
    const std::vector<model::Site>* later = &symbolized.stack({at.record, at.step.stack});
    all.push_back({{at.record, at.step.object}, later});
    for (Id held = at.step.held; held != 0; held = record.acquisition(held).outer) {
      const model::Acquisition& taken = record.acquisition(held);
      all.push_back({{at.record, taken.object}, &symbolized.stack({at.record, taken.stack})});
      pairs.push_back({all.back(), later});
      later = all.back().stack;
    }
  }
  for (const auto& [taken, later] : pairs) note_wrappers(taken, *later, all);
}

// Is it at its one place in the stacks of two locks, and at no other?
bool FindingStacks::serves_several(const model::Site& function, const std::vector<Taken>& all) {
  const auto [known, is_new] = serves_several_.emplace(place_key(function), false);
  if (!is_new) return known->second;
  std::set<ObjectRef> locks;
  for (const Taken& taken : all) {
    for (const model::Site& site : *taken.stack) {
      if (!same_function(site, function)) continue;
      if (!same_place(site, function)) return false;
      locks.insert(taken.lock);
    }
  }
  return known->second = locks.size() > 1;
}

void FindingStacks::note_wrappers(const Taken& taken, const std::vector<model::Site>& later,
                                  const std::vector<Taken>& all) {
  const std::size_t returned = returned_frames(*taken.stack, later);
  for (std::size_t i = 0; i < returned; ++i) {
    const model::Site& function = (*taken.stack)[i];
    if (!serves_several(function, all)) break;  // nor is what it was called by
    wrappers_.insert(model::plain_function_name(function.function));
  }
}

const std::vector<model::Site>& FindingStacks::stack(StackRef stack) {
  const auto known = stacks_.find(stack);
  if (known != stacks_.end()) return known->second;
  std::vector<model::Site> sites = symbolized_.stack(stack);
  const auto users = std::find_if(sites.begin(), sites.end(), [&](const model::Site& site) {
    return !wrappers_.contains(model::plain_function_name(site.function));
  });
  if (users != sites.end()) sites.erase(sites.begin(), users);
  return stacks_.emplace(stack, std::move(sites)).first->second;
}

model::Site FindingStacks::place(StackRef at) {
  const std::vector<model::Site>& sites = stack(at);
  return sites.empty() ? model::Site() : sites.front();
}

}  // namespace lockweave::cli
