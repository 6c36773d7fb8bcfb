// tools/lockweave/finding_names.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/finding_names.h"

#include <fmt/core.h>

#include <algorithm>

namespace lockweave::cli {

FindingNames::FindingNames(const Story& story, Scene& scene) : story_(story), scene_(scene) {
  for (const ObjectRef& lock : story.locks) add(lock);
  for (const StoryStep& at : story.steps) {
    add({at.record, at.step.object});
    const model::Record& record = scene.record(at.record);
    for (Id held = at.step.held; held != 0; held = record.acquisition(held).outer) {
      add({at.record, record.acquisition(held).object});
    }
  }
  if (story.gate.id != 0) add(story.gate);
}

std::string FindingNames::of(ObjectRef object) {
  if (object.id == 0) return {};
  const ObjectRef named = canonical(object);
  const std::string& name = scene_.name(named);
  const auto& bearers = bearers_[name];
  if (bearers.size() < 2) return name;
  const auto at = std::find(bearers.begin(), bearers.end(), named);
  return fmt::format("{}#{}", name, at - bearers.begin() + 1);
}

ObjectRef FindingNames::canonical(ObjectRef object) const {
  const auto same = story_.same.find(object);
  return same == story_.same.end() ? object : same->second;
}

void FindingNames::add(ObjectRef object) {
  if (object.id == 0) return;
  object = canonical(object);
  auto& bearers = bearers_[scene_.name(object)];
  if (std::find(bearers.begin(), bearers.end(), object) == bearers.end()) {
    bearers.push_back(object);
  }
}

}  // namespace lockweave::cli
