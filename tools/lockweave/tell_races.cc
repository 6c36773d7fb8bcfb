// tools/lockweave/tell_races.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Accesses that no lock orders.
#include <fmt/core.h>

#include "tools/lockweave/tellers.h"
#include "tools/lockweave/text.h"

namespace lockweave::cli {

namespace {

constexpr std::size_t kLockStep = 2;  // where the lock of the other accesses was taken

std::string variable_words(const Telling& telling) {
  const ToldStep& step = step_or_blank(telling, 0);
  return step.object.empty() ? std::string("a variable") : ticked(step.object);
}

std::string access_words(const ToldStep& step) {
  if (step.action == model::Action::destroys) return "destroys";
  return step.action == model::Action::writes ? "writes" : "reads";
}

Narration ordered_by_luck(const Telling& telling) {
  const ToldStep& step = step_or_blank(telling, 0);
  const ToldStep& lock = step_or_blank(telling, kLockStep);
  const std::string what = variable_words(telling);
  const std::string without =
      lock.object.empty()
          ? "without a lock"
          : fmt::format("without {}, which other accesses hold", ticked(lock.object));
  return {fmt::format("{} {} {} {}; this time a lock happened to order it with {}, which {} it",
                      step.thread, access_words(step), what, without,
                      step_or_blank(telling, 1).thread, access_words(step_or_blank(telling, 1))),
          lock.object.empty() ? fmt::format("hold one lock at every access of {}", what)
                              : fmt::format("hold {} here too", ticked(lock.object))};
}

}  // namespace

Narration data_race(const Telling& telling) {
  const ToldStep& later = step_or_blank(telling, 0);
  const ToldStep& earlier = step_or_blank(telling, 1);
  return {fmt::format("{} {} {}, which {} {}, and nothing orders the two", later.thread,
                      access_words(later), variable_words(telling), earlier.thread,
                      access_words(earlier)),
          "guard every access with one lock, make it atomic, or hand the value over"};
}

Narration write_under_shared_lock(const Telling& telling) {
  const ToldStep& step = step_or_blank(telling, 0);
  const ToldStep& lock = step_or_blank(telling, kLockStep);
  return {fmt::format("{} {} {}, which {} {}; both hold {} in shared mode only, which lets both in",
                      step.thread, access_words(step), variable_words(telling),
                      step_or_blank(telling, 1).thread, access_words(step_or_blank(telling, 1)),
                      lock.object.empty() ? "the lock" : ticked(lock.object)),
          "take the lock in exclusive mode to write"};
}

Narration inconsistent_locking(const Telling& telling) {
  if (telling.steps.size() >= 2) return ordered_by_luck(telling);
  const ToldStep& step = step_or_blank(telling, 0);
  return {fmt::format("{} does not hold {} where the program says that it must be held",
                      step.thread, lock_words(telling)),
          "take the lock before this point, on every path that leads here"};
}

}  // namespace lockweave::cli
