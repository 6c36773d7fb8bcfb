// analyzer/extract/library_functions.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/library_tables.h"

namespace lockweave::analyzer::extract {
namespace {

using summary::Answer;
using summary::Mode;

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
    {"sigaction", {Deed::run_members, kExclusive, "signal", 1}},
    {"timer_create", {Deed::run_members, kExclusive, "timer", 1}},
    {"mq_notify", {Deed::run_members, kExclusive, "thread", 1}},
    {"boost::asio::post", {Deed::run_later, kExclusive, "executor", 0, 1}},
    {"boost::asio::dispatch", {Deed::run_later, kExclusive, "executor", 0, 1}},
    {"asio::post", {Deed::run_later, kExclusive, "executor", 0, 1}},
    {"asio::dispatch", {Deed::run_later, kExclusive, "executor", 0, 1}},
    {"QtConcurrent::run", {Deed::run_later, kExclusive, "executor", 99, 0}},
    {"QThread::create", {Deed::run_later, kExclusive, "thread", 99, 0}},
    {"tbb::parallel_for", {Deed::run_often}},
    {"tbb::parallel_for_each", {Deed::run_often}},
    {"tbb::parallel_reduce", {Deed::run_often}},
    {"tbb::parallel_invoke", {Deed::run_all}},
    {"tbb::detail::d1::parallel_for", {Deed::run_often}},
    {"tbb::detail::d2::parallel_for_each", {Deed::run_often}},
    {"tbb::detail::d1::parallel_reduce", {Deed::run_often}},
    {"tbb::detail::d1::parallel_invoke", {Deed::run_all}},
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

}  // namespace

const llvm::StringMap<CallModel>& function_table() {
  static const llvm::StringMap<CallModel> kTable = [] {
    llvm::StringMap<CallModel> table;
    for (const NamedFunction& one : kFunctions) table[one.name] = one.model;
    return table;
  }();
  return kTable;
}

}  // namespace lockweave::analyzer::extract
