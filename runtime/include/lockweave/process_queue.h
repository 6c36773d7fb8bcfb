// lockweave/process_queue.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// process_queue: a bounded joinable queue between processes, as Python's multiprocessing.JoinableQueue.
//
//   lockweave::process_queue<job> jobs(100);                    // shared with children made by fork
//   lockweave::process worker([&] {
//     while (std::optional<job> next = jobs.get()) { ...; jobs.task_done(); }
//   });
//   jobs.put(job{...}); jobs.join(); jobs.close();
//
//   auto jobs = lockweave::process_queue<job>::create("/jobs", 100);   // for processes of any kind;
//   auto jobs = lockweave::process_queue<job>::open("/jobs");          // remove("/jobs") ends the name
//
// Members and what they do when full, empty or closed: as lockweave::queue and joinable_queue. Values
// are copied byte by byte: trivially copyable, and no pointers (also not inside: nothing can check that).
//
// A process that is killed takes nothing with it but the value it was working on: one it had got and
// not finished is never finished, so join() waits for ever then; join_for() does not.
// Threads of one process may share one object, too.
//
// Errors: std::system_error when there is no shared memory (it says how much was wanted), the name is
// taken or missing, or the values of the named queue have another size. queue_closed, and
// std::logic_error for a task_done too many, as joinable_queue.
// Cost: a robust process-shared mutex; a system call only to wait or to wake a waiter.
// Limits: every change wakes all who wait for it. A waiting thread cannot be cancelled. A queue whose
// creator died while it was setting it up cannot be opened; remove it. Linux only.
#pragma once

#include <errno.h>
#include <sys/mman.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "lockweave/detail/process_queue_state.h"
#include "lockweave/detail/shared_memory.h"
#include "lockweave/queue.h"

namespace lockweave {

template <class T>
class process_queue {
  static_assert(std::is_trivially_copyable_v<T> && std::is_copy_constructible_v<T>,
                "values are copied between processes byte by byte");
  static_assert(!std::is_pointer_v<T>, "a pointer means nothing in another process");

 public:
  using value_type = T;

  // The name is for reports.
  explicit process_queue(std::size_t capacity, const char* name = nullptr)
      : process_queue(detail::shared_memory::anonymous(bytes_for(capacity)), capacity, name) {}

  // Names begin with '/' and have no other. Errors: EEXIST.
  static process_queue create(const std::string& name, std::size_t capacity) {
    return process_queue(detail::shared_memory::create(name, bytes_for(capacity)), capacity,
                         name.c_str());
  }
  // Waits a moment for a creator that is just setting it up. Errors: ENOENT, EINVAL, EAGAIN.
  static process_queue open(const std::string& name) { return process_queue(name); }
  // Returns whether there was one. Those who have opened it keep it.
  static bool remove(const std::string& name) noexcept { return ::shm_unlink(name.c_str()) == 0; }

  process_queue(const process_queue&) = delete;
  process_queue& operator=(const process_queue&) = delete;

  LOCKWEAVE_ALWAYS_INLINE void put(const T& value) {
    detail::process_queue_lock held(state());
    held.wait(state().room, nullptr, LW_FOR_ROOM, [this] { return state().has_room(); });
    insert(value);
  }
  LOCKWEAVE_ALWAYS_INLINE bool try_put(const T& value) {
    const detail::process_queue_lock held(state());
    if (!state().has_room()) return false;
    insert(value);
    return true;
  }
  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE bool put_for(const T& value,
                                       const std::chrono::duration<Rep, Period>& from_now) {
    return put_until(value, detail::steady_after(from_now));
  }
  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE bool put_until(const T& value,
                                         const std::chrono::time_point<Clock, Duration>& at) {
    return detail::attempt_until(at, [&](const detail::deadline& until) {
      detail::process_queue_lock held(state());
      if (!held.wait(state().room, &until, LW_FOR_ROOM, [this] { return state().has_room(); }))
        return false;
      insert(value);
      return true;
    });
  }

  LOCKWEAVE_ALWAYS_INLINE std::optional<T> get() {
    detail::process_queue_lock held(state());
    held.wait(state().news, nullptr, 0, [this] { return state().has_news(); });
    return extract();
  }
  LOCKWEAVE_ALWAYS_INLINE std::optional<T> try_get() {
    const detail::process_queue_lock held(state());
    return extract();
  }
  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE std::optional<T> get_for(
      const std::chrono::duration<Rep, Period>& from_now) {
    return get_until(detail::steady_after(from_now));
  }
  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE std::optional<T> get_until(
      const std::chrono::time_point<Clock, Duration>& at) {
    std::optional<T> value;
    detail::attempt_until(at, [&](const detail::deadline& until) {
      detail::process_queue_lock held(state());
      if (!held.wait(state().news, &until, 0, [this] { return state().has_news(); })) return false;
      value = extract();
      return true;
    });
    return value;
  }

  // No more values may be put; those inside can still be got. Wakes all waiters. May be repeated.
  LOCKWEAVE_ALWAYS_INLINE void close() {
    const detail::process_queue_lock held(state());
    order(nullptr, &state().puts);
    state().tell_everybody();
    state().closed = 1;
  }

