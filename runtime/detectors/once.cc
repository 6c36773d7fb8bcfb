// runtime/detectors/once.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/once.h"

#include <utility>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/events/detector.h"

namespace lockweave::detectors {
namespace {

// The object by its id: its memory may be another's by now.
struct Told {
  Told* next;
  const char* rule;
  const core::InternedStack* place;
  model::Id object;
  std::uint32_t round;        // in which it was told last
  std::uint32_t objects = 0;  // of kAllObjects: how many have been told
};
constexpr std::uint32_t kObjectsMax = 64;
constexpr model::Id kAllObjects = ~model::Id{0};
constexpr std::uint32_t kBuckets = 1 << 12;
constinit core::RawLock lock;
constinit Told* told[kBuckets] = {};

std::uint32_t bucket_of(const core::InternedStack* place, model::Id object) {
  const model::Id place_id = place == nullptr ? 0 : place->id;
  return (object * 2654435769u ^ place_id * 40503u) >> 7 & (kBuckets - 1);
}

// The lock is held, here and below.
Told* find_entry(const char* rule, const core::InternedStack* place, model::Id object) {
  Told* known = told[bucket_of(place, object)];
  while (known != nullptr &&
         (known->rule != rule || known->place != place || known->object != object)) {
    known = known->next;
  }
  return known;
}

// nullptr: there is no memory for it.
Told* add_entry(const char* rule, const core::InternedStack* place, model::Id object) {
  Told*& first = told[bucket_of(place, object)];
  auto* entry = core::arena.make<Told>(first, rule, place, object, core::current_round());
  if (entry == nullptr) {
    core::count_lost(core::Loss::findings);
    return nullptr;
  }
  return first = entry;
}

// Is there room for one more object at the place?
bool count_object(const char* rule, const core::InternedStack* place) {
  Told* all = find_entry(rule, place, kAllObjects);
  if (all == nullptr) all = add_entry(rule, place, kAllObjects);
  if (all == nullptr || all->objects == kObjectsMax) return false;
  ++all->objects;
  return true;
}

}  // namespace

bool first_time(const char* rule, const core::InternedStack* place, const core::Object* object) {
  core::RawGuard guard(lock);
  const model::Id id = object == nullptr ? 0 : object->id;
  if (Told* known = find_entry(rule, place, id)) {
    const std::uint32_t round = core::current_round();
    return std::exchange(known->round, round) != round;
  }
  return (id == 0 || count_object(rule, place)) && add_entry(rule, place, id) != nullptr;
}

void for_each_lock_of_once(core::LockVisitor visit) { visit(lock); }

void forget_told_after_fork() {
  for (Told*& first : told) first = nullptr;
}

}  // namespace lockweave::detectors
