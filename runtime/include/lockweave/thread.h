// lockweave/thread.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// thread and, with C++20, jthread: std's types that call pthread_create and pthread_join right at
// the user's call site, where the runtime's interposition sees them.
//
//   lockweave::thread worker(lockweave::thread_name{"worker"}, run, std::ref(jobs));
//
// Differences from std
//   - A name as first argument, of any length. It is the thread's name in reports, and the kernel's (as
//     top and gdb show it), there cut to 15 characters.
//   - name(), native_id() (the kernel's id; 0 until the thread runs) and is_alive() (until its function
//     has returned), as Python's threads have; current_thread() and the list of all are in
//     lockweave/managed_thread.h.
// `thread::id` is std::thread::id.
// Cost: as std, and one more allocation and an entry in a list for each thread.
#pragma once

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#if defined(__has_include) && __has_include(<stop_token>)
#include <stop_token>
#endif

#include "lockweave/detail/operation.h"
#include "lockweave/detail/thread_record.h"

namespace lockweave {

struct thread_name {
  const char* text;
};

class thread {
 public:
  using id = std::thread::id;
  using native_handle_type = pthread_t;

  thread() noexcept = default;
  template <class F, class... Args,
            class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, thread> &&
                                     !std::is_same_v<std::decay_t<F>, thread_name>>>
  LOCKWEAVE_ALWAYS_INLINE explicit thread(F&& f, Args&&... args) {
    create(nullptr, std::forward<F>(f), std::forward<Args>(args)...);
  }
  template <class F, class... Args>
  LOCKWEAVE_ALWAYS_INLINE thread(thread_name name, F&& f, Args&&... args) {
    create(name.text, std::forward<F>(f), std::forward<Args>(args)...);
  }
  thread(thread&& other) noexcept { swap(other); }
  thread& operator=(thread&& other) noexcept {
    if (joinable_) std::terminate();
    swap(other);
    return *this;
  }
  ~thread() {
    if (joinable_) std::terminate();
  }

  void swap(thread& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(joinable_, other.joinable_);
    record_.swap(other.record_);
  }
  bool joinable() const noexcept { return joinable_; }
  id get_id() const noexcept { return joinable_ ? detail::thread_id_of(handle_) : id(); }
  native_handle_type native_handle() noexcept { return handle_; }
  static unsigned hardware_concurrency() noexcept { return std::thread::hardware_concurrency(); }

  // Empty, 0 and false once it is joined or detached. Without a name: "Thread-7".
  std::string name() const { return get(&detail::thread_record::name); }
  pid_t native_id() const noexcept { return get(&detail::thread_record::native_id); }
  bool is_alive() const noexcept { return get(&detail::thread_record::alive); }

  LOCKWEAVE_ALWAYS_INLINE void join() {
    detail::check(joinable_ ? pthread_join(handle_, nullptr) : EINVAL);
    forget();
  }
  LOCKWEAVE_ALWAYS_INLINE void detach() {
    detail::check(joinable_ ? pthread_detach(handle_) : EINVAL);
    forget();
  }

 private:
  template <class F, class... Args>
  LOCKWEAVE_ALWAYS_INLINE void create(const char* name, F&& f, Args&&... args) {
    auto record = std::make_shared<detail::thread_record>();
    if (name != nullptr) record->give_name(name);
    handle_ = detail::start_thread(record, std::forward<F>(f), std::forward<Args>(args)...);
    record_ = std::move(record);
    joinable_ = true;
  }
  void forget() noexcept {
    handle_ = pthread_t();
    joinable_ = false;
    record_ = nullptr;
  }
  template <class Value>
  Value get(Value detail::thread_record::*field) const {
    return record_ == nullptr ? Value() : detail::thread_list::instance().get(record_, field);
  }

  pthread_t handle_ = pthread_t();
  bool joinable_ = false;
  detail::thread_list::record record_;
};

inline void swap(thread& a, thread& b) noexcept { a.swap(b); }

#if defined(__cpp_lib_jthread)

using std::nostopstate;
using std::nostopstate_t;
// std's, and they order: what came before request_stop comes before whatever follows a stop_requested
// that is true, and before the callbacks. Only through these names: a std::stop_token made of one stops
// as well, but its order is not seen.
namespace detail {

// What a source and its tokens share; nullptr without a state. Both standard libraries keep a pointer
// to it, and nothing else.
template <class Handle>
const void* stop_state(const Handle& handle) noexcept {
  static_assert(sizeof(Handle) == sizeof(void*));
  const void* state = nullptr;
  memcpy(&state, &handle, sizeof state);
  return state;
}
template <class Handle>
void take_over_stop(const Handle& handle) noexcept {
  if (!observed() || stop_state(handle) == nullptr) return;
  const operation op(stop_state(handle));
  op.order_acquire(stop_state(handle));
}

}  // namespace detail

class stop_token : public std::stop_token {
 public:
  stop_token() noexcept = default;
  stop_token(std::stop_token token) noexcept : std::stop_token(std::move(token)) {}

