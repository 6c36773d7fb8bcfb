// runtime/core/events/detector.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What detectors are told (event.h), what they may ask of the live process, and to whom they hand what
// they conclude (`submit`). A detector keeps its own state in the arena, performs no I/O, and knows no
// operating system and no front-end.
#pragma once

#include "runtime/core/events/event.h"
#include "runtime/core/record/report.h"
#include "runtime/core/state/endings.h"
#include "runtime/core/state/held.h"
#include "runtime/core/state/loader_lock.h"
#include "runtime/core/state/permits.h"

namespace lockweave::core {

// ---- what detectors may ask ------------------------------------------------------------------

// Who holds `object` exclusively, or one of those who share it, other than `except`; nullptr: nobody
// known. `*node` is where it took it. A racy look at other threads: confirm what you conclude.
ThreadState* holder_of(const Object& object, const ThreadState* except, Acquisition** node);

// How often others than `except` have taken it and not given it back, as far as is known.
std::uint32_t holds_of_others(const Object& object, const ThreadState& except);

// False when the lock itself knows better: glibc's mutexes name their owner.
bool really_holds(const ThreadState& thread, const Object& object);

// Who ended and left it locked, and has it still as far as anybody knows; `node` nullptr: nobody.
LeftLock left_locked(const Object& object);

// Calls `visit` for each thread that holds it.
using HolderVisitor = void (*)(void* context, ThreadState& holder, Acquisition& node);
void for_each_holder(const Object& object, HolderVisitor visit, void* context);

// What threads have taken of a semaphore or a queue and not given back: permits.h, and the permits held
// as locks. Nothing if it is not known, or no matter of permits.
void for_each_outstanding(const Object& object, OutstandingVisitor visit, void* context);
ReportStep step_of_outstanding(const OutstandingPermits& taking, Object& object);
ReportStep step_of_end(ThreadState& thread, Object& object);  // the thread that took it is no more
// Who took what is waited for, after the waits: the object of each wait in `steps`, once.
void add_outstanding_permits(StepList& steps);

// A stable copy of another thread's published wait; `sequence` even: it is not waiting.
struct WaitView {
  std::uint64_t sequence = 0;
  Object* object = nullptr;
  lw_kind kind = LW_MUTEX;
  int flags = 0;
  const void* address = nullptr;
  ThreadState* joined = nullptr;
  Object* with = nullptr;
  const int* owner = nullptr;
  Acquisition* wanted = nullptr;
  std::uint64_t since = 0;
  bool waiting() const { return sequence % 2 == 1; }
};
WaitView view_wait(const ThreadState& thread);
// Would the calling thread's own wait, published but not begun, begin now? Asks its front-end.
bool own_wait_stands(const ThreadState& self);
// The stack that `thread` is asleep with; false, nullptr: not in that wait any more.
bool copy_wait_trace(const ThreadState& thread, const WaitView& wait, Trace& trace);
InternedStack* stack_of_wait(const ThreadState& thread, const WaitView& wait);

// The stack that `thread` sleeps with; nullptr: not known.
InternedStack* stack_of_sleep(const LoaderSleep& sleep);

// A finding. Written to the record at once.
void submit(const Report& report);

// With halt_on_error: ends the process if there is a cycle in lock order, as `submit` does at an error.
// Called when a nesting is new; then the cost is a search of the whole graph each time.
void halt_at_cycle();

// Grows whenever what was told before may be told again (lw_begin_round).
std::uint32_t current_round();
// The same, and the program cannot go on: report, then end the process as `on_deadlock` says.
// Returns if it is to go on all the same.
void submit_deadlock(const Report& report);

// Can nobody outside this process act on what lies there?
bool lies_in_private_memory(const void* address);

// How the other tasks of this process are: asks the kernel.
enum class Tasks { all_known_asleep, some_running, unknown_ones };
Tasks look_at_tasks();
// No thread but known ones in untimed, published waits, and no wake on its way: a quick look that
// may be wrong either way for a moment.
bool everyone_asleep();
// Wakes that were sent to waiters of `object` and not taken yet.
std::uint32_t wakes_on_way(const Object& object);
std::uint32_t waiters_of(const Object& object);
// The thread whose kernel id stands in the owner word; nullptr: nobody, or nobody known.
ThreadState* owner_of(const WaitView& wait);
bool has_no_owner(const WaitView& wait);  // the owner word is there and says: free
void pause_ns(long nanoseconds);
// Signals with a handler that the calling thread lets in; none before any thread has blocked any.
std::uint64_t open_signals();
// Has the calling thread had it blocked, but in handlers?
bool ever_blocked(int signal);
// May a signal handler of the program still act? A timer acts by one, or by a thread of its own.
bool handlers_may_act();

}  // namespace lockweave::core
