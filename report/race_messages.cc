// report/race_messages.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Accesses that no lock orders.
#include <fmt/core.h>

#include "report/rule_messages.h"
#include "report/text.h"

namespace lockweave::cli {

namespace {

constexpr std::size_t kLockStep = 2;  // where the lock of the other accesses was taken

std::string variable_words(const MessageInput& input) {
  const MessageStep& step = step_or_blank(input, 0);
  return step.object.empty() ? std::string("a variable") : ticked(step.object);
}

std::string access_words(const MessageStep& step) {
  if (step.action == model::Action::destroys) return "destroys";
  return step.action == model::Action::writes ? "writes" : "reads";
}

Message ordered_by_luck(const MessageInput& input) {
  const MessageStep& step = step_or_blank(input, 0);
  const MessageStep& lock = step_or_blank(input, kLockStep);
  const std::string what = variable_words(input);
  const std::string without =
      lock.object.empty()
          ? "without a lock"
          : fmt::format("without {}, which other accesses hold", ticked(lock.object));
  return {fmt::format("{} {} {} {}; this time a lock happened to order it with {}, which {} it",
                      step.thread, access_words(step), what, without,
                      step_or_blank(input, 1).thread, access_words(step_or_blank(input, 1))),
          lock.object.empty() ? fmt::format("hold one lock at every access of {}", what)
                              : fmt::format("hold {} here too", ticked(lock.object))};
}

}  // namespace

Message data_race(const MessageInput& input) {
  const MessageStep& later = step_or_blank(input, 0);
  const MessageStep& earlier = step_or_blank(input, 1);
  return {fmt::format("{} {} {}, which {} {}, and nothing orders the two", later.thread,
                      access_words(later), variable_words(input), earlier.thread,
                      access_words(earlier)),
          "guard every access with one lock, make it atomic, or hand the value over"};
}

Message write_under_shared_lock(const MessageInput& input) {
  const MessageStep& step = step_or_blank(input, 0);
  const MessageStep& lock = step_or_blank(input, kLockStep);
  return {fmt::format("{} {} {}, which {} {}; both hold {} in shared mode only, which lets both in",
                      step.thread, access_words(step), variable_words(input),
                      step_or_blank(input, 1).thread, access_words(step_or_blank(input, 1)),
                      lock.object.empty() ? "the lock" : ticked(lock.object)),
          "take the lock in exclusive mode to write"};
}

Message inconsistent_locking(const MessageInput& input) {
  if (input.steps.size() >= 2) return ordered_by_luck(input);
  const MessageStep& step = step_or_blank(input, 0);
  return {fmt::format("{} does not hold {} where the program says that it must be held",
                      step.thread, lock_words(input)),
          "take the lock before this point, on every path that leads here"};
}

}  // namespace lockweave::cli
