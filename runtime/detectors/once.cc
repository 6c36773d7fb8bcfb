// runtime/detectors/once.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/once.h"

#include <utility>

#include "runtime/core/base/arena.h"
#include "runtime/core/events/detector.h"

namespace lockweave::detectors {
namespace {

// The object by its id: its memory may be another's by now.
struct Told {
  Told* next;
  const char* rule;
  const core::InternedStack* place;
  model::Id object;
  std::uint32_t round;  // in which it was told last
};
constexpr std::uint32_t kBuckets = 1 << 12;
constinit core::RawLock lock;
constinit Told* told[kBuckets] = {};

std::uint32_t bucket_of(const core::InternedStack* place, model::Id object) {
  const model::Id place_id = place == nullptr ? 0 : place->id;
  return (object * 2654435769u ^ place_id * 40503u) >> 7 & (kBuckets - 1);
}

}  // namespace

bool first_time(const char* rule, const core::InternedStack* place, const core::Object* object) {
  core::RawGuard guard(lock);
  const std::uint32_t round = core::current_round();
  const model::Id id = object == nullptr ? 0 : object->id;
  Told*& first = told[bucket_of(place, id)];
  for (Told* known = first; known != nullptr; known = known->next) {
    if (known->rule != rule || known->place != place || known->object != id) continue;
    return std::exchange(known->round, round) != round;
  }
  auto* entry = core::arena.make<Told>(first, rule, place, id, round);
  if (entry == nullptr) return false;
  first = entry;
  return true;
}

void for_each_lock_of_once(core::LockVisitor visit) { visit(lock); }

void forget_told_after_fork() {
  for (Told*& first : told) first = nullptr;
}

}  // namespace lockweave::detectors
