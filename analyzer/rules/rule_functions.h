// analyzer/rules/rule_functions.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function a rule, each in the file of its name. all_rules.cc has the table.
#pragma once

#include "analyzer/rules/rules.h"

namespace lockweave::analyzer::rules {

void find_atomic_check_then_act(const link::Program& program, Findings& findings);
void find_blocking_under_lock(const link::Program& program, Findings& findings);
void find_callback_under_lock(const link::Program& program, Findings& findings);
void find_condvar_two_mutexes(const link::Program& program, Findings& findings);
void find_data_race(const link::Program& program, Findings& findings);
void find_destroyed_while_held(const link::Program& program, Findings& findings);
void find_double_checked_locking(const link::Program& program, Findings& findings);
void find_double_lock(const link::Program& program, Findings& findings);
void find_escaping_reference(const link::Program& program, Findings& findings);
void find_fork_while_locked(const link::Program& program, Findings& findings);
void find_inconsistent_locking(const link::Program& program, Findings& findings);
void find_joinable_destroyed(const link::Program& program, Findings& findings);
void find_local_mutex(const link::Program& program, Findings& findings);
void find_lock_leak(const link::Program& program, Findings& findings);
void find_lock_order_cycle(const link::Program& program, Findings& findings);
void find_lost_wakeup(const link::Program& program, Findings& findings);
void find_queue_imbalance(const link::Program& program, Findings& findings);
void find_semaphore_imbalance(const link::Program& program, Findings& findings);
void find_signal_unsafe_lock(const link::Program& program, Findings& findings);
void find_unlock_not_held(const link::Program& program, Findings& findings);
void find_unnamed_guard(const link::Program& program, Findings& findings);
void find_volatile_as_sync(const link::Program& program, Findings& findings);
void find_wait_while_holding(const link::Program& program, Findings& findings);
void find_wait_without_predicate(const link::Program& program, Findings& findings);
void find_write_under_shared_lock(const link::Program& program, Findings& findings);

}  // namespace lockweave::analyzer::rules
