// analyzer/extract/library.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/library.h"

#include <clang/AST/DeclTemplate.h>

#include <algorithm>
#include <array>
#include <span>

namespace lockweave::analyzer::extract {
namespace {

using summary::Answer;
using summary::Mode;

// ---- types ---------------------------------------------------------------------------------------

struct NamedType {
  llvm::StringLiteral name;
  Role role;
  Answer recursive = Answer::no;
  Mode mode = Mode::exclusive;
  bool joins = false;
};

// Of these namespaces all have std's names.
constexpr std::array<llvm::StringLiteral, 4> kStdLike = {
    "std::", "lockweave::", "boost::", "std::experimental::"};
constexpr NamedType kStdTypes[] = {
    {"mutex", Role::lock},
    {"timed_mutex", Role::lock},
    {"recursive_mutex", Role::lock, Answer::yes},
    {"recursive_timed_mutex", Role::lock, Answer::yes},
    {"shared_mutex", Role::lock},
    {"shared_timed_mutex", Role::lock},
    {"upgrade_mutex", Role::lock},
    {"spin_mutex", Role::lock},
    {"lock_guard", Role::guard},
    {"scoped_lock", Role::guard},
    {"unique_lock", Role::guard},
    {"shared_lock", Role::guard, Answer::no, Mode::shared},
    {"strict_lock", Role::guard},
    {"shared_lock_guard", Role::guard, Answer::no, Mode::shared},
    {"condition_variable", Role::condition_variable},
    {"condition_variable_any", Role::condition_variable},
    {"condition", Role::condition_variable},
    {"thread", Role::thread},
    {"jthread", Role::thread, Answer::no, Mode::exclusive, true},
    {"scoped_thread", Role::thread, Answer::no, Mode::exclusive, true},
    {"managed_thread", Role::thread, Answer::no, Mode::exclusive, true},
    {"timer", Role::thread, Answer::no, Mode::exclusive, true},
    {"runnable", Role::managed, Answer::no, Mode::exclusive, true},
    {"process", Role::process, Answer::no, Mode::exclusive, true},
    {"future", Role::future},
    {"shared_future", Role::future},
    {"__basic_future", Role::future},
    {"unique_future", Role::future},
    {"promise", Role::promise},
    {"counting_semaphore", Role::semaphore},
    {"binary_semaphore", Role::semaphore},
    {"bounded_semaphore", Role::semaphore},
    {"basic_semaphore", Role::semaphore},
    {"queue", Role::queue},
    {"lifo_queue", Role::queue},
    {"priority_queue", Role::queue},
    {"joinable_queue", Role::queue},
    {"process_queue", Role::queue},
    {"sync_queue", Role::queue},
    {"latch", Role::latch},
    {"barrier", Role::barrier},
    {"thread_pool", Role::executor},
    {"atomic", Role::atomic},
    {"atomic_ref", Role::atomic},
    {"__atomic_base", Role::atomic},
    {"atomic_flag", Role::atomic_flag},
    {"once_flag", Role::once_flag},
    {"function", Role::function},
    {"move_only_function", Role::function},
    {"shared", Role::watched},
};

constexpr NamedType kOtherTypes[] = {
    {"absl::Mutex", Role::lock},
    {"absl::MutexLock", Role::guard},
    {"absl::WriterMutexLock", Role::guard},
    {"absl::ReaderMutexLock", Role::guard, Answer::no, Mode::shared},
    {"absl::ReleasableMutexLock", Role::guard},
    {"absl::MutexLockMaybe", Role::guard},
    {"absl::CondVar", Role::condition_variable},
    {"absl::Notification", Role::latch},
    {"absl::AnyInvocable", Role::function},
    {"folly::SharedMutexImpl", Role::lock},
    {"folly::SpinLock", Role::lock},
    {"folly::MicroSpinLock", Role::lock},
    {"folly::MicroLock", Role::lock},
    {"folly::RWSpinLock", Role::lock},
    {"folly::detail::distributed_mutex::DistributedMutex", Role::lock},
    {"folly::Function", Role::function},
    {"apache::thrift::concurrency::Mutex", Role::lock},
    {"QMutex", Role::lock},
    {"QBasicMutex", Role::lock},
    {"QRecursiveMutex", Role::lock, Answer::yes},
    {"QReadWriteLock", Role::lock},
    {"QMutexLocker", Role::guard},
    {"QWriteLocker", Role::guard},
    {"QReadLocker", Role::guard, Answer::no, Mode::shared},
    {"QWaitCondition", Role::condition_variable},
    {"QSemaphore", Role::semaphore},
    {"QThread", Role::managed},
    {"tbb::mutex", Role::lock},
    {"tbb::spin_mutex", Role::lock},
    {"tbb::queuing_mutex", Role::lock},
    {"tbb::detail::d1::mutex", Role::lock},
    {"tbb::detail::d1::spin_mutex", Role::lock},
    {"tbb::detail::d1::queuing_mutex", Role::lock},
    {"tbb::detail::d1::spin_rw_mutex", Role::lock},
    {"tbb::detail::d1::unique_scoped_lock", Role::guard},
    {"tbb::spin_mutex::scoped_lock", Role::guard},
    {"tbb::detail::d1::queuing_mutex::scoped_lock", Role::guard},
};

const NamedType* find_named(llvm::StringRef name) {
  for (const llvm::StringLiteral space : kStdLike) {
    if (!name.starts_with(space)) continue;
    const llvm::StringRef rest = name.drop_front(space.size());
    for (const NamedType& one : kStdTypes) {
      if (one.name != rest) continue;
      // std::queue and std::priority_queue are containers; std has no `shared`.
      const bool plain = one.role == Role::queue || one.role == Role::watched;
      if (plain && space.starts_with("std")) return nullptr;
      return &one;
    }
  }
  for (const NamedType& one : kOtherTypes) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

// ---- members -------------------------------------------------------------------------------------

struct NamedMethod {
  llvm::StringLiteral name;
  CallModel model;
};

constexpr Mode kShared = Mode::shared;
constexpr Mode kExclusive = Mode::exclusive;

constexpr NamedMethod kLockMethods[] = {
    {"lock", {Deed::acquire}},
    {"Lock", {Deed::acquire}},
    {"WriterLock", {Deed::acquire}},
    {"lockForWrite", {Deed::acquire}},
    {"try_lock", {Deed::try_acquire}},
    {"TryLock", {Deed::try_acquire}},
    {"WriterTryLock", {Deed::try_acquire}},
    {"tryLock", {Deed::try_acquire}},
    {"tryLockForWrite", {Deed::try_acquire}},
    {"try_lock_for", {Deed::timed_acquire}},
    {"try_lock_until", {Deed::timed_acquire}},
    {"unlock", {Deed::release}},
    {"Unlock", {Deed::release}},
    {"WriterUnlock", {Deed::release}},
    {"lock_shared", {Deed::acquire, kShared}},
    {"lock_read", {Deed::acquire, kShared}},
    {"ReaderLock", {Deed::acquire, kShared}},
    {"lockForRead", {Deed::acquire, kShared}},
    {"try_lock_shared", {Deed::try_acquire, kShared}},
    {"ReaderTryLock", {Deed::try_acquire, kShared}},
    {"tryLockForRead", {Deed::try_acquire, kShared}},
    {"try_lock_shared_for", {Deed::timed_acquire, kShared}},
    {"try_lock_shared_until", {Deed::timed_acquire, kShared}},
    {"unlock_shared", {Deed::release, kShared}},
    {"ReaderUnlock", {Deed::release, kShared}},
};
constexpr NamedMethod kGuardMethods[] = {
    {"lock", {Deed::guard_acquire}},       {"relock", {Deed::guard_acquire}},
    {"acquire", {Deed::guard_acquire}},    {"try_lock", {Deed::guard_try}},
    {"try_lock_for", {Deed::guard_timed}}, {"try_lock_until", {Deed::guard_timed}},
    {"unlock", {Deed::guard_release}},     {"Release", {Deed::guard_release}},
    {"release", {Deed::guard_forget}},     {"swap", {Deed::guard_swap}},
    {"owns_lock", {Deed::guard_test}},     {"isLocked", {Deed::guard_test}},
    {"operator bool", {Deed::guard_test}},
};
constexpr NamedMethod kConditionMethods[] = {
    {"wait", {Deed::wait}},
    {"wait_for", {Deed::timed_wait}},
    {"wait_until", {Deed::timed_wait}},
    {"timed_wait", {Deed::timed_wait}},
    {"Wait", {Deed::wait}},
    {"WaitWithTimeout", {Deed::timed_wait}},
    {"WaitWithDeadline", {Deed::timed_wait}},
    {"notify_one", {Deed::notify_one}},
    {"notify_all", {Deed::notify_all}},
    {"Signal", {Deed::notify_one}},
    {"SignalAll", {Deed::notify_all}},
    {"wakeOne", {Deed::notify_one}},
    {"wakeAll", {Deed::notify_all}},
};
constexpr NamedMethod kThreadMethods[] = {
    {"join", {Deed::join, kExclusive, "join"}},
    {"wait", {Deed::join, kExclusive, "join"}},
    {"timed_join", {Deed::timed_block, kExclusive, "join"}},
    {"join_for", {Deed::timed_block, kExclusive, "join"}},
    {"detach", {Deed::detach}},
    {"swap", {Deed::handle_swap}},
};
constexpr NamedMethod kManagedMethods[] = {
    {"start", {Deed::spawn, kExclusive, "thread"}},
    {"join", {Deed::join, kExclusive, "join"}},
    {"wait", {Deed::join, kExclusive, "join"}},
    {"detach", {Deed::detach}},
    {"cancel", {Deed::cancel}},
};
constexpr NamedMethod kFutureMethods[] = {
    {"get", {Deed::block, kExclusive, "future get"}},
    {"wait", {Deed::block, kExclusive, "future wait"}},
    {"wait_for", {Deed::timed_block, kExclusive, "future wait"}},
    {"wait_until", {Deed::timed_block, kExclusive, "future wait"}},
};
constexpr NamedMethod kPromiseMethods[] = {
    {"set_value", {Deed::post, kExclusive, "promise"}},
    {"set_exception", {Deed::post, kExclusive, "promise"}},
};
constexpr NamedMethod kSemaphoreMethods[] = {
    {"acquire", {Deed::block, kExclusive, "semaphore"}},
    {"wait", {Deed::block, kExclusive, "semaphore"}},
    {"try_acquire", {Deed::try_block, kExclusive, "semaphore"}},
    {"tryAcquire", {Deed::try_block, kExclusive, "semaphore"}},
    {"try_acquire_for", {Deed::timed_block, kExclusive, "semaphore"}},
    {"try_acquire_until", {Deed::timed_block, kExclusive, "semaphore"}},
    {"release", {Deed::post, kExclusive, "semaphore"}},
    {"post", {Deed::post, kExclusive, "semaphore"}},
};
constexpr NamedMethod kQueueMethods[] = {
    {"get", {Deed::block, kExclusive, "queue get"}},
    {"pop", {Deed::block, kExclusive, "queue get"}},
    {"pull", {Deed::block, kExclusive, "queue get"}},
    {"wait_pull", {Deed::block, kExclusive, "queue get"}},
    {"get_for", {Deed::timed_block, kExclusive, "queue get"}},
    {"get_until", {Deed::timed_block, kExclusive, "queue get"}},
    {"try_get", {Deed::try_block, kExclusive, "queue get"}},
    {"put", {Deed::post, kExclusive, "queue put"}},
    {"push", {Deed::post, kExclusive, "queue put"}},
    {"put_for", {Deed::post, kExclusive, "queue put"}},
    {"put_until", {Deed::post, kExclusive, "queue put"}},
    {"try_put", {Deed::post, kExclusive, "queue put"}},
    {"close", {Deed::cancel, kExclusive, "queue close"}},
    {"shutdown", {Deed::cancel, kExclusive, "queue close"}},
    {"task_done", {Deed::post, kExclusive, "task done"}},
    {"join", {Deed::block, kExclusive, "queue join"}},
};
constexpr NamedMethod kLatchMethods[] = {
    {"wait", {Deed::block, kExclusive, "latch"}},
    {"arrive_and_wait", {Deed::block, kExclusive, "latch"}},
    {"count_down", {Deed::post, kExclusive, "latch"}},
    {"WaitForNotification", {Deed::block, kExclusive, "latch"}},
    {"Notify", {Deed::post, kExclusive, "latch"}},
};
constexpr NamedMethod kBarrierMethods[] = {
    {"wait", {Deed::block, kExclusive, "barrier"}},
    {"arrive_and_wait", {Deed::block, kExclusive, "barrier"}},
};
constexpr NamedMethod kExecutorMethods[] = {
    {"submit", {Deed::run_later, kExclusive, "executor", 0, 0}},
    {"map", {Deed::run_later, kExclusive, "executor", 0, 0}},
};

std::span<const NamedMethod> methods_of(Role role) {
  switch (role) {
    case Role::lock: return kLockMethods;
    case Role::guard: return kGuardMethods;
    case Role::condition_variable: return kConditionMethods;
    case Role::thread: return kThreadMethods;
    case Role::process: return kThreadMethods;
    case Role::managed: return kManagedMethods;
    case Role::future: return kFutureMethods;
    case Role::promise: return kPromiseMethods;
    case Role::semaphore: return kSemaphoreMethods;
    case Role::queue: return kQueueMethods;
    case Role::latch: return kLatchMethods;
    case Role::barrier: return kBarrierMethods;
    case Role::executor: return kExecutorMethods;
    default: return {};
  }
}

// ---- functions -----------------------------------------------------------------------------------

constexpr CallModel c_lock(Deed deed, Mode mode = kExclusive) {
  CallModel model{deed, mode};
  model.zero_is_success = true;
  model.recursive = Answer::unknown;  // its attributes decide
  return model;
}
// Of a type that is never recursive.
constexpr CallModel c_plain_lock(Deed deed) {
  CallModel model = c_lock(deed);
  model.recursive = Answer::no;
  return model;
}
constexpr CallModel c_recursive_lock(Deed deed) {
  CallModel model = c_lock(deed);
  model.recursive = Answer::yes;
  return model;
}
constexpr CallModel c_plain(Deed deed, const char* what = "") {
  CallModel model{deed, kExclusive, what};
  model.zero_is_success = true;
  return model;
}
constexpr CallModel c_spawn(const char* what, unsigned handle, unsigned function) {
  CallModel model{Deed::spawn, kExclusive, what};
  model.object = handle;
  model.other = function;
  return model;
}
constexpr CallModel outside(const char* what) { return {Deed::block, kExclusive, what, 99}; }

struct NamedFunction {
  llvm::StringLiteral name;
  CallModel model;
};
constexpr NamedFunction kFunctions[] = {
    {"pthread_mutex_lock", c_lock(Deed::acquire)},
    {"pthread_mutex_trylock", c_lock(Deed::try_acquire)},
    {"pthread_mutex_timedlock", c_lock(Deed::timed_acquire)},
    {"pthread_mutex_clocklock", c_lock(Deed::timed_acquire)},
    {"pthread_mutex_unlock", c_lock(Deed::release)},
    {"pthread_mutex_destroy", c_lock(Deed::destroy_lock)},
    {"pthread_mutex_init", c_lock(Deed::initialise_lock)},
    {"pthread_mutexattr_settype", c_lock(Deed::lock_attribute)},
    {"free", {Deed::destroy_lock, kExclusive, "delete"}},
    {"std::free", {Deed::destroy_lock, kExclusive, "delete"}},
    {"pthread_rwlock_wrlock", c_lock(Deed::acquire)},
    {"pthread_rwlock_rdlock", c_lock(Deed::acquire, kShared)},
    {"pthread_rwlock_trywrlock", c_lock(Deed::try_acquire)},
    {"pthread_rwlock_tryrdlock", c_lock(Deed::try_acquire, kShared)},
    {"pthread_rwlock_timedwrlock", c_lock(Deed::timed_acquire)},
    {"pthread_rwlock_timedrdlock", c_lock(Deed::timed_acquire, kShared)},
    {"pthread_rwlock_clockwrlock", c_lock(Deed::timed_acquire)},
    {"pthread_rwlock_clockrdlock", c_lock(Deed::timed_acquire, kShared)},
    {"pthread_rwlock_unlock", c_lock(Deed::release)},
    {"pthread_rwlock_destroy", c_lock(Deed::destroy_lock)},
    {"pthread_spin_lock", c_plain_lock(Deed::acquire)},
    {"pthread_spin_trylock", c_plain_lock(Deed::try_acquire)},
    {"pthread_spin_unlock", c_plain_lock(Deed::release)},
    {"pthread_spin_destroy", c_plain_lock(Deed::destroy_lock)},
    {"mtx_init", c_lock(Deed::initialise_lock)},
    {"mtx_lock", c_lock(Deed::acquire)},
    {"mtx_trylock", c_lock(Deed::try_acquire)},
    {"mtx_timedlock", c_lock(Deed::timed_acquire)},
    {"mtx_unlock", c_lock(Deed::release)},
    {"mtx_destroy", c_lock(Deed::destroy_lock)},
    {"g_mutex_lock", c_plain_lock(Deed::acquire)},
    {"g_mutex_trylock", {Deed::try_acquire}},
    {"g_mutex_unlock", c_plain_lock(Deed::release)},
    {"g_mutex_clear", c_plain_lock(Deed::destroy_lock)},
    {"g_rec_mutex_lock", c_recursive_lock(Deed::acquire)},
    {"g_rec_mutex_unlock", c_recursive_lock(Deed::release)},
    {"g_rw_lock_writer_lock", c_plain_lock(Deed::acquire)},
    {"g_rw_lock_writer_unlock", c_plain_lock(Deed::release)},
    {"g_rw_lock_reader_lock", c_lock(Deed::acquire, kShared)},
    {"g_rw_lock_reader_unlock", c_lock(Deed::release, kShared)},
    {"pthread_cond_wait", c_plain(Deed::wait)},
    {"pthread_cond_timedwait", c_plain(Deed::timed_wait)},
    {"pthread_cond_clockwait", c_plain(Deed::timed_wait)},
    {"pthread_cond_signal", c_plain(Deed::notify_one)},
    {"pthread_cond_broadcast", c_plain(Deed::notify_all)},
    {"cnd_wait", c_plain(Deed::wait)},
    {"cnd_timedwait", c_plain(Deed::timed_wait)},
    {"cnd_signal", c_plain(Deed::notify_one)},
    {"cnd_broadcast", c_plain(Deed::notify_all)},
    {"g_cond_wait", c_plain(Deed::wait)},
    {"g_cond_signal", c_plain(Deed::notify_one)},
    {"g_cond_broadcast", c_plain(Deed::notify_all)},
    {"sem_wait", c_plain(Deed::block, "semaphore")},
    {"sem_trywait", c_plain(Deed::try_block, "semaphore")},
    {"sem_timedwait", c_plain(Deed::timed_block, "semaphore")},
    {"sem_clockwait", c_plain(Deed::timed_block, "semaphore")},
    {"sem_post", c_plain(Deed::post, "semaphore")},
    {"pthread_barrier_wait", c_plain(Deed::block, "barrier")},
    {"pthread_create", c_spawn("thread", 0, 2)},
    {"thrd_create", c_spawn("thread", 0, 1)},
    {"pthread_join", c_plain(Deed::join, "join")},
    {"pthread_timedjoin_np", c_plain(Deed::timed_block, "join")},
    {"thrd_join", c_plain(Deed::join, "join")},
    {"pthread_detach", c_plain(Deed::detach)},
    {"thrd_detach", c_plain(Deed::detach)},
    {"pthread_once", {Deed::call_once}},
    {"call_once", {Deed::call_once}},
    {"std::call_once", {Deed::call_once}},
    {"lockweave::call_once", {Deed::call_once}},
    {"boost::call_once", {Deed::call_once}},
    {"std::lock", {Deed::acquire_all}},
    {"boost::lock", {Deed::acquire_all}},
    {"std::try_lock", {Deed::try_acquire_all}},
    {"std::async", {Deed::spawn, kExclusive, "async", 99, 0}},
    {"lockweave::async", {Deed::spawn, kExclusive, "async", 99, 0}},
    {"boost::async", {Deed::spawn, kExclusive, "async", 99, 0}},
    {"fork", {Deed::fork}},
    {"vfork", {Deed::fork, kExclusive, "vfork"}},
    {"_exit", {Deed::replace}},
    {"_Exit", {Deed::replace}},
    {"execv", {Deed::replace}},
    {"execve", {Deed::replace}},
    {"execvp", {Deed::replace}},
    {"execvpe", {Deed::replace}},
    {"execl", {Deed::replace}},
    {"execlp", {Deed::replace}},
    {"execle", {Deed::replace}},
    {"signal", {Deed::signal_handler, kExclusive, "signal", 99, 1}},
    {"bsd_signal", {Deed::signal_handler, kExclusive, "signal", 99, 1}},
    {"atexit", {Deed::run_later, kExclusive, "exit", 99, 0}},
    {"std::atexit", {Deed::run_later, kExclusive, "exit", 99, 0}},
    {"sleep", outside("sleep")},
    {"usleep", outside("sleep")},
    {"nanosleep", outside("sleep")},
    {"clock_nanosleep", outside("sleep")},
    {"std::this_thread::sleep_for", outside("sleep")},
    {"std::this_thread::sleep_until", outside("sleep")},
    {"lockweave::this_thread::sleep_for", outside("sleep")},
    {"thrd_sleep", outside("sleep")},
    {"read", outside("read")},
    {"recv", outside("recv")},
    {"recvfrom", outside("recv")},
    {"recvmsg", outside("recv")},
    {"accept", outside("accept")},
    {"accept4", outside("accept")},
    {"connect", outside("connect")},
    {"poll", outside("poll")},
    {"ppoll", outside("poll")},
    {"select", outside("select")},
    {"pselect", outside("select")},
    {"epoll_wait", outside("epoll_wait")},
    {"epoll_pwait", outside("epoll_wait")},
    {"wait", outside("wait for a process")},
    {"waitpid", outside("wait for a process")},
    {"waitid", outside("wait for a process")},
    {"system", outside("wait for a process")},
    {"std::system", outside("wait for a process")},
    {"flock", outside("flock")},
    {"getaddrinfo", outside("getaddrinfo")},
    {"gethostbyname", outside("getaddrinfo")},
};

const llvm::StringMap<CallModel>& function_table() {
  static const llvm::StringMap<CallModel> kTable = [] {
    llvm::StringMap<CallModel> table;
    for (const NamedFunction& one : kFunctions) table[one.name] = one.model;
    return table;
  }();
  return kTable;
}

bool contains(const std::vector<std::string>& list, llvm::StringRef name) {
  return std::any_of(list.begin(), list.end(),
                     [name](const std::string& one) { return name == one; });
}

bool has_method(const clang::CXXRecordDecl& record, llvm::StringRef name) {
  return std::any_of(record.method_begin(), record.method_end(),
                     [name](const clang::CXXMethodDecl* method) {
                       return method->getDeclName().isIdentifier() && method->getName() == name;
                     });
}

CallModel of_lock_model(const summary::LockModel& lock, llvm::StringRef name) {
  if (contains(lock.lock, name)) return {Deed::acquire};
  if (contains(lock.unlock, name)) return {Deed::release};
  if (contains(lock.try_lock, name)) return {Deed::try_acquire};
  if (contains(lock.lock_shared, name)) return {Deed::acquire, kShared};
  if (contains(lock.unlock_shared, name)) return {Deed::release, kShared};
  if (contains(lock.try_lock_shared, name)) return {Deed::try_acquire, kShared};
  return {};
}

CallModel of_guard_model(const summary::GuardModel& guard, llvm::StringRef name) {
  if (contains(guard.lock, name)) return {Deed::guard_acquire};
  if (contains(guard.unlock, name)) return {Deed::guard_release};
  return {};
}

}  // namespace

Library::Library(Names& names, const summary::Models& models) : names_(names), models_(models) {}

TypeModel Library::type(clang::QualType type) { return record(record_of(pointee(type))); }

TypeModel Library::record(const clang::CXXRecordDecl* record) {
  if (record == nullptr) return {};
  record = record->getCanonicalDecl();
  const auto known = records_.find(record);
  if (known != records_.end()) return known->second;
  records_[record] = {};  // a class is no base of itself; but be sure
  TypeModel model = by_name(*record);
  const clang::CXXRecordDecl* const definition = record->getDefinition();
  if (model.role == Role::none && definition != nullptr && !definition->isDependentContext()) {
    for (const clang::CXXBaseSpecifier& base : definition->bases()) {
      const TypeModel inherited = this->record(record_of(base.getType()));
      if (inherited.role != Role::none) model = inherited;
    }
    if (model.role == Role::none) model = by_shape(*definition);
  }
  records_[record] = model;
  return model;
}

TypeModel Library::by_name(const clang::CXXRecordDecl& record) {
  const std::string& name = names_.qualified(record);
  TypeModel model;
  for (const summary::LockModel& one : models_.locks) {
    if (one.type != name) continue;
    model.role = Role::lock;
    model.recursive = one.recursive ? Answer::yes : Answer::no;
    model.lock = &one;
    return model;
  }
  for (const summary::GuardModel& one : models_.guards) {
    if (one.type != name) continue;
    model.role = Role::guard;
    model.mode = one.shared ? kShared : kExclusive;
    model.guard = &one;
    return model;
  }
  if (const NamedType* const known = find_named(name)) {
    model.role = known->role;
    model.recursive = known->recursive;
    model.mode = known->mode;
    model.joins = known->joins;
  }
  return model;
}

// A hand-made spin lock: lock() and unlock() over atomics or integers, nothing that is a lock already
// (a class around a std::mutex is understood by what its members do).
TypeModel Library::by_shape(const clang::CXXRecordDecl& record) {
  const bool lower = has_method(record, "lock") && has_method(record, "unlock");
  const bool upper = has_method(record, "Lock") && has_method(record, "Unlock");
  if (!lower && !upper) return {};
  bool atomic = false;
  for (const clang::FieldDecl* field : record.fields()) {
    const TypeModel of_field = type(field->getType());
    const bool plain = field->getType()->isPointerType() || is_c_lock(field->getType());
    if (plain || of_field.role == Role::lock || of_field.role == Role::guard) return {};
    atomic |= of_field.role == Role::atomic || of_field.role == Role::atomic_flag;
  }
  TypeModel model;
  if (atomic) model.role = Role::lock;
  return model;
}

bool Library::is_carrier(const clang::CXXRecordDecl& record) {
  const auto* instance = llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(&record);
  if (instance == nullptr || !instance->isInStdNamespace()) return false;
  if (instance->getName() != "pair" && instance->getName() != "tuple") return false;
  std::vector<clang::TemplateArgument> parts;
  for (const clang::TemplateArgument& one : instance->getTemplateArgs().asArray()) {
    if (one.getKind() == clang::TemplateArgument::Pack) {
      parts.insert(parts.end(), one.pack_begin(), one.pack_end());
    } else {
      parts.push_back(one);
    }
  }
  return std::any_of(parts.begin(), parts.end(), [this](const clang::TemplateArgument& one) {
    return one.getKind() == clang::TemplateArgument::Type &&
           this->record(record_of(one.getAsType())).role == Role::guard;
  });
}

bool Library::has_guard(const clang::CXXRecordDecl& record) {
  if (is_carrier(record)) return true;
  const clang::CXXRecordDecl* const definition = record.getDefinition();
  if (definition == nullptr || !names_.is_user_code(definition->getLocation())) return false;
  const auto is_guard = [this](clang::QualType part) {
    const clang::CXXRecordDecl* const inner = record_of(part);
    return inner != nullptr && !part->isReferenceType() &&
           (this->record(inner).role == Role::guard || has_guard(*inner));
  };
  return std::any_of(definition->field_begin(), definition->field_end(),
                     [&](const clang::FieldDecl* field) { return is_guard(field->getType()); });
}

CallModel Library::method(const TypeModel& of, llvm::StringRef name) const {
  if (of.lock != nullptr) return of_lock_model(*of.lock, name);
  if (of.guard != nullptr && (!of.guard->lock.empty() || !of.guard->unlock.empty())) {
    return of_guard_model(*of.guard, name);
  }
  for (const NamedMethod& one : methods_of(of.role)) {
    if (one.name != name) continue;
    CallModel model = one.model;
    model.recursive = of.recursive;
    return model;
  }
  return {};
}

CallModel Library::function(const clang::FunctionDecl& function) {
  if (!function.getDeclName().isIdentifier()) return {};
  const std::string& name = names_.qualified(function);
  for (const summary::LockModel& lock : models_.locks) {
    CallModel model = of_lock_model(lock, name);
    model.recursive = lock.recursive ? Answer::yes : Answer::no;
    if (model.deed != Deed::none) return model;
  }
  if (contains(models_.blocking, name)) return outside("blocking call");
  if (contains(models_.spawning, name)) return {Deed::run_later, kExclusive, "thread", 99, 98};
  // C names are taken as such only where the system declares them.
  const auto known = function_table().find(name);
  if (known == function_table().end()) return {};
  const bool of_user = names_.is_user_code(function.getCanonicalDecl()->getLocation());
  const bool has_body = function.hasBody();
  return of_user && has_body ? CallModel{} : known->second;
}

bool Library::is_c_lock(clang::QualType type) {
  const std::string text = pointee(type).getCanonicalType().getUnqualifiedType().getAsString();
  return text == "pthread_mutex_t" || text == "pthread_rwlock_t" || text == "mtx_t" ||
         text == "GMutex" || text == "struct _GMutex" || text == "union _GMutex" ||
         text == "_GMutex" || text == "struct _GRecMutex" || text == "_GRecMutex" ||
         text == "struct _GRWLock" || text == "_GRWLock";
}

bool Library::is_c_condition(clang::QualType type) {
  const std::string text = pointee(type).getCanonicalType().getUnqualifiedType().getAsString();
  return text == "pthread_cond_t" || text == "cnd_t" || text == "struct _GCond";
}

}  // namespace lockweave::analyzer::extract
