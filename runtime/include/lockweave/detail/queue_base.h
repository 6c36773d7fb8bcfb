// lockweave/detail/queue_base.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all queues share: the bound, the waits, closing, the events. Private; see lockweave/queue.h.
// Waits for room, for a value and for unfinished work are all waits for the queue.
//
// Order: a get comes after all puts so far; a put into a bounded queue after the gets that made room;
// a join after every task_done. Each of the three has a place of its own to hand over, the queue,
// &room_ and &unfinished_: consumers are not ordered among each other by what they get and finish,
// nor producers by a wait for room.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "lockweave/detail/deadline.h"
#include "lockweave/detail/hidden.h"
#include "lockweave/detail/operation.h"

namespace lockweave {

// Something was put into a queue after close().
class queue_closed : public std::runtime_error {
 public:
  queue_closed() : std::runtime_error("the queue is closed") {}
};

namespace detail {

template <class T, class Store>
class queue_base {
 public:
  using value_type = T;
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

  LOCKWEAVE_ALWAYS_INLINE queue_base() { object_begin(this, LW_QUEUE); }
  LOCKWEAVE_ALWAYS_INLINE explicit queue_base(std::size_t capacity) : capacity_(capacity) {
    object_begin(this, LW_QUEUE);
  }
  LOCKWEAVE_ALWAYS_INLINE explicit queue_base(const char* name) {
    object_begin(this, LW_QUEUE, name);
  }
  LOCKWEAVE_ALWAYS_INLINE queue_base(std::size_t capacity, const char* name) : capacity_(capacity) {
    object_begin(this, LW_QUEUE, name);
  }
  LOCKWEAVE_ALWAYS_INLINE ~queue_base() { object_end(this, LW_QUEUE); }
  queue_base(const queue_base&) = delete;
  queue_base& operator=(const queue_base&) = delete;

  LOCKWEAVE_ALWAYS_INLINE void put(const T& value) { put_forever(value); }
  LOCKWEAVE_ALWAYS_INLINE void put(T&& value) { put_forever(std::move(value)); }

  LOCKWEAVE_ALWAYS_INLINE bool try_put(const T& value) { return put_now(value); }
  LOCKWEAVE_ALWAYS_INLINE bool try_put(T&& value) { return put_now(std::move(value)); }

  template <class Value, class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE bool put_for(Value&& value,
                                       const std::chrono::duration<Rep, Period>& from_now) {
    return put_until(std::forward<Value>(value), steady_after(from_now));
  }
  template <class Value, class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE bool put_until(Value&& value,
                                         const std::chrono::time_point<Clock, Duration>& at) {
    return at_call_site([&](const void* pc) {
      return attempt_until(at, [&](const deadline& until) {
        return put_seen(std::forward<Value>(value), pc, [&](const operation& op) {
          return room_.wait_until(mutex_, until,
                                  {op, {this, LW_QUEUE, LW_TIMED | LW_FOR_ROOM | LW_UNORDERED}, pc},
                                  [this] { return has_room(); });
        });
      });
    });
  }

  LOCKWEAVE_ALWAYS_INLINE std::optional<T> get() {
    return at_call_site([this](const void* pc) {
      return get_seen(pc, [&](const operation& op) {
        news_.wait(mutex_, {op, {this, LW_QUEUE}, pc}, [this] { return has_news(); });
      });
    });
  }
  LOCKWEAVE_ALWAYS_INLINE std::optional<T> try_get() {
    return at_call_site([this](const void* pc) { return get_seen(pc, [](const operation&) {}); });
  }
  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE std::optional<T> get_for(
      const std::chrono::duration<Rep, Period>& from_now) {
    return get_until(steady_after(from_now));
  }
  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE std::optional<T> get_until(
      const std::chrono::time_point<Clock, Duration>& at) {
    return at_call_site([&](const void* pc) {
      std::optional<T> value;
      attempt_until(at, [&](const deadline& until) {
        bool over = false;
        value = get_seen(pc, [&](const operation& op) {
          over = news_.wait_until(mutex_, until, {op, {this, LW_QUEUE, LW_TIMED}, pc},
                                  [this] { return has_news(); });
        });
        return over;
      });
      return value;
    });
  }

  // No more values may be put; those inside can still be got. Wakes all waiters. May be repeated.
  LOCKWEAVE_ALWAYS_INLINE void close() {
    at_call_site([this](const void* pc) {
      const operation op(this);
      const hidden_lock guard(mutex_);
      closed_ = true;
      op.notify_some(this, LW_QUEUE, news_.wakes_all() + room_.wakes_all(), pc);
      news_.notify_all();
      room_.notify_all();
    });
  }

