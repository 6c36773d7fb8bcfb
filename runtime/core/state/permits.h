// runtime/core/state/permits.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What threads take and are expected to give back, though it is no lock: permits of semaphores, and
// values of queues, given back by calling their work done. Who took how many, and where; what a thread
// left behind when it ended. A semaphore of one permit is followed as a lock (held.h) as long as its
// takers give it back; asked here, it is told the same way.
//
// The permits_account of an object says whether all this means anything: it is closed for good once somebody
// gives what he has not taken (then it is a signal, not a permit; or values are passed on). Objects
// without a permits_account are not followed: semaphores that began with no permit, what another process can
// change, or a child of fork has inherited.
//
// Thread-safety: a thread's taken_permits are changed by itself alone; asked by any, for a look that may be
// out of date. Cost: a walk over the taken_permits of the calling thread, usually one; a stack when it takes
// at a new place. Memory: a taking per thread, object and place; beyond kIdleMax places that nothing is
// taken at, the oldest is used again. Of ended threads that left something behind at one place of one
// object the first kNamedMax are known by name, the others add to the count of one of them. Without
// memory a taking is not noted, and its giving back closes the permits_account: then nothing is told. That,
// an account that cannot be opened and a permit that cannot be left behind are counted (Loss::permits).
#pragma once

#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

struct LeftPermits {  // by a thread that has ended
  LeftPermits* next;
  ThreadState* thread;
  InternedStack* stack;
  std::atomic<std::uint32_t> count;
};

struct PermitAccount {
  std::atomic<bool> closed{false};      // given by one who did not take
  std::atomic<bool> given_back{false};  // some taker has given back
  std::atomic<bool> told{false};        // a report has named the takers
  std::atomic<LeftPermits*> left{nullptr};
  std::atomic<bool> work_counted{false};     // of a queue: somebody called task_done or join
  std::atomic<std::uint64_t> unfinished{0};  // values put and not done, if work is counted
};

inline PermitAccount* permit_account_of(const Object& object) {
  return object.permits_account.load(std::memory_order_acquire);
}
void open_permit_account(Object& object);

void note_taken(ThreadState& thread, Object& object, const void* pc);
void note_given_back(ThreadState& thread, Object& object);
void note_work(Object& queue, std::uint64_t unfinished);
// Somebody gives: what he has taken (also as a lock), or what another one has.
void note_giving(Object& object, bool by_taker);

// `thread` ends: what it has not given back is left behind.
void leave_permits(ThreadState& thread);
// In the child of a fork, and when `thread` is another one's state by now: it has taken nothing.
void forget_permits(ThreadState& thread);

// What was taken and not given back: by whom, where, how many from there; `left`: the thread has ended.
struct OutstandingPermits {
  ThreadState* thread;
  InternedStack* stack;
  std::uint32_t count;
  bool left;
};
using OutstandingVisitor = void (*)(void* context, const OutstandingPermits& taken);
bool has_open_permit_account(const Object& object);
void for_each_taken(const Object& object, OutstandingVisitor visit, void* context);
bool takers_give_back(const Object& object);  // has any taker ever done so?
// Has `thread` taken of it, be it given back or not?
bool has_taken(const ThreadState& thread, const Object& object);
bool work_is_counted(const Object& queue);           // has anybody called task_done or join?
std::uint64_t unfinished_work(const Object& queue);  // values put and not done, if it is
// A report has named who took: is it not to be told again?
void mark_outstanding_reported(const Object& object);
bool outstanding_reported(const Object& object);

}  // namespace lockweave::core
