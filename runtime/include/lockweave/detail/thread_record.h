// lockweave/detail/thread_record.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known of a thread besides its handle, and the list of all living ones. Private; see
// lockweave/thread.h and lockweave/managed_thread.h.
//
// The list is never destroyed: threads may outlive the destructors of globals. After a fork it holds
// only the thread that forked. Its mutex is used in hidden operations only.
// Thread-safety: all functions from any thread; the fields of a record are guarded by the list's mutex.
#pragma once

#include <errno.h>
#include <pthread.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "lockweave/detail/exit_duties.h"
#include "lockweave/detail/hidden.h"
#include "lockweave/detail/operation.h"

LOCKWEAVE_DETAIL_HOOK(lw_thread_name)

namespace lockweave::detail {

struct thread_record {
  std::string name;  // "Thread-7" when none was given
  bool named = false;
  bool daemon = false;
  bool managed = false;  // joined at exit, unless it is a daemon
  bool alive = true;     // until its function has returned
  bool joining = false;  // some thread is in pthread_join
  bool joined = false;
  pid_t native_id = 0;  // 0: the thread does not run yet
  pthread_t handle = pthread_t();
  hidden_condition no_longer_joining;

  void give_name(std::string given) {
    name = std::move(given);
    named = true;
  }
};

inline std::thread::id thread_id_of(pthread_t handle) noexcept {
  using id = std::thread::id;
  // Both libstdc++ and libc++ keep exactly the handle in it, but offer no common constructor.
  static_assert(sizeof(id) == sizeof(pthread_t) && std::is_trivially_copyable_v<id>);
  id result;
  std::memcpy(static_cast<void*>(&result), &handle, sizeof(result));
  return result;
}

// The kernel's name is cut to its limit, the runtime's is not.
// Requires: the thread lives.
inline void tell_thread_name(const operation& op, pthread_t handle, const char* name) noexcept {
  constexpr std::size_t kKernelLimit = 15;
  char shortened[kKernelLimit + 1] = {};
  std::strncpy(shortened, name, kKernelLimit);
  pthread_setname_np(handle, shortened);
  const auto tell = lockweave_lw_thread_name();
  if (op.seen() && tell != nullptr) tell(reinterpret_cast<const void*>(handle), name);
}

class thread_list {
 public:
  using record = std::shared_ptr<thread_record>;

  static thread_list& instance() {
    static thread_list* const list = new thread_list;
    return *list;
  }

  // Of the calling thread. A thread that was started otherwise is entered now and leaves at its end.
  record current() {
    if (mine() == nullptr) enter_foreign();
    const operation op(this);
    const hidden_lock guard(mutex_);
    return shared(mine());
  }
  record main() {
    const operation op(this);
    const hidden_lock guard(mutex_);
    return main_;
  }
  std::vector<record> living() {
    const operation op(this);
    const hidden_lock guard(mutex_);
    std::vector<record> found;
    std::copy_if(records_.begin(), records_.end(), std::back_inserter(found),
                 [](const record& each) { return each->alive; });
    return found;
  }

  // Constant once the thread runs, so no lock is needed.
  static bool caller_is_daemon() noexcept { return mine() != nullptr && mine()->daemon; }

  // ---- a thread's life -----------------------------------------------------------------------
  // The creator, before pthread_create; and if that failed.
  void add(const record& added) {
    const operation op(this);
    const hidden_lock guard(mutex_);
    if (!added->named) added->name = "Thread-" + std::to_string(++unnamed_);
    records_.push_back(added);
  }
  void remove(const record& removed) noexcept {
    const operation op(this);
    const hidden_lock guard(mutex_);
    removed->alive = false;
    erase(removed.get());
  }
  // Both the creator and the new thread know it first.
  void set_handle(const record& of, pthread_t handle) noexcept {
    const operation op(this);
    const hidden_lock guard(mutex_);
    of->handle = handle;
  }
  // The new thread itself.
  void begin(const record& begun) noexcept {
    const operation op(this);
    const hidden_lock guard(mutex_);
    begun->native_id = kernel_thread_id();
    begun->handle = pthread_self();
    mine() = begun.get();
    if (begun->named) tell_thread_name(op, begun->handle, begun->name.c_str());
  }
  void end(const record& ended) noexcept {
    const operation op(this);
    const hidden_lock guard(mutex_);
    ended->alive = false;
    mine() = nullptr;
    if (!ended->managed) erase(ended.get());
  }

  // ---- what is asked of a record -------------------------------------------------------------
  template <class Value>
  Value get(const record& of, Value thread_record::*field) const {
    const operation op(this);
    const hidden_lock guard(mutex_);
    return (*of).*field;
  }
  void rename(const record& of, std::string name) {
    const operation op(this);
    const hidden_lock guard(mutex_);
    of->give_name(std::move(name));
    // It cannot end meanwhile; one that does not run yet tells its name itself.
    if (of->alive && of->native_id != 0) tell_thread_name(op, of->handle, of->name.c_str());
  }

