// runtime/core/verdict/stalls.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/verdict/stalls.h"

#include <signal.h>
#include <string.h>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/options.h"
#include "runtime/core/base/os.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/events/steps.h"

namespace lockweave::core {
namespace {

constexpr int kSignal =
    63;  // the kernel's second highest real-time signal; programs start from below

struct LongWait {
  ThreadState* thread;
  WaitView wait;
};

bool is_long(const ThreadState& thread, const WaitView& wait, std::uint64_t limit_ms) {
  return wait.waiting() && !is_timed(wait) && thread.wait.since_ms != 0 &&
         os::monotonic_ms() - thread.wait.since_ms >= limit_ms;
}

void tell_stall(const LongWait* waits, std::uint32_t count) {
  StepList steps;
  for (std::uint32_t i = 0; i < count; ++i)
    steps.add(step_of_wait(*waits[i].thread, waits[i].wait));
  add_outstanding_permits(steps);
  Report report;
  report.rule = "deadlock";
  report.variant = "stall";
  report.certain = false;
  report.object = waits[0].wait.object;
  report.steps = steps.begin();
  report.count = steps.count();
  submit(report);
}

}  // namespace

int stall_signal() { return options.hang_timeout > 0 ? kSignal : 0; }

void start_stall_timer() {
  if (options.hang_timeout <= 0) return;
  sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = kSignal;
  int timer = 0;
  if (os::call(SYS_timer_create, CLOCK_MONOTONIC, reinterpret_cast<long>(&event),
               reinterpret_cast<long>(&timer)) < 0) {
    return;
  }
  struct itimerspec every {};
  const long half_ms = options.hang_timeout * 500L;
  every.it_interval = {half_ms / 1000, half_ms % 1000 * 1'000'000};
  every.it_value = every.it_interval;
  os::call(SYS_timer_settime, timer, 0, reinterpret_cast<long>(&every), 0);
}

void report_stalls() {
  if (tls.raw_locks > 0) return;  // it could not be deferred: the next tick looks
  const Unseen unseen;
  const auto limit_ms = static_cast<std::uint64_t>(options.hang_timeout) * 1000;
  auto* waits = arena.make_array<LongWait>(live_threads() + 1);
  std::uint32_t count = 0;
  bool news = false;
  bool for_a_lock = false;
  for (ThreadState* thread = newest_live_thread(); thread != nullptr && waits != nullptr;
       thread = live_after(*thread)) {
    const WaitView wait = view_wait(*thread);
    if (thread->finished.load(std::memory_order_relaxed) || !is_long(*thread, wait, limit_ms)) {
      continue;
    }
    if (count <= live_threads()) waits[count++] = {thread, wait};
    for_a_lock |= wait.wanted != nullptr;
    news |= thread->wait.stall_told != wait.sequence;
  }
  if (!news || !(for_a_lock || count == live_threads())) return;
  for (std::uint32_t i = 0; i < count; ++i) {
    waits[i].thread->wait.stall_told = waits[i].wait.sequence;
  }
  tell_stall(waits, count);
}

}  // namespace lockweave::core
