// analyzer/rules/all_rules.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/facts.h"
#include "analyzer/rules/lock_order_cycle.h"
#include "analyzer/rules/one_bug.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

constexpr StaticRule kRules[] = {
    {"data-race", find_data_race},
    {"inconsistent-locking", find_inconsistent_locking},
    {"lock-order-cycle", find_lock_order_cycle},
    {"double-lock", find_double_lock},
    {"unlock-not-held", find_unlock_not_held},
    {"lock-leak", find_lock_leak},
    {"destroyed-while-held", find_destroyed_while_held},
    {"wait-without-predicate", find_wait_without_predicate},
    {"lost-wakeup", find_lost_wakeup},
    {"wait-while-holding", find_wait_while_holding},
    {"blocking-under-lock", find_blocking_under_lock},
    {"condvar-two-mutexes", find_condvar_two_mutexes},
    {"semaphore-imbalance", find_semaphore_imbalance},
    {"queue-imbalance", find_queue_imbalance},
    {"unnamed-guard", find_unnamed_guard},
    {"local-mutex", find_local_mutex},
    {"escaping-reference", find_escaping_reference},
    {"joinable-destroyed", find_joinable_destroyed},
    {"write-under-shared-lock", find_write_under_shared_lock},
    {"double-checked-locking", find_double_checked_locking},
    {"volatile-as-sync", find_volatile_as_sync},
    {"atomic-check-then-act", find_atomic_check_then_act},
    {"callback-under-lock", find_callback_under_lock},
    {"signal-unsafe-lock", find_signal_unsafe_lock},
    {"fork-while-locked", find_fork_while_locked},
};

}  // namespace

void find_lock_order_cycle(Facts& facts, Findings& findings) {
  FilteredCycles filtered;
  find_lock_order_cycles(facts, findings, filtered);
}

std::span<const StaticRule> all_static_rules() { return kRules; }

Verdict run_rules(const link::Program& program) {
  Verdict verdict;
  Facts facts(program);
  for (const StaticRule& rule : all_static_rules()) {
    if (rule.find == find_lock_order_cycle) {
      verdict.search = find_lock_order_cycles(facts, verdict.findings, verdict.filtered);
    } else {
      rule.find(facts, verdict.findings);
    }
  }
  keep_one_of_each_bug(verdict.findings);
  apply_ignores(program, verdict);
  return verdict;
}

}  // namespace lockweave::analyzer::rules
