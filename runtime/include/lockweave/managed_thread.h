// lockweave/managed_thread.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads as Python's threading has them, beside std's in lockweave/thread.h:
//
//   lockweave::managed_thread loader({"loader"}, load, std::ref(index));   // runs at once
//   if (!loader.join_for(2s)) std::cout << loader.name() << " is late";
//
//   lockweave::managed_thread({"heartbeat", true}, beat);                   // a daemon
//
//   class worker : public lockweave::runnable {                             // by subclass
//     void run() override { ... }
//   };
//   worker w{{"worker"}}; w.start(); w.join();
//
//   for (const lockweave::thread_info& each : lockweave::enumerate()) std::cout << each.name();
//   lockweave::current_thread().name();
//
// managed_thread: its destructor does not wait and does not terminate. A thread that still runs is
// joined when the process ends, unless it is a daemon: those are ended with the process, wherever they
// are. Who says nothing of it is a daemon if the thread that makes it is one. May be joined more than
// once, from several threads at a time.
// runnable: the object must outlive run(), so one that is destroyed before it was joined (or is_alive()
// said that it ended) calls std::terminate, as std::thread does. start() a second time: std::logic_error.
//
// When the process ends: by return from main or exit() in the main thread, threads are joined before
// static objects are destroyed; by exit() in another thread, among the exit handlers (statics that were
// made after the first managed thread are gone by then). Not by _exit, quick_exit, abort or a signal.
// An exception that leaves a thread's function calls std::terminate, unless there is a hook for it
// (set_excepthook): then the thread ends, and the hook is called in it. In the child of a fork there is
// only the thread that forked; handles of the others say that they ended.
// Errors: std::system_error when a thread cannot be started, or joins itself, or was never started.
// Thread-safety: distinct handles as std; thread_info from any thread.
#pragma once

#include <errno.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "lockweave/detail/deadline.h"
#include "lockweave/detail/thread_record.h"

namespace lockweave {

struct thread_options {
  std::string name = {};            // empty: "Thread-7"
  std::optional<bool> daemon = {};  // not joined when the process ends; nullopt: as its creator
};

// A thread as others see it. Stays valid after the thread's end.
class thread_info {
 public:
  using id = std::thread::id;

  explicit thread_info(detail::thread_list::record record) noexcept : record_(std::move(record)) {}

  std::string name() const { return get(&detail::thread_record::name); }
  void set_name(std::string name) const {
    detail::thread_list::instance().rename(record_, std::move(name));
  }
  // Also get_id(), as std calls it. Of a thread that does not run yet: id().
  id ident() const { return detail::thread_id_of(get(&detail::thread_record::handle)); }
  id get_id() const { return ident(); }
  // The kernel's; 0: it does not run yet.
  pid_t native_id() const { return get(&detail::thread_record::native_id); }
  bool is_alive() const { return get(&detail::thread_record::alive); }
  bool daemon() const { return get(&detail::thread_record::daemon); }
  friend bool operator==(const thread_info& a, const thread_info& b) noexcept {
    return a.record_ == b.record_;
  }
  friend bool operator!=(const thread_info& a, const thread_info& b) noexcept { return !(a == b); }

 private:
  template <class Value>
  Value get(Value detail::thread_record::*field) const {
    return detail::thread_list::instance().get(record_, field);
  }
  detail::thread_list::record record_;
};

// The calling thread, whoever started it.
inline thread_info current_thread() {
  return thread_info(detail::thread_list::instance().current());
}
// "MainThread". Its ident() is known once it has started a thread or asked for itself.
inline thread_info main_thread() { return thread_info(detail::thread_list::instance().main()); }
// All that live: the main thread, those of this library, and others that asked for current_thread().
inline std::vector<thread_info> enumerate() {
  std::vector<thread_info> found;
  for (auto& each : detail::thread_list::instance().living()) found.emplace_back(std::move(each));
  return found;
}
inline std::size_t active_count() { return detail::thread_list::instance().living().size(); }

// What left a managed thread's function, and whose.
struct excepthook_args {
  std::exception_ptr exception;
  thread_info thread;
};
using excepthook = std::function<void(const excepthook_args&)>;

namespace detail {
// The hook there is; null: std::terminate. Never destroyed: threads may start while statics go.
class excepthook_place {
 public:
  using shared = std::shared_ptr<const excepthook>;
  static excepthook_place& instance() {
    static auto* const place = new excepthook_place;
    return *place;
  }
  shared get() {
    const operation op(this);
    const hidden_lock guard(mutex_);
    return hook_;
  }
  void set(shared hook) {
    const operation op(this);
    const hidden_lock guard(mutex_);
    hook_.swap(hook);
  }

