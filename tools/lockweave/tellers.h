// tools/lockweave/tellers.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tellers, one function a rule, and the words they share. narrate.cc has the table of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/lockweave/narrate.h"

namespace lockweave::cli {

// "semaphore `free`"; a lock of a usual kind is only named: "`mu`".
std::string object_words(const ToldStep& step);
const ToldStep& step_or_blank(const Telling& telling, std::size_t index);
// The thread on the other side of a misuse: named by the first step, or by a step of its own.
std::string other_thread(const Telling& telling, std::string_view unknown);
std::string lock_words(const Telling& telling, std::size_t index = 0);
// The threads that took what `wait` waits for and have not given it back; empty if nobody is known.
std::string taker_words(const Telling& telling, const ToldStep& wait);
std::vector<std::string> all_ticked(const std::vector<std::string>& names);

// tell_waits.cc
Narration lock_order_cycle(const Telling& telling);
Narration deadlock(const Telling& telling);
Narration blocking_under_lock(const Telling& telling);
Narration wait_while_holding(const Telling& telling);
Narration lost_wakeup(const Telling& telling);
Narration wait_without_predicate(const Telling& telling);
Narration condvar_two_mutexes(const Telling& telling);

// tell_misuse.cc
Narration double_lock(const Telling& telling);
Narration unlock_not_held(const Telling& telling);
Narration lock_leak(const Telling& telling);
Narration destroyed_while_held(const Telling& telling);
Narration semaphore_imbalance(const Telling& telling);
Narration queue_imbalance(const Telling& telling);
Narration signal_unsafe_lock(const Telling& telling);
Narration fork_while_locked(const Telling& telling);

// tell_races.cc
Narration data_race(const Telling& telling);
Narration write_under_shared_lock(const Telling& telling);
Narration inconsistent_locking(const Telling& telling);

}  // namespace lockweave::cli
