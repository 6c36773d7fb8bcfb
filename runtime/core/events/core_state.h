// runtime/core/events/core_state.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The switchboard of core: whether the runtime is up, who listens, what was learnt about the process.
#pragma once

#include <atomic>
#include <cstdint>

namespace lockweave::core {

struct CoreState {
  std::atomic<bool> up{false};
  std::atomic<std::uint32_t> handlers{0};  // signals with a handler of the program's own
  std::atomic<std::uint64_t> wait_order{0};
  std::atomic<std::uint32_t> asleep{0};        // threads in an untimed, published wait
  std::atomic<std::uint32_t> wakes_on_way{0};  // notifications whose waiter has not come back yet
  std::atomic<bool> verdict_spoken{false};
  std::atomic<std::uint32_t> findings{0};  // at or above the threshold
  std::atomic<bool> candidates{false};     // findings only the reporter can judge
  std::atomic<bool> unwritten{false};      // of `findings` some are not in the record
  bool under_launcher = false;
  bool root = false;
  int pid = 0;
};
extern constinit CoreState core_state;

void note_handled(int signal, bool is);  // signal_masks.cc
void forget_signal_mask();               // it may be another now

}  // namespace lockweave::core
