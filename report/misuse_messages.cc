// report/misuse_messages.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Misuse of one object.
#include <fmt/core.h>

#include "report/rule_messages.h"
#include "report/text.h"

namespace lockweave::cli {

Message double_lock(const MessageInput& input) {
  const MessageStep& step = step_or_blank(input, 0);
  if (input.variant == "upgrade") {
    return {fmt::format("{} wants {} exclusively while it holds it shared, and waits for itself",
                        step.thread, lock_words(input)),
            "give the shared lock back first, or take the lock exclusively from the start"};
  }
  if (input.variant == "reads-again") {
    return {
        fmt::format("{} reads {} again while it holds it shared already; a writer that comes in "
                    "between makes it wait for itself",
                    step.thread, lock_words(input)),
        "take the shared lock once, or let the lock prefer readers"};
  }
  return {fmt::format("{} locks {} again while it holds it already, and waits for itself",
                      step.thread, lock_words(input)),
          "do not call a function that locks while holding the lock: split it into a part that "
          "locks and a part that expects the lock to be held"};
}

Message unlock_not_held(const MessageInput& input) {
  const MessageStep& step = step_or_blank(input, 0);
  if (input.variant.starts_with("waits-")) {
    const bool nobody = input.variant == "waits-not-locked";
    return {
        fmt::format("{} waits on a condition variable with {}, which {}", step.thread,
                    lock_words(input),
                    nobody ? "is not locked" : other_thread(input, "another thread") + " holds"),
        "lock the mutex, test the predicate in a loop, and wait with that mutex"};
  }
  if (input.variant == "other-thread") {
    return {fmt::format("{} unlocks {}, which {} holds", step.thread, lock_words(input),
                        other_thread(input, "another thread")),
            "unlock in the thread that locked; to signal between threads use a semaphore or a "
            "condition variable"};
  }
  return {fmt::format("{} unlocks {}, which is not locked", step.thread, lock_words(input)),
          "let a guard (`std::lock_guard`, `std::unique_lock`) unlock, once, what it locked"};
}

Message lock_leak(const MessageInput& input) {
  return {fmt::format("{} ends while it still holds {}", step_or_blank(input, 0).thread,
                      lock_words(input)),
          "hold locks with a guard, so that every way out unlocks"};
}

namespace {

Message used_after_destroy(const MessageInput& input) {
  const MessageStep& destroys = step_or_blank(input, 0);
  const bool known = input.steps.size() > 1;
  const MessageStep& uses = known ? input.steps[1] : destroys;
  const std::string destroyer = uses.thread == destroys.thread ? "it" : destroys.thread;
  return {known
              ? fmt::format("{} uses {} after {} destroyed it", uses.thread, lock_words(input),
                            destroyer)
              : fmt::format("{} uses {}, which has been destroyed", uses.thread, lock_words(input)),
          "join or stop the users of a lock before it is destroyed; the refused call returns "
          "EINVAL and "
          "protects nothing"};
}

}  // namespace

Message destroyed_while_held(const MessageInput& input) {
  const MessageStep& step = step_or_blank(input, 0);
  if (input.variant == "used-after-destroy") return used_after_destroy(input);
  if (input.variant == "left-held" || input.variant == "left-waited-for") {
    return {fmt::format("{} {} {}, which lies on the stack of {}, and that one ends", step.thread,
                        input.variant == "left-held" ? "holds" : "waits for", lock_words(input, 0),
                        other_thread(input, "a thread")),
            "give the lock a place that outlives its users, or join them first"};
  }
  const bool by_holder = input.steps.size() > 1 && input.steps[1].thread == step.thread;
  const std::string who = by_holder ? "it" : other_thread(input, "a thread");
  const std::string hint = "join or stop the users of a lock before its owner is destroyed";
  if (input.variant == "freed") {
    return {fmt::format("the memory of {} is given back by {} while {} holds it", lock_words(input),
                        step.thread, who),
            hint};
  }
  return {fmt::format("{} destroys {} while {} {}", step.thread, lock_words(input), who,
                      input.variant == "waited-for" ? "waits for it" : "holds it"),
          hint};
}

Message semaphore_imbalance(const MessageInput& input) {
  if (input.variant == "over-release") {
    return {fmt::format("semaphore {} is released beyond its bound", lock_words(input)),
            "release only permits that were acquired"};
  }
  return {fmt::format("{} takes a permit of semaphore {}, ends, and nobody gives it back",
                      step_or_blank(input, 0).thread, lock_words(input)),
          "release the permit on every path, best with a guard"};
}

namespace {

std::string who_waits_for(const MessageInput& input, const std::string& thread) {
  for (const MessageStep& step : input.steps) {
    if (step.action == model::Action::joins && step.other == thread) return step.thread;
  }
  return "another thread";
}

Message never_done(const MessageInput& input) {
  const MessageStep& join = step_or_blank(input, 0);
  const std::string takers = taker_words(input, join);
  return {
      fmt::format("{} waits until the work of queue {} is done, but {} of it {} not and nobody is "
                  "left to call `task_done`{}",
                  join.thread, lock_words(input), counted(join.count, "value"),
                  join.count == 1 ? "is" : "are",
                  takers.empty() ? "" : fmt::format("; {} got values without calling it", takers)),
      "call `task_done` once for each value that was got, on every path"};
}

Message never_closed(const MessageInput& input) {
  const MessageStep& get = step_or_blank(input, 0);
  return {fmt::format("{} waits for the next value of queue {}, which nobody is left to put or to "
                      "close, and {} waits for its end",
                      get.thread, lock_words(input), who_waits_for(input, get.thread)),
          "close the queue, or put a value that means the end, before joining its consumer"};
}

Message not_done(const MessageInput& input) {
  const MessageStep& get = step_or_blank(input, 0);
  return {
      fmt::format("{} gets {} from queue {}, and nobody calls `task_done` for {}", get.thread,
                  counted(get.count, "value"), lock_words(input), get.count == 1 ? "it" : "them"),
      "call `task_done` once for each value that was got, on every path: a `join` would wait "
      "for ever"};
}

}  // namespace

Message queue_imbalance(const MessageInput& input) {
  if (input.variant == "never-done") return never_done(input);
  if (input.variant == "never-closed") return never_closed(input);
  if (input.variant == "not-done") return not_done(input);
  return {fmt::format("items and `task_done` calls of queue {} do not balance", lock_words(input)),
          "call `task_done` exactly once for each item, and tell consumers when to end"};
}

Message signal_unsafe_lock(const MessageInput& input) {
  return {fmt::format("a signal handler takes {}: if the signal arrives while its thread holds the "
                      "lock, the thread waits for itself",
                      lock_words(input)),
          "let the handler only set a `volatile sig_atomic_t` or write to a pipe, and do the work "
          "outside of it"};
}

Message fork_while_locked(const MessageInput& input) {
  const MessageStep& step = step_or_blank(input, 0);
  return {fmt::format("{} forks while {} holds {}: in the child nobody will ever unlock it",
                      step.thread, other_thread(input, "another thread"), lock_words(input)),
          "fork before threads are started, call exec at once in the child, or use "
          "`pthread_atfork`"};
}

}  // namespace lockweave::cli