 private:
  hidden_mutex mutex_;
  shared hook_;  // guarded by mutex_
};
}  // namespace detail

// As threading.excepthook prints it, without the stack: it is gone when the exception is caught.
inline void print_exception(const excepthook_args& args) {
  std::string what = "not a std::exception";
#if defined(__cpp_exceptions)
  try {
    std::rethrow_exception(args.exception);
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
  }
#endif
  std::fprintf(stderr, "Exception in thread %s: %s\n", args.thread.name().c_str(), what.c_str());
}

// For all managed threads that start from now on; an empty one takes it away again. What the hook
// throws calls std::terminate.
inline void set_excepthook(excepthook hook) {
  auto shared = hook ? std::make_shared<const excepthook>(std::move(hook)) : nullptr;
  detail::excepthook_place::instance().set(std::move(shared));
}

namespace detail {

// The function of a managed thread, under the hook there was when it started.
template <class F>
struct hooked {
  F function;
  std::shared_ptr<const excepthook> hook;

  template <class... Args>
  void operator()(Args&&... args) {
#if defined(__cpp_exceptions)
    if (hook == nullptr) return run(std::forward<Args>(args)...);
    try {
      run(std::forward<Args>(args)...);
#if defined(__GLIBCXX__)
    } catch (__cxxabiv1::__forced_unwind&) {
      throw;
#endif
    } catch (...) {
      call_hook(std::current_exception());
    }
#else
    run(std::forward<Args>(args)...);
#endif
  }

 private:
  template <class... Args>
  void run(Args&&... args) {
    std::invoke(std::move(function), std::forward<Args>(args)...);
  }
  void call_hook(std::exception_ptr exception) noexcept {
    (*hook)({std::move(exception), current_thread()});
  }
};

}  // namespace detail

class managed_thread {
 public:
  using id = std::thread::id;
  using native_handle_type = pthread_t;

  managed_thread() noexcept = default;  // no thread
  template <class F, class... Args,
            class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, managed_thread> &&
                                     !std::is_same_v<std::decay_t<F>, thread_options>>>
  LOCKWEAVE_ALWAYS_INLINE explicit managed_thread(F&& f, Args&&... args) {
    create({}, std::forward<F>(f), std::forward<Args>(args)...);
  }
  template <class F, class... Args>
  LOCKWEAVE_ALWAYS_INLINE managed_thread(thread_options options, F&& f, Args&&... args) {
    create(std::move(options), std::forward<F>(f), std::forward<Args>(args)...);
  }
  managed_thread(managed_thread&&) noexcept = default;
  managed_thread& operator=(managed_thread&&) noexcept = default;
  ~managed_thread() {
    if (record_ != nullptr && detail::thread_list::instance().claim_ended(record_)) let_go();
  }

  // Has a thread, and nobody has joined it yet.
  bool joinable() const { return record_ != nullptr && !get(&detail::thread_record::joined); }

  // Each returns at once when the thread has been joined.
  LOCKWEAVE_ALWAYS_INLINE void join() {
    if (!claim(nullptr)) return;
    settle(pthread_join(handle_, nullptr));
  }
  // False: the time is up.
  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE bool join_for(const std::chrono::duration<Rep, Period>& from_now) {
    return join_until(detail::steady_after(from_now));
  }
  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE bool join_until(const std::chrono::time_point<Clock, Duration>& at) {
    return detail::attempt_until(at, [this](const detail::deadline& until) {
      if (!claim(&until)) return !joinable();
      return settle(detail::join_until(handle_, until));
    });
  }

  thread_info info() const {
    if (record_ == nullptr) detail::raise_system_error(EINVAL);
    return thread_info(record_);
  }
  std::string name() const { return info().name(); }
  void set_name(std::string name) { info().set_name(std::move(name)); }
  id ident() const { return get_id(); }
  id get_id() const noexcept { return detail::thread_id_of(handle_); }
  pid_t native_id() const { return info().native_id(); }
  bool is_alive() const { return record_ != nullptr && info().is_alive(); }
  bool daemon() const { return info().daemon(); }
  native_handle_type native_handle() noexcept { return handle_; }

