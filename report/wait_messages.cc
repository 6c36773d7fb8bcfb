// report/wait_messages.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks in a ring, and threads that wait.
#include <fmt/core.h>

#include <algorithm>

#include "report/rule_messages.h"
#include "report/text.h"

namespace lockweave::cli {

using model::Action;

namespace {

std::string order_clauses(const MessageInput& input) {
  std::vector<std::string> clauses;
  for (std::size_t i = 0; i + 1 < input.steps.size(); i += 2) {
    const MessageStep& held = input.steps[i];
    const MessageStep& wanted = input.steps[i + 1];
    clauses.push_back(fmt::format("{} takes {} while it holds {}", wanted.thread,
                                  ticked(wanted.object), ticked(held.object)));
  }
  return joined(clauses, "; ");
}

}  // namespace

Message lock_order_cycle(const MessageInput& input) {
  Message told;
  const std::string clauses = order_clauses(input);
  if (input.declared) {
    told.message = fmt::format("{} taken against the declared order: {}",
                               input.locks.size() == 1 ? "a lock is" : "locks are", clauses);
    told.hint = "take the locks in the declared order, or correct the declaration";
    return told;
  }
  if (input.locks.size() == 2) {
    told.message = fmt::format("{} and {} are taken in opposite orders: {}", lock_words(input, 0),
                               lock_words(input, 1), clauses);
    told.hint =
        fmt::format("take both at once with `std::scoped_lock`, or take {} before {} everywhere",
                    lock_words(input, 0), lock_words(input, 1));
  } else {
    told.message = fmt::format("{} locks are taken in orders that close a ring: {}",
                               input.locks.size(), clauses);
    told.hint = "agree on one order for these locks and keep to it everywhere";
  }
  if (input.several_processes) {
    told.message += " (put together from several processes)";
    told.hint += "; no single process has shown the whole ring";
  }
  return told;
}

namespace {

bool is_wanted(const MessageInput& input, const std::string& name) {
  return std::any_of(input.steps.begin(), input.steps.end(),
                     [&name](const MessageStep& step) { return step.object == name; });
}

bool has_ended(const MessageInput& input, const MessageStep& taker) {
  return std::any_of(input.steps.begin(), input.steps.end(), [&taker](const MessageStep& step) {
    return step.action == Action::ends && step.thread == taker.thread &&
           step.object == taker.object;
  });
}

}  // namespace

std::string taker_words(const MessageInput& input, const MessageStep& wait) {
  std::vector<std::string> takers;
  for (const MessageStep& step : input.steps) {
    if (step.action != Action::acquires || step.object != wait.object) continue;
    const std::string taker = step.thread + (has_ended(input, step) ? " (ended)" : "");
    if (std::find(takers.begin(), takers.end(), taker) == takers.end()) takers.push_back(taker);
  }
  return listed(takers);
}

namespace {

std::string takers_clause(const MessageInput& input, const MessageStep& wait) {
  const std::string takers = taker_words(input, wait);
  return takers.empty() ? takers : fmt::format(", whose permits {} took", takers);
}

std::string waiting_clause(const MessageInput& input, const MessageStep& step) {
  std::string clause = step.thread;
  std::vector<std::string> held;
  for (const std::string& name : step.held) {
    if (is_wanted(input, name)) held.push_back(ticked(name));
  }
  if (!held.empty()) clause += fmt::format(" holds {} and", listed(held));
  if (step.action == Action::joins) {
    return clause + fmt::format(" waits for the end of {}",
                                step.other.empty() ? "another thread" : step.other);
  }
  if (step.action == Action::wants) return clause + " waits for " + object_words(step);
  if (step.action == Action::destroys) {
    return clause +
           fmt::format(" destroys {} and waits until its waiters have left", object_words(step));
  }
  return clause + " waits on " + object_words(step) + takers_clause(input, step);
}

Message held_by_ended(const MessageInput& input) {
  const MessageStep& wait = step_or_blank(input, 0);
  const std::string holder = wait.other.empty() ? std::string("a thread") : wait.other;
  return {fmt::format("{} waits for ever for {}, which {} still held when it ended", wait.thread,
                      lock_words(input), holder),
          "hold locks with a guard, so that every way out unlocks; a thread that may be cancelled "
          "needs "
          "a clean-up handler that unlocks"};
}

// Does the one it waits for hold nothing yet, but wait for the same?
bool is_ahead_of(const MessageInput& input, const MessageStep& wait) {
  return std::any_of(input.steps.begin(), input.steps.end(), [&wait](const MessageStep& step) {
    return step.thread == wait.other && step.thread != wait.thread &&
           step.action == Action::wants && step.object == wait.object &&
           std::find(step.held.begin(), step.held.end(), step.object) == step.held.end();
  });
}

std::string standing_clause(const MessageInput& input, const MessageStep& step) {
  if (step.action == Action::acquires)
    return fmt::format("{} holds {}", step.thread, object_words(step));
  std::string clause = waiting_clause(input, step);
  if (step.action == Action::wants && !step.other.empty()) {
    clause += is_ahead_of(input, step) ? fmt::format(", behind {}, which waits for it", step.other)
                                       : fmt::format(", which {} holds", step.other);
  }
  return clause;
}

std::string how_they_stand(const MessageInput& input) {
  std::vector<std::string> clauses;
  for (const MessageStep& step : input.steps) clauses.push_back(standing_clause(input, step));
  return joined(clauses, "; ");
}

Message long_wait(const MessageInput& input) {
  const auto waits = std::find_if(input.steps.begin(), input.steps.end(), [](const auto& step) {
    return step.action == Action::wants && step.count > 1;
  });
  const std::uint64_t seconds = waits == input.steps.end() ? 1 : waits->count;
  return {fmt::format("a thread has waited {} for a lock: {}", counted(seconds, "second"),
                      how_they_stand(input)),
          "nothing proves that it will never end; look at what the holder is doing"};
}

// "at-SIGTERM": when the signal came.
Message at_signal(const MessageInput& input) {
  return {fmt::format("{} arrived while threads wait: {}", input.variant.substr(3),
                      how_they_stand(input)),
          ""};
}

bool is_wait(const MessageStep& step) {
  return step.action == Action::wants || step.action == Action::waits ||
         step.action == Action::joins || step.action == Action::destroys;
}

}  // namespace

Message deadlock(const MessageInput& input) {
  if (input.variant == "holder-ended") return held_by_ended(input);
  if (input.variant == "long-wait") return long_wait(input);
  if (input.variant.starts_with("at-SIG")) return at_signal(input);
  std::vector<std::string> clauses;
  for (const MessageStep& step : input.steps) {
    if (is_wait(step)) clauses.push_back(waiting_clause(input, step));
  }
  Message told;
  if (input.variant == "all-blocked") {
    told.message = "every thread waits and none is left to wake another: " + joined(clauses, "; ");
    told.hint =
        "make sure that whoever must notify, post or finish can do so before it waits itself";
    return told;
  }
  if (input.variant == "stall") {
    told.message = "a wait lasts longer than the hang timeout: " + joined(clauses, "; ");
    told.hint = "nothing proves that it will never end; look at what the holder is doing";
    return told;
  }
  told.message = "threads wait for each other for ever: " + joined(clauses, "; ");
  const bool locks_only =
      std::all_of(input.steps.begin(), input.steps.end(),
                  [](const MessageStep& step) { return step.action == Action::wants; });
  told.hint = locks_only ? "take these locks in one order everywhere, or all at once with "
                           "`std::scoped_lock`"
                         : "release the lock before waiting for a thread that needs it";
  return told;
}

Message blocking_under_lock(const MessageInput& input) {
  const MessageStep& step = step_or_blank(input, 0);
  const std::string held =
      step.held.empty() ? std::string("a lock") : listed(all_ticked(step.held));
  return {fmt::format("{} {} while it holds {}, which the other side takes as well", step.thread,
                      step_text(step), held),
          "release the lock before the blocking call"};
}

Message wait_while_holding(const MessageInput& input) {
  const MessageStep& step = step_or_blank(input, 0);
  const std::string held =
      step.held.empty() ? std::string("another lock") : listed(all_ticked(step.held));
  const std::string taker = input.steps.size() > 2
                                ? fmt::format(", and {}, which notifies it, takes {}",
                                              input.steps[2].thread, ticked(input.steps[2].object))
                                : "";
  return {fmt::format("{} {} while it still holds {}{}", step.thread, step_text(step), held, taker),
          "a wait gives back only its own mutex: release the other locks before waiting"};
}

Message lost_wakeup(const MessageInput& input) {
  const MessageStep& step = step_or_blank(input, 0);
  return {fmt::format("{} {} for a notification that came before it began to wait", step.thread,
                      step_text(step)),
          "keep the condition in a variable guarded by the mutex, set it under the mutex before "
          "notifying, and wait with a predicate"};
}

Message wait_without_predicate(const MessageInput& input) {
  const MessageStep& step = step_or_blank(input, 0);
  return {fmt::format("{} {} in no loop that tests a condition", step.thread, step_text(step)),
          "wait with a predicate, `cv.wait(lock, [&]{ return ready; })`: wake-ups can be spurious "
          "or come too early"};
}

Message condvar_two_mutexes(const MessageInput& input) {
  return {fmt::format("waiters of condition variable {} use different mutexes at the same time",
                      lock_words(input)),
          "use one mutex with one condition variable"};
}

}  // namespace lockweave::cli
