// analyzer/driver/pool.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Work that may crash, hang or eat all memory, done in processes of its own: such a piece of work is
// lost alone, and its process replaced. The workers are forks of this process, so `work` sees all
// that is here at the time; they die with it.
// The caller must have one thread only. Errors: std::system_error if no process can be started.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lockweave::analyzer::driver {

struct PoolSettings {
  unsigned workers = 1;
  std::chrono::milliseconds limit{120'000};  // for one piece of work
  std::uint64_t memory_max = 0;              // of one worker's address space; 0: no limit
  bool silent = true;                        // what workers print is thrown away
  std::function<void(std::size_t done, std::size_t total)> on_progress;
};

struct Done {
  std::string result;   // what `work` returned
  std::string failure;  // "crashed (SIGSEGV)", "no end within 120 s"...; empty: none
};

// Calls work(0) .. work(count - 1), begun in this order; an exception out of it is a failure.
std::vector<Done> work_off(std::size_t count, const std::function<std::string(std::size_t)>& work,
                           const PoolSettings& settings);

// One a processor, as far as there is memory for so many parsers.
unsigned default_workers();

}  // namespace lockweave::analyzer::driver
