// runtime/detectors/waits_under_locks.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `wait-while-holding`: a thread waits on a condition variable and keeps another lock.
// `blocking-under-lock`: it waits for a permit, an item, a value, and keeps a lock.
//
// Either becomes a finding when one other thread is known to need that lock before it can end the wait:
// it took it, and notified or posted afterwards (thread_past.h), whenever in the run. The wait, and the
// notification or post: each looks whether it is the last one to be seen. The former is a candidate
// until then, which is told if asked for.
//
// Who has notified under a lock only that the waiter keeps has ended no such wait: another one did. Nor is
// a thread counted for what a signal handler does on it: the handler comes whatever its thread waits for.
//
// A thread that the waiter created after its last such wait, or one that comes of that, could end none. One
// that it had joined before had ended it already, and wants the lock no more.
// A lock that is taken only after the notification is none that the notifier needs: a thread's start
// may be awaited under a lock that the thread takes later. Nor is one counted that the poster took
// before it got the permit that it gives back: with the permit it has all it needs.
//
// A semaphore that begins with one permit is a *room* for one, or for one group: the first of the group
// takes it under the lock, the last gives it back under it (the lightswitch). Who has passed the door, the place where the
// waiter took the lock, knew there that it need not wait; and who got its permit under the lock
// leaves as it came. What a poster took in a turn that is not whole any more, because it has taken the
// lock since, is not told then, but with its next post.
// Nor is a wait one that closes a turnstile: who has come through it himself, a permit got and posted at once,
// knows it to be open.
// Where the waiter decides under the lock, and for rooms, copies of one source line must be known
// as one: then all takings are told, and the command judges (tools/lockweave/records/decided_waits.h).
// Limit: who waits at a door by its role alone, and not by what the lock guards, is not told unless it
// blocks. So for a room's lock that all take in one function of the user's, in optimised code: its
// return address is the place then (site_key.h).
//
// Thread-safety: any thread. Cost: nothing but a probe for each notification as long as no thread
// waits like that; then a walk over the threads for each new such wait.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

// Untimed, for wait.object, with wait.held in the thread's hands.
void note_wait_under_locks(const core::ReportStep& wait);
// `thread` has notified or posted, and thread_past.h knows it.
void confirm_waits(core::ThreadState& thread, const core::Object& object);
void for_each_lock_of_waits_under_locks(core::LockVisitor visit);
void forget_waits_under_locks_after_fork();

}  // namespace lockweave::detectors
