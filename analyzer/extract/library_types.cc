// analyzer/extract/library_types.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <array>

#include "analyzer/extract/library_tables.h"

namespace lockweave::analyzer::extract {
namespace {

using summary::Answer;
using summary::Mode;

// ---- types ---------------------------------------------------------------------------------------

constexpr NamedType tbb_guard(llvm::StringLiteral name) {
  return {name, Role::guard, Answer::no, Mode::exclusive, false, true};
}

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
    {"upgrade_lock", Role::guard},
    {"synchronized_value", Role::synchronized},
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
    {"packaged_task", Role::function},
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
    {"folly::ThreadPoolExecutor", Role::executor},
    {"folly::CPUThreadPoolExecutor", Role::executor},
    {"folly::IOThreadPoolExecutor", Role::executor},
    {"folly::EDFThreadPoolExecutor", Role::executor},
    {"boost::asio::thread_pool", Role::executor},
    {"asio::thread_pool", Role::executor},
    {"folly::SharedMutexImpl::ReadHolder", Role::guard, Answer::no, Mode::shared},
    {"folly::SharedMutexImpl::WriteHolder", Role::guard},
    {"folly::SharedMutexImpl::UpgradeHolder", Role::guard},
    {"folly::Synchronized", Role::synchronized},
    {"folly::LockedPtr", Role::guard},
    {"apache::thrift::concurrency::Mutex", Role::lock},
    {"apache::thrift::concurrency::Guard", Role::guard},
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
    {"QThreadPool", Role::executor},
    {"tbb::task_group", Role::task_group},
    {"tbb::detail::d1::task_group", Role::task_group},
    {"tbb::mutex", Role::lock},
    {"tbb::spin_mutex", Role::lock},
    {"tbb::queuing_mutex", Role::lock},
    {"tbb::detail::d1::mutex", Role::lock},
    {"tbb::detail::d1::spin_mutex", Role::lock},
    {"tbb::detail::d1::queuing_mutex", Role::lock},
    {"tbb::spin_rw_mutex", Role::lock},
    {"tbb::queuing_rw_mutex", Role::lock},
    {"tbb::recursive_mutex", Role::lock, Answer::yes},
    {"tbb::detail::d1::rw_mutex", Role::lock},
    {"tbb::detail::d1::spin_rw_mutex", Role::lock},
    {"tbb::detail::d1::queuing_rw_mutex", Role::lock},
    {"tbb::detail::d1::recursive_mutex", Role::lock, Answer::yes},
    tbb_guard("tbb::detail::d1::unique_scoped_lock"),
    tbb_guard("tbb::detail::d1::rw_scoped_lock"),
    tbb_guard("tbb::detail::d1::queuing_mutex::scoped_lock"),
    tbb_guard("tbb::detail::d1::queuing_rw_mutex::scoped_lock"),
    tbb_guard("tbb::mutex::scoped_lock"),
    tbb_guard("tbb::spin_mutex::scoped_lock"),
    tbb_guard("tbb::queuing_mutex::scoped_lock"),
    tbb_guard("tbb::spin_rw_mutex::scoped_lock"),
    tbb_guard("tbb::queuing_rw_mutex::scoped_lock"),
    tbb_guard("tbb::recursive_mutex::scoped_lock"),
};

// ---- members -------------------------------------------------------------------------------------

constexpr NamedMethod kLockMethods[] = {
    {"lock", {Deed::acquire}},
    {"Lock", {Deed::acquire}},
    {"WriterLock", {Deed::acquire}},
    {"lockForWrite", {Deed::acquire}},
    {"acquire", {Deed::acquire}},
    {"Acquire", {Deed::acquire}},
    {"lock_upgrade", {Deed::acquire}},
    {"LockWhen", {Deed::acquire}},
    {"WriterLockWhen", {Deed::acquire}},
    {"ReaderLockWhen", {Deed::acquire, kShared}},
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
    {"release", {Deed::release}},
    {"Release", {Deed::release}},
    {"unlock_upgrade", {Deed::release}},
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
    {"lock", {Deed::guard_acquire}},
    {"relock", {Deed::guard_acquire}},
    {"acquire", {Deed::guard_acquire}},
    {"try_lock", {Deed::guard_try}},
    {"try_acquire", {Deed::guard_try}},
    {"try_lock_for", {Deed::guard_timed}},
    {"try_lock_until", {Deed::guard_timed}},
    {"unlock", {Deed::guard_release}},
    {"Release", {Deed::guard_release}},
    {"release", {Deed::guard_forget}},
    {"swap", {Deed::guard_swap}},
    {"owns_lock", {Deed::guard_test}},
    {"isLocked", {Deed::guard_test}},
    {"operator bool", {Deed::guard_test}},
};
constexpr NamedMethod kSynchronizedMethods[] = {
    {"wlock", {Deed::give_guard}},       {"lock", {Deed::give_guard}},
    {"ulock", {Deed::give_guard}},       {"rlock", {Deed::give_guard, kShared}},
    {"synchronize", {Deed::give_guard}}, {"withWLock", {Deed::call_locked}},
    {"withLock", {Deed::call_locked}},   {"withRLock", {Deed::call_locked, kShared}},
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
    {"add", {Deed::run_later, kExclusive, "executor", 0, 0}},
    {"addWithPriority", {Deed::run_later, kExclusive, "executor", 0, 0}},
    {"start", {Deed::run_later, kExclusive, "executor", 0, 0}},
    {"tryStart", {Deed::run_later, kExclusive, "executor", 0, 0}},
};
constexpr NamedMethod kTaskGroupMethods[] = {
    {"run", {Deed::run_later, kExclusive, "thread", 0, 0}},
    {"wait", {Deed::join, kExclusive, "join"}},
};

}  // namespace

const NamedType* find_named_type(llvm::StringRef name) {
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

std::span<const NamedMethod> methods_of(Role role) {
  switch (role) {
    case Role::lock: return kLockMethods;
    case Role::guard: return kGuardMethods;
    case Role::synchronized: return kSynchronizedMethods;
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
    case Role::task_group: return kTaskGroupMethods;
    default: return {};
  }
}

}  // namespace lockweave::analyzer::extract
