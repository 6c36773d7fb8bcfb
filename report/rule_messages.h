// report/rule_messages.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tellers, one function a rule, and the words they share. messages.cc has the table of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/messages.h"

namespace lockweave::cli {

// "semaphore `free`"; a lock of a usual kind is only named: "`mu`".
std::string object_words(const MessageStep& step);
const MessageStep& step_or_blank(const MessageInput& input, std::size_t index);
// The thread on the other side of a misuse: named by the first step, or by a step of its own.
std::string other_thread(const MessageInput& input, std::string_view unknown);
std::string lock_words(const MessageInput& input, std::size_t index = 0);
// The threads that took what `wait` waits for and have not given it back; empty if nobody is known.
std::string taker_words(const MessageInput& input, const MessageStep& wait);
std::vector<std::string> all_ticked(const std::vector<std::string>& names);

// wait_messages.cc
Message lock_order_cycle(const MessageInput& input);
Message deadlock(const MessageInput& input);
Message blocking_under_lock(const MessageInput& input);
Message wait_while_holding(const MessageInput& input);
Message lost_wakeup(const MessageInput& input);
Message wait_without_predicate(const MessageInput& input);
Message condvar_two_mutexes(const MessageInput& input);

// misuse_messages.cc
Message double_lock(const MessageInput& input);
Message unlock_not_held(const MessageInput& input);
Message lock_leak(const MessageInput& input);
Message destroyed_while_held(const MessageInput& input);
Message semaphore_imbalance(const MessageInput& input);
Message queue_imbalance(const MessageInput& input);
Message signal_unsafe_lock(const MessageInput& input);
Message fork_while_locked(const MessageInput& input);

// race_messages.cc
Message data_race(const MessageInput& input);
Message write_under_shared_lock(const MessageInput& input);
Message inconsistent_locking(const MessageInput& input);

}  // namespace lockweave::cli