  // A consumer says that the work for one value it got is finished.
  // Errors: reported as queue-imbalance and std::logic_error when there were fewer puts than calls.
  LOCKWEAVE_ALWAYS_INLINE void task_done() {
    if (finish_one()) return;
    detail::at_call_site([this](const void* pc) {
      const detail::operation op(&state());
      op.misuse("queue-imbalance", "task-done-too-often", &state(), LW_QUEUE, pc);
    });
    detail::raise(std::logic_error("task_done called more often than put"));
  }
  // Waits until every value that was put is finished, also those put meanwhile.
  LOCKWEAVE_ALWAYS_INLINE void join() {
    detail::process_queue_lock held(state());
    held.wait(state().finished, nullptr, LW_FOR_WORK, [this] { return state().is_finished(); });
    order(&state().dones, nullptr);
  }
  // False: the time is up.
  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE bool join_for(const std::chrono::duration<Rep, Period>& from_now) {
    return join_until(detail::steady_after(from_now));
  }
  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE bool join_until(const std::chrono::time_point<Clock, Duration>& at) {
    return detail::attempt_until(at, [&](const detail::deadline& until) {
      detail::process_queue_lock held(state());
      const auto finished = [this] { return state().is_finished(); };
      if (!held.wait(state().finished, &until, LW_FOR_WORK, finished)) return false;
      order(&state().dones, nullptr);
      return true;
    });
  }

  // A snapshot: others may have changed it before the caller looks at it.
  std::size_t size() const {
    const detail::process_queue_lock held(state());
    return static_cast<std::size_t>(state().size());
  }
  bool empty() const { return size() == 0; }
  bool closed() const {
    const detail::process_queue_lock held(state());
    return state().closed != 0;
  }
  std::size_t capacity() const noexcept { return static_cast<std::size_t>(state().capacity); }

 private:
  using shared_state = detail::process_queue_state;
  static constexpr std::size_t kValuesAt =
      (sizeof(shared_state) + alignof(T) - 1) / alignof(T) * alignof(T);
  static_assert(alignof(T) <= 4096, "memory is mapped in pages");

  static std::size_t bytes_for(std::size_t capacity) {
    constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max());
    if (capacity == 0) {
      detail::raise(std::invalid_argument("a process_queue needs room for a value"));
    }
    if (capacity <= (kMost - kValuesAt) / sizeof(T)) return kValuesAt + capacity * sizeof(T);
    detail::raise_memory_error(ENOMEM, "cannot share " + std::to_string(capacity) + " values of " +
                                           std::to_string(sizeof(T)) + " bytes");
  }

  process_queue(detail::shared_memory memory, std::size_t capacity, const char* name)
      : memory_(std::move(memory)) {
    ::new (memory_.begin()) shared_state(sizeof(T), capacity);
    tell_begin(name);
  }
  explicit process_queue(const std::string& name) : memory_(detail::shared_memory::open(name)) {
    constexpr int kTries = 200;
    for (int tries = 0; !is_set_up(); ++tries) {
      if (tries == kTries) {
        detail::raise_memory_error(EAGAIN, "'" + name + "' is no process_queue, or unfinished");
      }
      const timespec step{0, 5'000'000};
      ::nanosleep(&step, nullptr);
      if (memory_.begin() == nullptr) memory_ = detail::shared_memory::open(name);
    }
    check_layout(name);
    tell_begin(name.c_str());
  }
  // The queue and its mutex, in this process; a fork's child knows them as its parent did.
  void tell_begin(const char* name) const noexcept {
    if (!detail::observed()) return;
    detail::at_call_site([this](const void* pc) {
      const detail::operation op(&state());
      op.begin(&state(), LW_QUEUE, pc, LW_PROCESS_SHARED);
    });
    if (name == nullptr) return;
    lockweave_lw_name()(&state(), name);
    lockweave_lw_name()(&state().mutex, name);
  }
  bool is_set_up() const noexcept {
    return memory_.size() >= sizeof(shared_state) &&
           state().ready.load(std::memory_order_acquire) == shared_state::kReady;
  }
  void check_layout(const std::string& name) const {
    if (state().value_size == sizeof(T) && memory_.size() >= bytes_for(capacity())) return;
    detail::raise_memory_error(EINVAL, "'" + name + "' holds values of " +
                                           std::to_string(state().value_size) + " bytes, not of " +
                                           std::to_string(sizeof(T)));
  }

  shared_state& state() const noexcept { return *static_cast<shared_state*>(memory_.begin()); }
  T* slot(std::uint64_t count) const noexcept {
    auto* values = static_cast<unsigned char*>(memory_.begin()) + kValuesAt;
    return reinterpret_cast<T*>(values) + count % state().capacity;
  }

  // Between threads of this process. Puts, gets and ends of work each have a place of their own.
  void order(const void* after, const void* before) const noexcept {
    const detail::operation op(&state());
    if (after != nullptr) op.order_acquire(after);
    if (before != nullptr) op.order_release(before, LW_QUEUE);
  }

  // All below change one counter last. The first two require that the mutex is held.
  void insert(const T& value) {
    if (state().closed != 0) detail::raise(queue_closed());
    order(&state().gets, &state().puts);
    ::new (static_cast<void*>(slot(state().puts))) T(value);
    state().news.tell_all();
    std::atomic_signal_fence(std::memory_order_seq_cst);  // a value that is counted is complete
    ++state().puts;
  }
  std::optional<T> extract() {
    if (!state().has_news()) return std::nullopt;
    order(&state().puts, &state().gets);
    if (state().size() == 0) return std::nullopt;
    std::optional<T> value(*slot(state().gets));
    state().room.tell_all();
    ++state().gets;
    return value;
  }
  LOCKWEAVE_ALWAYS_INLINE bool finish_one() {
    const detail::process_queue_lock held(state());
    if (state().is_finished()) return false;
    order(nullptr, &state().dones);
    if (state().dones + 1 == state().puts) state().finished.tell_all();
    ++state().dones;
    return true;
  }

  detail::shared_memory memory_;
};

}  // namespace lockweave