  // ---- joining: one thread does it, the others wait for that one -------------------------------
  // True: the caller is to join, then to call `settle`. False: it has been joined, or the time is up.
  // Errors: a thread cannot join itself, whoever else does.
  bool claim_join(const record& of, const deadline* until, const void* pc) {
    if (of.get() == mine()) raise_system_error(EDEADLK);
    const operation op(this);
    const hidden_lock guard(mutex_);
    const auto free = [&] { return !of->joining; };
    if (until == nullptr) {
      of->no_longer_joining.wait(mutex_, {op, {of.get(), LW_LATCH}, pc}, free);
    } else if (!of->no_longer_joining.wait_until(mutex_, *until,
                                                 {op, {of.get(), LW_LATCH, LW_TIMED}, pc}, free)) {
      return false;
    }
    if (of->joined) op.order_acquire(of.get());
    of->joining = !of->joined;
    return of->joining;
  }
  // The same for a thread whose function has returned, without waiting for anybody.
  bool claim_ended(const record& of) noexcept {
    const operation op(this);
    const hidden_lock guard(mutex_);
    if (of->alive || of->joined || of->joining) return false;
    of->joining = true;
    return true;
  }
  void settle(const record& of, bool joined, const void* pc) noexcept {
    const operation op(this);
    const hidden_lock guard(mutex_);
    of->joining = false;
    of->joined = joined;
    if (joined) erase(of.get());
    op.notify(of.get(), LW_LATCH, true, pc);
    of->no_longer_joining.notify_all();
  }
  // A managed thread that is to be joined at exit; null: none is left.
  record next_to_join() {
    const operation op(this);
    const hidden_lock guard(mutex_);
    for (const record& each : records_) {
      const bool is_owed = each->managed && !each->daemon && each->handle != pthread_t();
      if (is_owed && !each->joined && each.get() != mine()) return each;
    }
    return nullptr;
  }
  // Gives back the stacks of managed threads that ended and whose handles are gone. Hidden: nobody
  // waits here, so this is no join of the program's.
  void reap() noexcept {
    const operation op(this);
    const hidden_lock guard(mutex_);
    const auto is_done = [](const record& each) {
      return each->managed && !each->alive && each.use_count() == 1 &&
             pthread_tryjoin_np(each->handle, nullptr) == 0;
    };
    records_.erase(std::remove_if(records_.begin(), records_.end(), is_done), records_.end());
  }

 private:
  thread_list() : main_(std::make_shared<thread_record>()) {
    main_->name = "MainThread";
    main_->native_id = ::getpid();
    if (is_main_thread()) be_main();
    records_.push_back(main_);
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  }

  static thread_record*& mine() noexcept {
    static thread_local thread_record* record = nullptr;
    return record;
  }

  // Requires: mutex_ is held, or nobody else knows the list yet.
  void be_main() noexcept {
    main_->handle = pthread_self();
    mine() = main_.get();
  }
  record shared(const thread_record* wanted) const {
    for (const record& each : records_) {
      if (each.get() == wanted) return each;
    }
    return nullptr;
  }
  void erase(const thread_record* erased) noexcept {
    const auto is_it = [=](const record& each) { return each.get() == erased; };
    records_.erase(std::remove_if(records_.begin(), records_.end(), is_it), records_.end());
  }

  struct foreign_end {
    ~foreign_end() {
      if (record != nullptr) instance().end(record);
    }
    thread_list::record record;
  };
  void enter_foreign() {
    if (is_main_thread()) {
      const operation op(this);
      const hidden_lock guard(mutex_);
      return be_main();
    }
    static thread_local foreign_end end;
    end.record = std::make_shared<thread_record>();
    add(end.record);
    begin(end.record);
  }

  static void before_fork() noexcept {
    const operation op(&instance());
    instance().mutex_.lock();
  }
  static void after_fork_in_parent() noexcept {
    const operation op(&instance());
    instance().mutex_.unlock();
  }
  // The thread that forked is the only one, and the main thread.
  static void after_fork_in_child() noexcept {
    const operation op(&instance());
    thread_list& list = instance();
    for (const record& each : list.records_) {
      const bool stays = each.get() == mine() || (mine() == nullptr && each == list.main_);
      each->alive = stays;
      each->joined = !stays;
    }
    if (mine() != nullptr) list.main_ = list.shared(mine());
    list.records_ = {list.main_};
    list.main_->native_id = ::getpid();
    list.main_->managed = false;
    list.be_main();
    list.mutex_.unlock();
  }

  mutable hidden_mutex mutex_;
  // guarded by mutex_
  std::vector<record> records_;
  record main_;
  unsigned long unnamed_ = 0;
};

// The time a thread is in the list as a living one.
class thread_life {
 public:
  explicit thread_life(thread_list::record record) noexcept : record_(std::move(record)) {
    thread_list::instance().begin(record_);
  }
  ~thread_life() { thread_list::instance().end(record_); }
  thread_life(const thread_life&) = delete;
  thread_life& operator=(const thread_life&) = delete;

 private:
  const thread_list::record record_;
};

// What a new thread needs; owned by the creator until pthread_create succeeded, then by the thread.
template <class... Parts>
struct thread_start {
  thread_list::record record;
  std::tuple<Parts...> parts;  // the callable and its arguments

  static void* run(void* self) {
    auto* given = static_cast<thread_start*>(self);
    const thread_life life(std::move(given->record));
    const std::unique_ptr<thread_start> start(given);
    std::apply([](auto&... part) { std::invoke(std::move(part)...); }, start->parts);
    return nullptr;
  }
};

// pthread_create, right where this is inlined into.
template <class F, class... Args>
LOCKWEAVE_ALWAYS_INLINE inline pthread_t start_thread(const thread_list::record& record, F&& f,
                                                      Args&&... args) {
  static_assert(std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>,
                "thread's arguments must be invocable after conversion to rvalues");
  using start = thread_start<std::decay_t<F>, std::decay_t<Args>...>;
  std::unique_ptr<start> owned(
      new start{record, {std::forward<F>(f), std::forward<Args>(args)...}});
  thread_list::instance().add(record);
  pthread_t handle = pthread_t();
  const int error = pthread_create(&handle, nullptr, &start::run, owned.get());
  if (error != 0) thread_list::instance().remove(record);
  check(error);
  static_cast<void>(owned.release());
  thread_list::instance().set_handle(record, handle);
  return handle;
}

}  // namespace lockweave::detail
