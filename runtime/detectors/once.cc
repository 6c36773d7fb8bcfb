// runtime/detectors/once.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/once.h"

#include <utility>

#include "runtime/core/base/arena.h"
#include "runtime/core/events/detector.h"

namespace lockweave::detectors {
namespace {

struct Told {
  Told* next;
  const char* rule;
  const core::InternedStack* place;
  const core::Object* object;
  std::uint32_t round;  // in which it was told last
};
constinit core::RawLock lock;
constinit Told* told = nullptr;

}  // namespace

bool first_time(const char* rule, const core::InternedStack* place, const core::Object* object) {
  core::RawGuard guard(lock);
  const std::uint32_t round = core::current_round();
  for (Told* known = told; known != nullptr; known = known->next) {
    if (known->rule != rule || known->place != place || known->object != object) continue;
    return std::exchange(known->round, round) != round;
  }
  auto* entry = core::arena.make<Told>(told, rule, place, object, round);
  if (entry == nullptr) return false;
  told = entry;
  return true;
}

void forget_told_after_fork() {
  lock.reset_after_fork();
  // lockweave: ignore(inconsistent-locking) the only thread of a forked child
  told = nullptr;
}

}  // namespace lockweave::detectors
