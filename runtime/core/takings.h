// runtime/core/takings.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What threads take and are expected to give back, though it is no lock: permits of semaphores, and
// values of queues, given back by calling their work done. Who took how many, and where; what a thread
// left behind when it ended. A semaphore of one permit is followed as a lock (held.h) as long as its
// takers give it back; asked here, it is told the same way.
//
// The ledger of an object says whether all this means anything: it is closed for good once somebody
// gives what he has not taken (then it is a signal, not a permit; or values are passed on). Objects
// without a ledger are not followed: semaphores that began with no permit, what another process can
// change, or a child of fork has inherited.
//
// Thread-safety: a thread's takings are changed by itself alone; asked by any, for a look that may be
// out of date. Cost: a walk over the takings of the calling thread, usually one; a stack when it takes
// at a new place. Memory: a taking per thread, object and place; beyond kIdleMax places that nothing is
// taken at, the oldest is used again. Of ended threads that left something behind at one place of one
// object the first kNamedMax are known by name, the others add to the count of one of them. Without
// memory a taking is not noted, and its giving back closes the ledger: then nothing is told.
#pragma once

#include "runtime/core/thread_state.h"

namespace lockweave::core {

struct LeftTaking {  // by a thread that has ended
  LeftTaking* next;
  ThreadState* thread;
  InternedStack* stack;
  std::atomic<std::uint32_t> count;
};

struct Ledger {
  std::atomic<bool> closed{false};      // given by one who did not take
  std::atomic<bool> given_back{false};  // some taker has given back
  std::atomic<bool> told{false};        // a report has named the takers
  std::atomic<LeftTaking*> left{nullptr};
  std::atomic<bool> work_counted{false};     // of a queue: somebody called task_done or join
  std::atomic<std::uint64_t> unfinished{0};  // values put and not done, if work is counted
};

inline Ledger* ledger_of(const Object& object) {
  return object.ledger.load(std::memory_order_acquire);
}
void open_ledger(Object& object);

void note_taken(ThreadState& thread, Object& object, const void* pc);
void note_given_back(ThreadState& thread, Object& object);
void note_work(Object& queue, std::uint64_t unfinished);
// Somebody gives: what he has taken (also as a lock), or what another one has.
void note_giving(Object& object, bool by_taker);

// `thread` ends: what it has not given back is left behind.
void leave_takings(ThreadState& thread);
void forget_takings_after_fork(ThreadState& self);

}  // namespace lockweave::core
