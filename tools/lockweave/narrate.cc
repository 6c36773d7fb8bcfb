// tools/lockweave/narrate.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/narrate.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "model/rule_catalog.h"
#include "tools/lockweave/text.h"

namespace lockweave::cli {
namespace {

using model::Action;
using model::ObjectKind;

std::string kind_words(ObjectKind kind) {
  std::string words(model::to_string(kind));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

bool is_plain_lock(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::mutex:
    case ObjectKind::recursive_mutex:
    case ObjectKind::errorcheck_mutex:
    case ObjectKind::rwlock:
    case ObjectKind::spinlock:
    case ObjectKind::custom: return true;
    default: return false;
  }
}

std::string object_words(const ToldStep& step) {
  if (step.object.empty()) return "something";
  if (is_plain_lock(step.kind)) return ticked(step.object);
  return fmt::format("{} {}", kind_words(step.kind), ticked(step.object));
}

const ToldStep& step_or_blank(const Telling& telling, std::size_t index) {
  static const ToldStep kBlank{.thread = "a thread"};
  return index < telling.steps.size() ? telling.steps[index] : kBlank;
}

// The thread on the other side of a misuse: named by the first step, or by a step of its own.
std::string other_thread(const Telling& telling, std::string_view unknown) {
  const ToldStep& first = step_or_blank(telling, 0);
  if (!first.other.empty()) return first.other;
  for (const ToldStep& step : telling.steps) {
    if (step.thread != first.thread) return step.thread;
  }
  return std::string(unknown);
}

std::string lock_words(const Telling& telling, std::size_t index = 0) {
  return index < telling.locks.size() ? ticked(telling.locks[index]) : std::string("a lock");
}

std::vector<std::string> all_ticked(const std::vector<std::string>& names) {
  std::vector<std::string> words;
  for (const std::string& name : names) words.push_back(ticked(name));
  return words;
}

// ---- locks in a ring -------------------------------------------------------------------------

std::string order_clauses(const Telling& telling) {
  std::vector<std::string> clauses;
  for (std::size_t i = 0; i + 1 < telling.steps.size(); i += 2) {
    const ToldStep& held = telling.steps[i];
    const ToldStep& wanted = telling.steps[i + 1];
    clauses.push_back(fmt::format("{} takes {} while it holds {}", wanted.thread,
                                  ticked(wanted.object), ticked(held.object)));
  }
  return joined(clauses, "; ");
}

Narration lock_order_cycle(const Telling& telling) {
  Narration told;
  const std::string clauses = order_clauses(telling);
  if (telling.declared) {
    told.message = fmt::format("{} taken against the declared order: {}",
                               telling.locks.size() == 1 ? "a lock is" : "locks are", clauses);
    told.hint = "take the locks in the declared order, or correct the declaration";
    return told;
  }
  if (telling.locks.size() == 2) {
    told.message = fmt::format("{} and {} are taken in opposite orders: {}", lock_words(telling, 0),
                               lock_words(telling, 1), clauses);
    told.hint =
        fmt::format("take both at once with `std::scoped_lock`, or take {} before {} everywhere",
                    lock_words(telling, 0), lock_words(telling, 1));
  } else {
    told.message = fmt::format("{} locks are taken in orders that close a ring: {}",
                               telling.locks.size(), clauses);
    told.hint = "agree on one order for these locks and keep to it everywhere";
  }
  if (telling.several_processes) {
    told.message += " (put together from several processes)";
    told.hint += "; no single process has shown the whole ring";
  }
  return told;
}

// ---- threads that wait -----------------------------------------------------------------------

bool is_wanted(const Telling& telling, const std::string& name) {
  return std::any_of(telling.steps.begin(), telling.steps.end(),
                     [&name](const ToldStep& step) { return step.object == name; });
}

std::string waiting_clause(const Telling& telling, const ToldStep& step) {
  std::string clause = step.thread;
  std::vector<std::string> held;
  for (const std::string& name : step.held) {
    if (is_wanted(telling, name)) held.push_back(ticked(name));
  }
  if (!held.empty()) clause += fmt::format(" holds {} and", listed(held));
  if (step.action == Action::joins) {
    return clause + fmt::format(" waits for the end of {}",
                                step.other.empty() ? "another thread" : step.other);
  }
  if (step.action == Action::wants) return clause + " waits for " + object_words(step);
  return clause + " waits on " + object_words(step);
}

Narration deadlock(const Telling& telling) {
  std::vector<std::string> clauses;
  for (const ToldStep& step : telling.steps) {
    const bool waits = step.action == Action::wants || step.action == Action::waits ||
                       step.action == Action::joins;
    if (waits) clauses.push_back(waiting_clause(telling, step));
  }
  Narration told;
  if (telling.variant == "all-blocked") {
    told.message = "every thread waits and none is left to wake another: " + joined(clauses, "; ");
    told.hint =
        "make sure that whoever must notify, post or finish can do so before it waits itself";
    return told;
  }
  if (telling.variant == "stall") {
    told.message = "a wait lasts longer than the hang timeout: " + joined(clauses, "; ");
    told.hint = "nothing proves that it will never end; look at what the holder is doing";
    return told;
  }
  told.message = "threads wait for each other for ever: " + joined(clauses, "; ");
  const bool locks_only =
      std::all_of(telling.steps.begin(), telling.steps.end(),
                  [](const ToldStep& step) { return step.action == Action::wants; });
  told.hint = locks_only ? "take these locks in one order everywhere, or all at once with "
                           "`std::scoped_lock`"
                         : "release the lock before waiting for a thread that needs it";
  return told;
}

Narration blocking_under_lock(const Telling& telling) {
  const ToldStep& step = step_or_blank(telling, 0);
  const std::string held =
      step.held.empty() ? std::string("a lock") : listed(all_ticked(step.held));
  return {fmt::format("{} {} while it holds {}, which the other side takes as well", step.thread,
                      step_text(step), held),
          "release the lock before the blocking call"};
}

Narration wait_while_holding(const Telling& telling) {
  const ToldStep& step = step_or_blank(telling, 0);
  const std::string held =
      step.held.empty() ? std::string("another lock") : listed(all_ticked(step.held));
  return {fmt::format("{} {} while it still holds {}", step.thread, step_text(step), held),
          "a wait gives back only its own mutex: release the other locks before waiting"};
}

Narration lost_wakeup(const Telling& telling) {
  const ToldStep& step = step_or_blank(telling, 0);
  return {fmt::format("{} {} for a notification that came before it began to wait", step.thread,
                      step_text(step)),
          "keep the condition in a variable guarded by the mutex, set it under the mutex before "
          "notifying, and wait with a predicate"};
}

Narration wait_without_predicate(const Telling& telling) {
  const ToldStep& step = step_or_blank(telling, 0);
  return {fmt::format("{} {} in no loop that tests a condition", step.thread, step_text(step)),
          "wait with a predicate, `cv.wait(lock, [&]{ return ready; })`: wake-ups can be spurious "
          "or come too early"};
}

Narration condvar_two_mutexes(const Telling& telling) {
  return {fmt::format("waiters of condition variable {} use different mutexes at the same time",
                      lock_words(telling)),
          "use one mutex with one condition variable"};
}

// ---- misuse of one object --------------------------------------------------------------------

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
  return {
      fmt::format("a permit of semaphore {} is taken and never given back", lock_words(telling)),
      "release the permit on every path, best with a guard"};
}

Narration queue_imbalance(const Telling& telling) {
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

Narration inconsistent_locking(const Telling& telling) {
  const ToldStep& step = step_or_blank(telling, 0);
  return {fmt::format("{} does not hold {} where the program says that it must be held",
                      step.thread, lock_words(telling)),
          "take the lock before this point, on every path that leads here"};
}

struct Teller {
  std::string_view rule;
  Narration (*tell)(const Telling&);
};
constexpr std::array kTellers{
    Teller{"inconsistent-locking", inconsistent_locking},
    Teller{"lock-order-cycle", lock_order_cycle},
    Teller{"deadlock", deadlock},
    Teller{"double-lock", double_lock},
    Teller{"unlock-not-held", unlock_not_held},
    Teller{"lock-leak", lock_leak},
    Teller{"destroyed-while-held", destroyed_while_held},
    Teller{"wait-without-predicate", wait_without_predicate},
    Teller{"lost-wakeup", lost_wakeup},
    Teller{"wait-while-holding", wait_while_holding},
    Teller{"blocking-under-lock", blocking_under_lock},
    Teller{"condvar-two-mutexes", condvar_two_mutexes},
    Teller{"semaphore-imbalance", semaphore_imbalance},
    Teller{"queue-imbalance", queue_imbalance},
    Teller{"signal-unsafe-lock", signal_unsafe_lock},
    Teller{"fork-while-locked", fork_while_locked},
};

}  // namespace

Narration narrate(const Telling& telling) {
  for (const Teller& teller : kTellers) {
    if (teller.rule == telling.rule) return teller.tell(telling);
  }
  const model::Rule* rule = model::find_rule(telling.rule);
  return {std::string(rule != nullptr ? rule->title : telling.rule), ""};
}

std::string step_text(const ToldStep& step) {
  const std::string object = object_words(step);
  const std::string mode = step.kind != ObjectKind::rwlock    ? ""
                           : step.mode == model::Mode::shared ? " (shared)"
                                                              : " (exclusive)";
  switch (step.action) {
    case Action::wants: return "wants " + object + mode;
    case Action::waits: return "waits on " + object;
    case Action::joins: return "joins " + (step.other.empty() ? "a thread" : step.other);
    case Action::acquires: return "takes " + object + mode;
    case Action::releases: return "releases " + object;
    case Action::destroys: return "destroys " + object;
    case Action::ends: return "ends";
    case Action::notifies: return "notifies " + object;
    case Action::posts: return "posts " + object;
    case Action::creates: return "creates " + (step.other.empty() ? "a thread" : step.other);
    case Action::forks: return "forks";
  }
  return {};
}

}  // namespace lockweave::cli
