// tools/lockweave/finding_key.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/finding_key.h"

#include <algorithm>
#include <tuple>

#include "model/fingerprint.h"

namespace lockweave::cli {
namespace {

using model::Action;

struct OwnedKey {
  model::Site site;
  model::Mode mode = model::Mode::exclusive;
};

std::vector<model::KeySite> key_views(const std::vector<OwnedKey>& keys) {
  std::vector<model::KeySite> views;
  for (const OwnedKey& key : keys) {
    views.push_back({key.site.function, key.site.module, key.site.offset, key.site.line,
                     key.site.column, key.mode});
  }
  return views;
}

OwnedKey key_of(Scene& scene, std::size_t record, Id stack, model::Mode mode) {
  return {scene.place({record, stack}), mode};
}

bool is_destructor(const model::Site& site) {
  const std::string name = model::plain_function_name(site.function);
  const std::size_t last = name.rfind("::");
  return name.starts_with('~') || (last != std::string::npos && name[last + 2] == '~');
}

// Of a deadlock of locks: (held, wanted) per thread, in the order of the ring. Empty if it is not
// one: some thread holds nothing that another one of them wants.
std::vector<OwnedKey> ring_of_waits(const Story& story, Scene& scene) {
  std::vector<OwnedKey> ring;
  std::vector<bool> used(story.steps.size(), false);
  std::size_t at = 0;
  for (std::size_t n = 0; n < story.steps.size(); ++n) {
    if (used[at]) return {};
    used[at] = true;
    const StoryStep& mine = story.steps[at];
    if (mine.step.action != Action::wants) return {};
    const model::Record& record = scene.record(mine.record);
    bool linked = false;
    for (std::size_t other = 0; other < story.steps.size() && !linked; ++other) {
      for (Id held = mine.step.held; held != 0 && !linked; held = record.acquisition(held).outer) {
        const model::Acquisition& taken = record.acquisition(held);
        if (other == at || taken.object != story.steps[other].step.object) continue;
        ring.insert(ring.begin(), key_of(scene, mine.record, mine.step.stack, mine.step.mode));
        ring.insert(ring.begin(), key_of(scene, mine.record, taken.stack, taken.mode));
        at = other;
        linked = true;
      }
    }
    if (!linked) return {};
  }
  return ring;
}

bool order_is_chance(std::string_view rule) {
  return rule == "deadlock" || rule == "condvar-two-mutexes" || rule == "lost-wakeup" ||
         rule == "data-race" || rule == "write-under-shared-lock";
}

// Which other thread is named is chance: which notifier took the lock that is kept, which access
// keeps to the pattern.
bool names_only_the_first(std::string_view rule) {
  return rule == "wait-while-holding" || rule == "inconsistent-locking";
}

bool is_access(const StoryStep& at) {
  return at.step.action == Action::reads || at.step.action == Action::writes;
}

}  // namespace

model::Site site_of(const StoryStep& at, Scene& scene) {
  const StackRef stack{at.record, at.step.stack};
  if (at.step.action == Action::destroys) {
    for (const model::Site& site : scene.stack(stack)) {
      if (!is_destructor(site)) return site;
    }
  }
  return scene.place(stack);
}

std::string fingerprint_of(const Story& story, Scene& scene) {
  std::vector<OwnedKey> keys;
  if (story.rule == "deadlock") {
    keys = ring_of_waits(story, scene);
    if (!keys.empty()) return model::fingerprint_of_ring(story.rule, key_views(keys));
  }
  for (const StoryStep& at : story.steps) {
    if (at.step.stack == 0) continue;
    if (names_only_the_first(story.rule) && at.step.thread != story.steps[0].step.thread) continue;
    if (is_access(story.steps[0]) && !is_access(at)) continue;  // where a usual lock was taken
    keys.push_back({site_of(at, scene), at.step.mode});
  }
  if (story.rule == "lock-order-cycle" && !story.declared) {
    return model::fingerprint_of_ring(story.rule, key_views(keys));
  }
  if (order_is_chance(story.rule)) {
    std::sort(keys.begin(), keys.end(), [](const OwnedKey& a, const OwnedKey& b) {
      return std::tie(a.site.function, a.site.line, a.site.offset) <
             std::tie(b.site.function, b.site.line, b.site.offset);
    });
  }
  return model::fingerprint_of_sequence(story.rule, key_views(keys));
}

}  // namespace lockweave::cli
