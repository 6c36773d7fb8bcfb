// lockweave/queue.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Queues between threads, after Python's queue module: queue (first in, first out), lifo_queue,
// priority_queue (the greatest first, as std::priority_queue), joinable_queue (task_done and join).
//
//   lockweave::queue<job> jobs(100);                 // at most 100 waiting jobs; (): any number
//   jobs.put(job{...});                              // waits while full
//   while (std::optional<job> next = jobs.get()) ... // waits while empty; ends after close()
//   jobs.close();
//
//              | full                    | empty               | closed
//   -----------|-------------------------|---------------------|-----------------------------------
//   put        | waits                   |                     | throws queue_closed
//   try_put    | false                   |                     | throws queue_closed
//   put_for    | waits, then false       |                     | throws queue_closed
//   get        |                         | waits               | the rest, then nullopt
//   try_get    |                         | nullopt             | the rest, then nullopt
//   get_for    |                         | waits, then nullopt | the rest, then nullopt
//
// Why these: to put into a closed queue is a mistake of the program, its value would be lost; the
// end of a queue is what a consumer's loop waits for. A value that is not put is not moved from.
//
// Thread-safety: all members from any thread, except the destructor.
// Exceptions: of T's copy or move and of Compare; then nothing was put or taken (a T whose move
// throws may be lost by get).
// Cost: a mutex and two condition variables inside.
// Limit: T's copies and moves, and Compare, run inside the operation: locks they take are not seen.
#pragma once

#include <functional>
#include <optional>
#include <stdexcept>

#include "lockweave/detail/queue_base.h"
#include "lockweave/detail/queue_store.h"

namespace lockweave {

template <class T>
class queue : public detail::queue_base<T, detail::fifo_store<T>> {
 public:
  using detail::queue_base<T, detail::fifo_store<T>>::queue_base;
};

template <class T>
class lifo_queue : public detail::queue_base<T, detail::lifo_store<T>> {
 public:
  using detail::queue_base<T, detail::lifo_store<T>>::queue_base;
};

// Values that compare equal come out in any order.
template <class T, class Compare = std::less<T>>
class priority_queue : public detail::queue_base<T, detail::heap_store<T, Compare>> {
 public:
  using detail::queue_base<T, detail::heap_store<T, Compare>>::queue_base;
};

// A queue that counts unfinished work: each put adds one, each task_done() takes one away.
template <class T>
class joinable_queue : public queue<T> {
 public:
  using queue<T>::queue;

  // A consumer says that the work for one value it got is finished.
  // Errors: reported as queue-imbalance and std::logic_error when there were fewer puts than calls.
  LOCKWEAVE_ALWAYS_INLINE void task_done() {
    const bool counted =
        detail::at_call_site([this](const void* pc) { return this->finish_one(pc); });
    if (!counted) detail::raise(std::logic_error("task_done called more often than put"));
  }
  // Waits until every value that was put is finished, also those put meanwhile. Closing the queue
  // does not end the wait: values that nobody gets are never finished.
  LOCKWEAVE_ALWAYS_INLINE void join() {
    detail::at_call_site([this](const void* pc) { this->wait_finished(pc); });
  }
};

}  // namespace lockweave