  // A snapshot: other threads may have changed it before the caller looks at it.
  std::size_t size() const {
    const operation op(this);
    const hidden_lock guard(mutex_);
    return store_.size();
  }
  bool empty() const { return size() == 0; }
  bool closed() const {
    const operation op(this);
    const hidden_lock guard(mutex_);
    return closed_;
  }
  std::size_t capacity() const noexcept { return capacity_; }

 protected:
  bool finish_one(const void* pc) {
    const operation op(this);
    const hidden_lock guard(mutex_);
    if (unfinished_ == 0) {
      op.misuse("queue-imbalance", "task-done-too-often", this, LW_QUEUE, pc);
      return false;
    }
    op.order_release(&unfinished_, LW_QUEUE);
    op.value_done(this);
    --unfinished_;
    count_work(op);
    if (unfinished_ == 0) {
      op.wake_some(this, LW_QUEUE, finished_.wakes_all(), pc);
      finished_.notify_all();
    }
    return true;
  }
  void wait_finished(const void* pc) {
    const operation op(this);
    const hidden_lock guard(mutex_);
    count_work(op);
    finished_.wait(mutex_, {op, {this, LW_QUEUE, LW_FOR_WORK | LW_UNORDERED}, pc},
                   [this] { return unfinished_ == 0; });
    op.order_acquire(&unfinished_);
  }

 private:
  // All require that mutex_ is held.
  bool is_full() const { return store_.size() >= capacity_; }
  bool has_room() const { return !is_full() || closed_; }
  bool has_news() const { return store_.size() != 0 || closed_; }

  void count_work(const operation& op) {
    work_counted_ = true;
    op.queue_work(this, unfinished_);
  }

  // wait_for_room(op) returns false when the value must not be put. Requires nothing held.
  template <class Value, class WaitForRoom>
  bool put_seen(Value&& value, const void* pc, WaitForRoom wait_for_room) {
    const operation op(this);
    const hidden_lock guard(mutex_);
    const bool room = wait_for_room(op);
    if (closed_) raise(queue_closed());
    if (!room) return false;
    if (capacity_ != kUnbounded) op.order_acquire(&room_);
    store_.push(std::forward<Value>(value));
    ++unfinished_;
    if (work_counted_) count_work(op);
    op.notify_some(this, LW_QUEUE, news_.wakes_one(), pc);
    news_.notify_one();
    return true;
  }
  template <class Value>
  LOCKWEAVE_ALWAYS_INLINE void put_forever(Value&& value) {
    at_call_site([&](const void* pc) {
      put_seen(std::forward<Value>(value), pc, [&](const operation& op) {
        room_.wait(mutex_, {op, {this, LW_QUEUE, LW_FOR_ROOM | LW_UNORDERED}, pc},
                   [this] { return has_room(); });
        return true;
      });
    });
  }
  template <class Value>
  LOCKWEAVE_ALWAYS_INLINE bool put_now(Value&& value) {
    return at_call_site([&](const void* pc) {
      return put_seen(std::forward<Value>(value), pc,
                      [this](const operation&) { return has_room(); });
    });
  }

  template <class WaitForNews>
  std::optional<T> get_seen(const void* pc, WaitForNews wait_for_news) {
    const operation op(this);
    const hidden_lock guard(mutex_);
    wait_for_news(op);
    if (!has_news()) return std::nullopt;
    op.order_acquire(this);  // also from close(): what came before it is over
    if (store_.size() == 0) return std::nullopt;
    std::optional<T> value(store_.pop());
    op.value_got(this, pc);
    if (capacity_ != kUnbounded) {
      op.order_release(&room_, LW_QUEUE);
      op.wake_some(this, LW_QUEUE, room_.wakes_one(), pc);
      room_.notify_one();
    }
    return value;
  }

  const std::size_t capacity_ = kUnbounded;

  // guarded by mutex_
  Store store_;
  std::size_t unfinished_ = 0;  // puts without their task_done
  bool work_counted_ = false;   // task_done() or join() was called
  bool closed_ = false;

  mutable hidden_mutex mutex_;
  counted_condition news_;      // has_news() became true
  counted_condition room_;      // has_room() became true
  counted_condition finished_;  // unfinished_ became 0
};

}  // namespace detail
}  // namespace lockweave
