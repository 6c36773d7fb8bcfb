// analyzer/rules/rule_functions.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function a rule, each in the file of its name. all_rules.cc has the table.
#pragma once

#include "analyzer/rules/rules.h"

namespace lockweave::analyzer::rules {

void find_atomic_check_then_act(Facts& facts, Findings& findings);
void find_blocking_under_lock(Facts& facts, Findings& findings);
void find_callback_under_lock(Facts& facts, Findings& findings);
void find_condvar_two_mutexes(Facts& facts, Findings& findings);
void find_data_race(Facts& facts, Findings& findings);
void find_destroyed_while_held(Facts& facts, Findings& findings);
void find_double_checked_locking(Facts& facts, Findings& findings);
void find_double_lock(Facts& facts, Findings& findings);
void find_escaping_reference(Facts& facts, Findings& findings);
void find_fork_while_locked(Facts& facts, Findings& findings);
void find_inconsistent_locking(Facts& facts, Findings& findings);
void find_joinable_destroyed(Facts& facts, Findings& findings);
void find_local_mutex(Facts& facts, Findings& findings);
void find_lock_leak(Facts& facts, Findings& findings);
void find_lock_order_cycle(Facts& facts, Findings& findings);
void find_lost_wakeup(Facts& facts, Findings& findings);
void find_queue_imbalance(Facts& facts, Findings& findings);
void find_semaphore_imbalance(Facts& facts, Findings& findings);
void find_signal_unsafe_lock(Facts& facts, Findings& findings);
void find_unlock_not_held(Facts& facts, Findings& findings);
void find_unnamed_guard(Facts& facts, Findings& findings);
void find_volatile_as_sync(Facts& facts, Findings& findings);
void find_wait_while_holding(Facts& facts, Findings& findings);
void find_wait_without_predicate(Facts& facts, Findings& findings);
void find_write_under_shared_lock(Facts& facts, Findings& findings);

}  // namespace lockweave::analyzer::rules
