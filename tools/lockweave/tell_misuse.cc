// tools/lockweave/tell_misuse.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Misuse of one object.
#include <fmt/core.h>

#include "tools/lockweave/tellers.h"
#include "tools/lockweave/text.h"

namespace lockweave::cli {

Narration double_lock(const Telling& telling) {
  const ToldStep& step = step_or_blank(telling, 0);
  if (telling.variant == "upgrade") {
    return {fmt::format("{} wants {} exclusively while it holds it shared, and waits for itself",
                        step.thread, lock_words(telling)),
            "give the shared lock back first, or take the lock exclusively from the start"};
  }
  return {fmt::format("{} locks {} again while it holds it already, and waits for itself",
                      step.thread, lock_words(telling)),
          "do not call a function that locks while holding the lock: split it into a part that "
          "locks and a part that expects the lock to be held"};
}

Narration unlock_not_held(const Telling& telling) {
  const ToldStep& step = step_or_blank(telling, 0);
  if (telling.variant.starts_with("waits-")) {
    const bool nobody = telling.variant == "waits-not-locked";
    return {
        fmt::format("{} waits on a condition variable with {}, which {}", step.thread,
                    lock_words(telling),
                    nobody ? "is not locked" : other_thread(telling, "another thread") + " holds"),
        "lock the mutex, test the predicate in a loop, and wait with that mutex"};
  }
  if (telling.variant == "other-thread") {
    return {fmt::format("{} unlocks {}, which {} holds", step.thread, lock_words(telling),
                        other_thread(telling, "another thread")),
            "unlock in the thread that locked; to signal between threads use a semaphore or a "
            "condition variable"};
  }
  return {fmt::format("{} unlocks {}, which is not locked", step.thread, lock_words(telling)),
          "let a guard (`std::lock_guard`, `std::unique_lock`) unlock, once, what it locked"};
}

Narration lock_leak(const Telling& telling) {
  return {fmt::format("{} ends while it still holds {}", step_or_blank(telling, 0).thread,
                      lock_words(telling)),
          "hold locks with a guard, so that every way out unlocks"};
}

Narration destroyed_while_held(const Telling& telling) {
  const ToldStep& step = step_or_blank(telling, 0);
  const bool by_holder = telling.steps.size() > 1 && telling.steps[1].thread == step.thread;
  const std::string who = by_holder ? "it" : other_thread(telling, "a thread");
  const std::string hint = "join or stop the users of a lock before its owner is destroyed";
  if (telling.variant == "freed") {
    return {fmt::format("the memory of {} is given back by {} while {} holds it",
                        lock_words(telling), step.thread, who),
            hint};
  }
  return {fmt::format("{} destroys {} while {} {}", step.thread, lock_words(telling), who,
                      telling.variant == "waited-for" ? "waits for it" : "holds it"),
          hint};
}

Narration semaphore_imbalance(const Telling& telling) {
  if (telling.variant == "over-release") {
    return {fmt::format("semaphore {} is released beyond its bound", lock_words(telling)),
            "release only permits that were acquired"};
  }
  return {fmt::format("{} takes a permit of semaphore {}, ends, and nobody gives it back",
                      step_or_blank(telling, 0).thread, lock_words(telling)),
          "release the permit on every path, best with a guard"};
}

namespace {

std::string who_waits_for(const Telling& telling, const std::string& thread) {
  for (const ToldStep& step : telling.steps) {
    if (step.action == model::Action::joins && step.other == thread) return step.thread;
  }
  return "another thread";
}

Narration never_done(const Telling& telling) {
  const ToldStep& join = step_or_blank(telling, 0);
  const std::string takers = taker_words(telling, join);
  return {
      fmt::format("{} waits until the work of queue {} is done, but {} of it {} not and nobody is "
                  "left to call `task_done`{}",
                  join.thread, lock_words(telling), counted(join.count, "value"),
                  join.count == 1 ? "is" : "are",
                  takers.empty() ? "" : fmt::format("; {} got values without calling it", takers)),
      "call `task_done` once for each value that was got, on every path"};
}

Narration never_closed(const Telling& telling) {
  const ToldStep& get = step_or_blank(telling, 0);
  return {fmt::format("{} waits for the next value of queue {}, which nobody is left to put or to "
                      "close, and {} waits for its end",
                      get.thread, lock_words(telling), who_waits_for(telling, get.thread)),
          "close the queue, or put a value that means the end, before joining its consumer"};
}

Narration not_done(const Telling& telling) {
  const ToldStep& get = step_or_blank(telling, 0);
  return {
      fmt::format("{} gets {} from queue {}, and nobody calls `task_done` for {}", get.thread,
                  counted(get.count, "value"), lock_words(telling), get.count == 1 ? "it" : "them"),
      "call `task_done` once for each value that was got, on every path: a `join` would wait "
      "for ever"};
}

}  // namespace

Narration queue_imbalance(const Telling& telling) {
  if (telling.variant == "never-done") return never_done(telling);
  if (telling.variant == "never-closed") return never_closed(telling);
  if (telling.variant == "not-done") return not_done(telling);
  return {
      fmt::format("items and `task_done` calls of queue {} do not balance", lock_words(telling)),
      "call `task_done` exactly once for each item, and tell consumers when to end"};
}

Narration signal_unsafe_lock(const Telling& telling) {
  return {fmt::format("a signal handler takes {}: if the signal arrives while its thread holds the "
                      "lock, the thread waits for itself",
                      lock_words(telling)),
          "let the handler only set a `volatile sig_atomic_t` or write to a pipe, and do the work "
          "outside of it"};
}

Narration fork_while_locked(const Telling& telling) {
  const ToldStep& step = step_or_blank(telling, 0);
  return {fmt::format("{} forks while {} holds {}: in the child nobody will ever unlock it",
                      step.thread, other_thread(telling, "another thread"), lock_words(telling)),
          "fork before threads are started, call exec at once in the child, or use "
          "`pthread_atfork`"};
}

}  // namespace lockweave::cli