 private:
  template <class F, class... Args>
  LOCKWEAVE_ALWAYS_INLINE void create(thread_options options, F&& f, Args&&... args) {
    auto record = std::make_shared<detail::thread_record>();
    if (!options.name.empty()) record->give_name(std::move(options.name));
    record->daemon = options.daemon.value_or(detail::thread_list::caller_is_daemon());
    record->managed = true;
    prepare();
    using function = detail::hooked<std::decay_t<F>>;
    handle_ = detail::start_thread(
        record, function{std::forward<F>(f), detail::excepthook_place::instance().get()},
        std::forward<Args>(args)...);
    record_ = std::move(record);
  }
  static void prepare() {
    detail::thread_list::instance().reap();
    detail::join_threads_at_exit = join_all;
    detail::arrange_exit_duties();
  }
  // Hidden: its function has returned, so this gives back its stack, and is no join of the program's.
  void let_go() noexcept {
    const auto join_hidden = [this] {
      const detail::operation op(this);
      return pthread_join(handle_, nullptr);
    };
    settle_as(join_hidden() == 0);
  }
  static void join_all() {
    while (auto record = detail::thread_list::instance().next_to_join()) {
      managed_thread left;
      left.handle_ = record->handle;
      left.record_ = std::move(record);
      left.join();
    }
  }

  template <class Value>
  Value get(Value detail::thread_record::*field) const {
    return detail::thread_list::instance().get(record_, field);
  }
  bool claim(const detail::deadline* until) {
    if (record_ == nullptr) detail::raise_system_error(EINVAL);
    return detail::at_call_site([&](const void* pc) {
      return detail::thread_list::instance().claim_join(record_, until, pc);
    });
  }
  void settle_as(bool joined) noexcept {
    detail::at_call_site(
        [&](const void* pc) { detail::thread_list::instance().settle(record_, joined, pc); });
  }
  bool settle(int error) {
    settle_as(error == 0);
    if (error == ETIMEDOUT) return false;
    detail::check(error);
    return true;
  }

  pthread_t handle_ = pthread_t();
  detail::thread_list::record record_;
};

// A thread by subclass. After start() its members may be called from any thread.
class runnable {
 public:
  using id = std::thread::id;

  explicit runnable(thread_options options = {})
      : options_{std::move(options.name),
                 options.daemon.value_or(detail::thread_list::caller_is_daemon())} {}
  runnable(const runnable&) = delete;
  runnable& operator=(const runnable&) = delete;
  // A daemon that still runs when the process ends is let go; what it uses must live on then.
  virtual ~runnable() {
    const bool is_let_go = daemon() && detail::is_exiting.load();
    if (thread_.joinable() && !seen_ended_.load() && !is_let_go) std::terminate();
  }

  // Errors: std::logic_error the second time; std::system_error, then it may be tried again.
  LOCKWEAVE_ALWAYS_INLINE void start() {
    if (is_started()) detail::raise(std::logic_error("a runnable can be started only once"));
    thread_ = managed_thread(options_, [this] { run(); });
  }
  LOCKWEAVE_ALWAYS_INLINE void join() { thread_.join(); }
  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE bool join_for(const std::chrono::duration<Rep, Period>& from_now) {
    return thread_.join_for(from_now);
  }
  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE bool join_until(const std::chrono::time_point<Clock, Duration>& at) {
    return thread_.join_until(at);
  }

  // Between start() and the end of run().
  bool is_alive() const {
    if (thread_.is_alive()) return true;
    seen_ended_ = true;
    return false;
  }
  // Before start(): what was given.
  std::string name() const { return is_started() ? thread_.name() : options_.name; }
  bool daemon() const noexcept { return *options_.daemon; }
  id ident() const noexcept { return thread_.ident(); }
  id get_id() const noexcept { return thread_.get_id(); }
  pid_t native_id() const { return is_started() ? thread_.native_id() : 0; }
  // Errors: std::system_error before start().
  thread_info info() const { return thread_.info(); }

 protected:
  virtual void run() = 0;

 private:
  bool is_started() const noexcept { return thread_.get_id() != id(); }

  const thread_options options_;
  managed_thread thread_;
  mutable std::atomic<bool> seen_ended_{false};
};

}  // namespace lockweave
