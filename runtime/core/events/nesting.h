// runtime/core/events/nesting.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nestings that cannot deadlock, and so are no edges of the lock order:
//
//   newborn      the lock that is wanted, or one that is held, is known to nobody else yet (newborn.h): it
//                is locked before its object goes into a list, and the list's lock is taken meanwhile.
//   inherited    what is held was held when the process was forked: in the child nobody else has it, or
//                wants it before the child makes a thread.
//   taken again  a semaphore was taken under a lock, has outlived its release, and the lock is taken again
//                to give the semaphore back under it, as the last reader does that a counter under
//                the lock knows (the lightswitch). Whoever wants the semaphore under the lock has looked
//                at the counter, so it is free, or of somebody who does not need the lock.
//                If the lock is released and the semaphore is still held, it was a nesting all the same,
//                and counts when the semaphore is given back, unless that is done under the lock and
//                the lock was taken in between at the place where the semaphore is taken under it: then the
//                semaphore is taken only at times there, so a counter decides.
//
// Limits: a nesting that is undecided when its thread ends does not count. Whether who wants the semaphore
// has looked at a counter cannot be seen. A program that takes and gives back a semaphore under one lock
// always, without a counter, can deadlock, and is not told unless it does.
// Cost: on the slow path of an acquisition, a step for each lock taken since the last one that is held
// still; a walk over all that the thread holds where a semaphore is among it.
#pragma once

#include "runtime/core/state/held.h"

namespace lockweave::core {

// Is that the lock under which a semaphore was taken that the thread holds still? Then kTakenAgain.
bool takes_again(const ThreadState& thread, std::uintptr_t address);
// `node` is wanted next: it, the same on a chain of the locks that count, or nullptr if none does.
Acquisition* nesting_that_counts(ThreadState& thread, Acquisition& node);
// `released`, in the thread's chain, is about to be released: `observe` is called for each acquisition whose
// nesting turns out to count with that. Pointers to undecided ones are kept until the semaphore is given
// back; they are pinned.
using Observer = void (*)(ThreadState& thread, Acquisition& node);
void settle_nestings(ThreadState& thread, Acquisition& released, Observer observe);

}  // namespace lockweave::core