  [[nodiscard]] bool stop_requested() const noexcept {
    const bool requested = std::stop_token::stop_requested();
    if (requested) detail::take_over_stop<std::stop_token>(*this);
    return requested;
  }
};

class stop_source : public std::stop_source {
 public:
  using std::stop_source::stop_source;

  [[nodiscard]] stop_token get_token() const noexcept { return std::stop_source::get_token(); }
  bool request_stop() noexcept {
    const void* state = detail::stop_state<std::stop_source>(*this);
    if (state != nullptr && detail::observed()) {
      const detail::operation op(state);
      op.order_release(state, LW_ATOMIC);
    }
    return std::stop_source::request_stop();
  }
};

template <class Callback>
class stop_callback {
 public:
  using callback_type = Callback;

  template <class F>
  explicit stop_callback(const std::stop_token& token, F&& callback)
      : registered_(token, Call{token, Callback(std::forward<F>(callback))}) {}
  stop_callback(const stop_callback&) = delete;
  stop_callback& operator=(const stop_callback&) = delete;

 private:
  struct Call {
    std::stop_token token;
    Callback callback;

    void operator()() {
      detail::take_over_stop(token);
      std::forward<Callback>(callback)();
    }
  };
  std::stop_callback<Call> registered_;
};
template <class Callback>
stop_callback(std::stop_token, Callback) -> stop_callback<Callback>;

class jthread {
 public:
  using id = thread::id;
  using native_handle_type = thread::native_handle_type;

  jthread() noexcept : stop_(std::nostopstate) {}
  template <class F, class... Args,
            class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, jthread> &&
                                     !std::is_same_v<std::decay_t<F>, thread_name>>>
  LOCKWEAVE_ALWAYS_INLINE explicit jthread(F&& f, Args&&... args)
      : jthread(thread_name{nullptr}, std::forward<F>(f), std::forward<Args>(args)...) {}
  template <class F, class... Args>
  LOCKWEAVE_ALWAYS_INLINE jthread(thread_name name, F&& f, Args&&... args) {
    if constexpr (std::is_invocable_v<std::decay_t<F>, stop_token, std::decay_t<Args>...>) {
      thread_ = thread(name, std::forward<F>(f), stop_.get_token(), std::forward<Args>(args)...);
    } else {
      thread_ = thread(name, std::forward<F>(f), std::forward<Args>(args)...);
    }
  }
  jthread(jthread&&) noexcept = default;
  LOCKWEAVE_ALWAYS_INLINE jthread& operator=(jthread&& other) noexcept {
    if (this == &other) return *this;
    finish();
    thread_ = std::move(other.thread_);
    stop_ = std::move(other.stop_);
    return *this;
  }
  LOCKWEAVE_ALWAYS_INLINE ~jthread() { finish(); }

  void swap(jthread& other) noexcept {
    std::swap(stop_, other.stop_);
    thread_.swap(other.thread_);
  }
  friend void swap(jthread& a, jthread& b) noexcept { a.swap(b); }

  [[nodiscard]] bool joinable() const noexcept { return thread_.joinable(); }
  [[nodiscard]] id get_id() const noexcept { return thread_.get_id(); }
  [[nodiscard]] native_handle_type native_handle() noexcept { return thread_.native_handle(); }
  [[nodiscard]] static unsigned hardware_concurrency() noexcept {
    return thread::hardware_concurrency();
  }
  [[nodiscard]] std::string name() const { return thread_.name(); }
  [[nodiscard]] pid_t native_id() const noexcept { return thread_.native_id(); }
  [[nodiscard]] bool is_alive() const noexcept { return thread_.is_alive(); }
  LOCKWEAVE_ALWAYS_INLINE void join() { thread_.join(); }
  LOCKWEAVE_ALWAYS_INLINE void detach() { thread_.detach(); }

  [[nodiscard]] stop_source get_stop_source() noexcept { return stop_; }
  [[nodiscard]] stop_token get_stop_token() const noexcept { return stop_.get_token(); }
  bool request_stop() noexcept { return stop_.request_stop(); }

 private:
  LOCKWEAVE_ALWAYS_INLINE void finish() {
    if (!joinable()) return;
    request_stop();
    join();
  }

  stop_source stop_;
  thread thread_;
};

#endif

namespace this_thread {
using std::this_thread::get_id;
using std::this_thread::sleep_for;
using std::this_thread::sleep_until;
using std::this_thread::yield;
}  // namespace this_thread

}  // namespace lockweave
