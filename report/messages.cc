// report/messages.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/messages.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "model/rule_catalog.h"
#include "report/rule_messages.h"
#include "report/text.h"

namespace lockweave::cli {
namespace {

using model::Action;
using model::ObjectKind;

std::string kind_words(ObjectKind kind) {
  std::string words(model::to_string(kind));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

bool needs_no_kind(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::mutex:
    case ObjectKind::recursive_mutex:
    case ObjectKind::errorcheck_mutex:
    case ObjectKind::rwlock:
    case ObjectKind::spinlock:
    case ObjectKind::variable:
    case ObjectKind::custom: return true;
    default: return false;
  }
}

struct Teller {
  std::string_view rule;
  Message (*tell)(const MessageInput&);
};
constexpr std::array kTellers{
    Teller{"data-race", data_race},
    Teller{"write-under-shared-lock", write_under_shared_lock},
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

std::string object_words(const MessageStep& step) {
  if (step.object.empty()) return "something";
  if (needs_no_kind(step.kind)) return ticked(step.object);
  return fmt::format("{} {}", kind_words(step.kind), ticked(step.object));
}

const MessageStep& step_or_blank(const MessageInput& input, std::size_t index) {
  static const MessageStep kBlank{.thread = "a thread"};
  return index < input.steps.size() ? input.steps[index] : kBlank;
}

std::string other_thread(const MessageInput& input, std::string_view unknown) {
  const MessageStep& first = step_or_blank(input, 0);
  if (!first.other.empty()) return first.other;
  for (const MessageStep& step : input.steps) {
    if (step.thread != first.thread) return step.thread;
  }
  return std::string(unknown);
}

std::string lock_words(const MessageInput& input, std::size_t index) {
  return index < input.locks.size() ? ticked(input.locks[index]) : std::string("a lock");
}

std::vector<std::string> all_ticked(const std::vector<std::string>& names) {
  std::vector<std::string> words;
  for (const std::string& name : names) words.push_back(ticked(name));
  return words;
}

Message message_for(const MessageInput& input) {
  for (const Teller& teller : kTellers) {
    if (teller.rule == input.rule) return teller.tell(input);
  }
  const model::Rule* rule = model::find_rule(input.rule);
  return {std::string(rule != nullptr ? rule->title : input.rule), ""};
}

namespace {

std::string taking_text(const MessageStep& step, const std::string& object) {
  if (step.kind == ObjectKind::queue) {
    return fmt::format("gets {} from {}", counted(step.count, "value"), object);
  }
  return step.count == 1 ? "takes " + object
                         : fmt::format("takes {} of {}", counted(step.count, "permit"), object);
}

}  // namespace

std::string step_text(const MessageStep& step) {
  const std::string object = object_words(step);
  const std::string mode = step.kind != ObjectKind::rwlock    ? ""
                           : step.mode == model::Mode::shared ? " (shared)"
                                                              : " (exclusive)";
  switch (step.action) {
    case Action::wants: return "wants " + object + mode;
    case Action::waits: return "waits on " + object;
    case Action::joins: return "joins " + (step.other.empty() ? "a thread" : step.other);
    case Action::acquires: return taking_text(step, object + mode);
    case Action::releases: return "releases " + object;
    case Action::destroys: return "destroys " + object;
    case Action::ends: return "ends";
    case Action::notifies: return "notifies " + object;
    case Action::posts: return "posts " + object;
    case Action::creates: return "creates " + (step.other.empty() ? "a thread" : step.other);
    case Action::forks: return "forks";
    case Action::reads: return "reads " + object;
    case Action::writes: return "writes " + object;
  }
  return {};
}

std::string step_words(const model::FlowStep& step) {
  if (!step.action) return step.text;
  MessageStep told;
  told.action = *step.action;
  told.kind = step.kind;
  told.mode = step.mode;
  told.count = step.count;
  told.object = step.object;
  told.other = step.other;
  const std::string words = step_text(told);
  if (step.other.empty() || *step.action != Action::wants) return words;
  switch (step.other_is) {
    case model::Other::holder: return words + ", held by " + step.other;
    case model::Other::itself: return words + ", which it holds already";
    case model::Other::ahead: return words + ", behind " + step.other + ", which waits for it";
  }
  return words;
}

}  // namespace lockweave::cli
