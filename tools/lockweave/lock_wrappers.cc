// tools/lockweave/lock_wrappers.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/lock_wrappers.h"

#include <algorithm>
#include <tuple>

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

StoryStacks::StoryStacks(const Story& story, Scene& scene) : scene_(scene) {
  for (const StoryStep& at : story.steps) {
    const model::Record& record = scene.record(at.record);
    Id later = at.step.stack;
    for (Id held = at.step.held; held != 0; held = record.acquisition(held).outer) {
      const Id taken = record.acquisition(held).stack;
      note_wrappers(scene.stack({at.record, taken}), scene.stack({at.record, later}));
      later = taken;
    }
  }
}

void StoryStacks::note_wrappers(const std::vector<model::Site>& taken,
                                const std::vector<model::Site>& later) {
  const std::size_t returned = returned_frames(taken, later);
  for (std::size_t i = 0; i < returned; ++i) {
    wrappers_.insert(model::plain_function_name(taken[i].function));
  }
}

const std::vector<model::Site>& StoryStacks::stack(StackRef stack) {
  const auto known = stacks_.find(stack);
  if (known != stacks_.end()) return known->second;
  std::vector<model::Site> sites = scene_.stack(stack);
  const auto users = std::find_if(sites.begin(), sites.end(), [&](const model::Site& site) {
    return !wrappers_.contains(model::plain_function_name(site.function));
  });
  if (users != sites.end()) sites.erase(sites.begin(), users);
  return stacks_.emplace(stack, std::move(sites)).first->second;
}

model::Site StoryStacks::place(StackRef at) {
  const std::vector<model::Site>& sites = stack(at);
  return sites.empty() ? model::Site() : sites.front();
}

}  // namespace lockweave::cli
