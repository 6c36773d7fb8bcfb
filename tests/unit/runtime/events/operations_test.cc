// tests/unit/runtime/events/operations_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every visible operation is told once, by one event, before it is performed: what, on which object, in
// which manner. The functions that the runtime hides are enumerated by its own list (frontends/real.h): a
// new one is tried here, or stands among those that are no operation.
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <set>
#include <string>

#include "runtime/core/events/event.h"
#include "runtime/frontends/real.h"

namespace lockweave {
namespace {

struct Told {
  lw_operation operation;
  const void* object;
  lw_kind kind;
  int flags;
};

// What the threads that listen have done. They take turns.
std::array<Told, 16> told;
std::atomic<std::size_t> count{0};
thread_local bool listening = false;
int tell_exit_to = -1;  // a pipe

class Listener final : public core::Detector {
 public:
  core::EventMask wants() const override { return mask_of(core::EventKind::operation); }
  void on_event(const core::Event& event) override {
    if (!listening) return;
    const std::size_t at = count.fetch_add(1);
    if (at >= told.size()) return;
    told[at] = {event.operation, reinterpret_cast<const void*>(event.address), event.object_kind,
                event.flags};
    if (event.operation == LW_OP_EXIT && tell_exit_to >= 0) {
      (void)!::write(tell_exit_to, &event.address, 1);
    }
  }
};
Listener listener;

}  // namespace

core::DetectorTable core::detector_table() {
  static core::Detector* const detectors[] = {&listener};
  return {detectors, 1};
}
bool core::access_is_known(ThreadState&, std::uintptr_t, lw_access_kind) { return true; }

namespace {

class Operations : public testing::Test {
 protected:
  template <class Body>
  void told_by(Body body) {
    count = 0;
    listening = true;
    body();
    listening = false;
  }
  // `function` is tried: its operation is told, and nothing else.
  template <class Body>
  void once(const char* function, const Told& expected, Body body) {
    SCOPED_TRACE(function);
    tried_.insert(function);
    told_by(body);
    ASSERT_EQ(count, 1u);
    expect(0, expected);
  }
  void expect(std::size_t at, const Told& expected) {
    EXPECT_EQ(told[at].operation, expected.operation);
    EXPECT_EQ(told[at].object, expected.object);
    EXPECT_EQ(told[at].kind, expected.kind);
    EXPECT_EQ(told[at].flags, expected.flags);
  }

  void try_mutexes();
  void try_rwlocks();
  void try_spin_locks();
  void try_conditions();
  void try_semaphores();
  void try_barriers();
  void try_once();
  void try_static_guards();
  void try_threads();
  void try_c11_locks();
  void try_c11_threads();
  void try_futexes();
  void try_sleeps();
  void try_processes();
  void expect_all_tried();

  std::set<std::string> tried_;
  const timespec past_{1, 0};
};

// Also on the inlined path, which is closed: each is told each time.
void Operations::try_mutexes() {
  pthread_mutex_t m;
  once("pthread_mutex_init", {LW_OP_BEGIN, &m, LW_MUTEX, 0},
       [&] { pthread_mutex_init(&m, nullptr); });
  for (int i = 0; i < 3; ++i) {
    once("pthread_mutex_lock", {LW_OP_ACQUIRE, &m, LW_MUTEX, 0}, [&] { pthread_mutex_lock(&m); });
    once("pthread_mutex_unlock", {LW_OP_RELEASE, &m, LW_MUTEX, 0},
         [&] { pthread_mutex_unlock(&m); });
  }
  once("pthread_mutex_trylock", {LW_OP_ACQUIRE, &m, LW_MUTEX, LW_TRY},
       [&] { pthread_mutex_trylock(&m); });
  once("pthread_mutex_timedlock", {LW_OP_ACQUIRE, &m, LW_MUTEX, LW_TIMED},
       [&] { EXPECT_EQ(pthread_mutex_timedlock(&m, &past_), ETIMEDOUT); });
  once("pthread_mutex_clocklock", {LW_OP_ACQUIRE, &m, LW_MUTEX, LW_TIMED},
       [&] { EXPECT_EQ(pthread_mutex_clocklock(&m, CLOCK_MONOTONIC, &past_), ETIMEDOUT); });
  pthread_mutex_unlock(&m);
  once("pthread_mutex_destroy", {LW_OP_END, &m, LW_MUTEX, 0}, [&] { pthread_mutex_destroy(&m); });
}

void Operations::try_rwlocks() {
  pthread_rwlock_t l;
  const auto acquire = [&](int flags) { return Told{LW_OP_ACQUIRE, &l, LW_RWLOCK, flags}; };
  once("pthread_rwlock_init", {LW_OP_BEGIN, &l, LW_RWLOCK, 0},
       [&] { pthread_rwlock_init(&l, nullptr); });
  for (int i = 0; i < 3; ++i) {
    once("pthread_rwlock_rdlock", acquire(LW_SHARED), [&] { pthread_rwlock_rdlock(&l); });
    once("pthread_rwlock_unlock", {LW_OP_RELEASE, &l, LW_RWLOCK, 0},
         [&] { pthread_rwlock_unlock(&l); });
  }
  once("pthread_rwlock_tryrdlock", acquire(LW_SHARED | LW_TRY),
       [&] { pthread_rwlock_tryrdlock(&l); });
  once("pthread_rwlock_timedwrlock", acquire(LW_TIMED),
       [&] { EXPECT_EQ(pthread_rwlock_timedwrlock(&l, &past_), ETIMEDOUT); });
  once("pthread_rwlock_clockwrlock", acquire(LW_TIMED),
       [&] { EXPECT_EQ(pthread_rwlock_clockwrlock(&l, CLOCK_MONOTONIC, &past_), ETIMEDOUT); });
  once("pthread_rwlock_timedrdlock", acquire(LW_SHARED | LW_TIMED),
       [&] { pthread_rwlock_timedrdlock(&l, &past_); });
  once("pthread_rwlock_clockrdlock", acquire(LW_SHARED | LW_TIMED),
       [&] { pthread_rwlock_clockrdlock(&l, CLOCK_MONOTONIC, &past_); });
  for (int i = 0; i < 3; ++i) pthread_rwlock_unlock(&l);
  once("pthread_rwlock_wrlock", acquire(0), [&] { pthread_rwlock_wrlock(&l); });
  pthread_rwlock_unlock(&l);
  once("pthread_rwlock_trywrlock", acquire(LW_TRY), [&] { pthread_rwlock_trywrlock(&l); });
  pthread_rwlock_unlock(&l);
  once("pthread_rwlock_destroy", {LW_OP_END, &l, LW_RWLOCK, 0},
       [&] { pthread_rwlock_destroy(&l); });
}

void Operations::try_spin_locks() {
  pthread_spinlock_t storage;
  auto* l = const_cast<int*>(&storage);
  once("pthread_spin_init", {LW_OP_BEGIN, l, LW_SPINLOCK, 0}, [&] { pthread_spin_init(l, 0); });
  for (int i = 0; i < 3; ++i) {
    once("pthread_spin_lock", {LW_OP_ACQUIRE, l, LW_SPINLOCK, 0}, [&] { pthread_spin_lock(l); });
    once("pthread_spin_unlock", {LW_OP_RELEASE, l, LW_SPINLOCK, 0},
         [&] { pthread_spin_unlock(l); });
  }
  once("pthread_spin_trylock", {LW_OP_ACQUIRE, l, LW_SPINLOCK, LW_TRY},
       [&] { pthread_spin_trylock(l); });
  pthread_spin_unlock(l);
  once("pthread_spin_destroy", {LW_OP_END, l, LW_SPINLOCK, 0}, [&] { pthread_spin_destroy(l); });
}

struct Meeting {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition;
};

void* signal_once(void* argument) {
  auto& meeting = *static_cast<Meeting*>(argument);
  pthread_mutex_lock(&meeting.mutex);
  pthread_cond_signal(&meeting.condition);
  pthread_mutex_unlock(&meeting.mutex);
  return nullptr;
}

void Operations::try_conditions() {
  Meeting meeting;
  pthread_cond_t* c = &meeting.condition;
  const auto wait = [&](int flags) { return Told{LW_OP_WAIT, c, LW_CONDITION_VARIABLE, flags}; };
  once("pthread_cond_init", {LW_OP_BEGIN, c, LW_CONDITION_VARIABLE, 0},
       [&] { pthread_cond_init(c, nullptr); });
  pthread_mutex_lock(&meeting.mutex);
  pthread_t notifier;
  pthread_create(&notifier, nullptr, signal_once, &meeting);
  once("pthread_cond_wait", wait(0), [&] { pthread_cond_wait(c, &meeting.mutex); });
  pthread_join(notifier, nullptr);
  once("pthread_cond_timedwait", wait(LW_TIMED),
       [&] { pthread_cond_timedwait(c, &meeting.mutex, &past_); });
  once("pthread_cond_clockwait", wait(LW_TIMED),
       [&] { pthread_cond_clockwait(c, &meeting.mutex, CLOCK_MONOTONIC, &past_); });
  pthread_mutex_unlock(&meeting.mutex);
  const Told notify{LW_OP_NOTIFY, c, LW_CONDITION_VARIABLE, 0};
  once("pthread_cond_signal", notify, [&] { pthread_cond_signal(c); });
  once("pthread_cond_broadcast", notify, [&] { pthread_cond_broadcast(c); });
  once("pthread_cond_destroy", {LW_OP_END, c, LW_CONDITION_VARIABLE, 0},
       [&] { pthread_cond_destroy(c); });
}

void Operations::try_semaphores() {
  sem_t s;
  const auto acquire = [&](int flags) { return Told{LW_OP_ACQUIRE, &s, LW_SEMAPHORE, flags}; };
  once("sem_init", {LW_OP_BEGIN, &s, LW_SEMAPHORE, 0}, [&] { sem_init(&s, 0, 2); });
  once("sem_wait", acquire(0), [&] { sem_wait(&s); });
  once("sem_trywait", acquire(LW_TRY), [&] { sem_trywait(&s); });
  once("sem_timedwait", acquire(LW_TIMED), [&] { sem_timedwait(&s, &past_); });
  once("sem_clockwait", acquire(LW_TIMED), [&] { sem_clockwait(&s, CLOCK_MONOTONIC, &past_); });
  once("sem_post", {LW_OP_RELEASE, &s, LW_SEMAPHORE, 0}, [&] { sem_post(&s); });
  once("sem_destroy", {LW_OP_END, &s, LW_SEMAPHORE, 0}, [&] { sem_destroy(&s); });
  const std::string name = "/lockweave-operations-" + std::to_string(::getpid());
  sem_t* named = sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, 1);
  ASSERT_NE(named, SEM_FAILED);
  once("sem_close", {LW_OP_END, named, LW_SEMAPHORE, 0}, [&] { sem_close(named); });
  sem_unlink(name.c_str());
}

void Operations::try_barriers() {
  pthread_barrier_t b;
  once("pthread_barrier_init", {LW_OP_BEGIN, &b, LW_BARRIER, 0},
       [&] { pthread_barrier_init(&b, nullptr, 1); });
  once("pthread_barrier_wait", {LW_OP_WAIT, &b, LW_BARRIER, 0}, [&] { pthread_barrier_wait(&b); });
  once("pthread_barrier_destroy", {LW_OP_END, &b, LW_BARRIER, 0},
       [&] { pthread_barrier_destroy(&b); });
}

// The routine may be anything, so its end is an operation of its own.
void Operations::try_once() {
  pthread_once_t control = PTHREAD_ONCE_INIT;
  once_flag flag = ONCE_FLAG_INIT;
  const auto both = [&](const void* object, const auto& call, const char* function) {
    SCOPED_TRACE(function);
    told_by(call);
    ASSERT_EQ(count, 2u);
    expect(0, {LW_OP_ACQUIRE, object, LW_ONCE, 0});
    expect(1, {LW_OP_RELEASE, object, LW_ONCE, 0});
    once(function, {LW_OP_ACQUIRE, object, LW_ONCE, 0}, call);  // it is done
  };
  both(
      &control, [&] { pthread_once(&control, [] {}); }, "pthread_once");
  both(
      &flag, [&] { call_once(&flag, [] {}); }, "call_once");
}

void Operations::try_static_guards() {
  std::int64_t guard = 0;
  const Told acquire{LW_OP_ACQUIRE, &guard, LW_STATIC_GUARD, 0};
  const Told release{LW_OP_RELEASE, &guard, LW_STATIC_GUARD, 0};
  once("__cxa_guard_acquire", acquire, [&] { EXPECT_EQ(__cxa_guard_acquire(&guard), 1); });
  once("__cxa_guard_abort", release, [&] { __cxa_guard_abort(&guard); });
  __cxa_guard_acquire(&guard);
  once("__cxa_guard_release", release, [&] { __cxa_guard_release(&guard); });
}

void* return_at_once(void* argument) { return argument; }

void* listen_to_the_end(void* argument) {
  count = 0;
  listening = true;
  return argument;
}

void Operations::try_threads() {
  pthread_t t;
  const auto join = [&](int flags) {
    return Told{LW_OP_JOIN, reinterpret_cast<const void*>(t), LW_THREAD, flags};
  };
  const auto create = [&](void* (*routine)(void*)) {
    pthread_create(&t, nullptr, routine, nullptr);
  };
  once("pthread_create", {LW_OP_CREATE, &t, LW_THREAD, 0}, [&] { create(return_at_once); });
  once("pthread_join", join(0), [&] { pthread_join(t, nullptr); });
  create(return_at_once);
  once("pthread_tryjoin_np", join(LW_TRY), [&] { errno = pthread_tryjoin_np(t, nullptr); });
  if (errno != 0) pthread_join(t, nullptr);
  create(return_at_once);
  once("pthread_timedjoin_np", join(LW_TIMED),
       [&] { errno = pthread_timedjoin_np(t, nullptr, &past_); });
  if (errno != 0) pthread_join(t, nullptr);
  create(return_at_once);
  once("pthread_clockjoin_np", join(LW_TIMED),
       [&] { errno = pthread_clockjoin_np(t, nullptr, CLOCK_MONOTONIC, &past_); });
  if (errno != 0) pthread_join(t, nullptr);
  create(return_at_once);
  const auto* handle = reinterpret_cast<const void*>(t);
  once("pthread_cancel", {LW_OP_CANCEL, handle, LW_THREAD, 0}, [&] { pthread_cancel(t); });
  once("pthread_detach", {LW_OP_DETACH, handle, LW_THREAD, 0}, [&] { pthread_detach(t); });
  create(listen_to_the_end);
  handle = reinterpret_cast<const void*>(t);
  pthread_join(t, nullptr);
  ASSERT_EQ(count, 1u);
  expect(0, {LW_OP_EXIT, handle, LW_THREAD, 0});
}

void Operations::try_c11_locks() {
  mtx_t m;
  cnd_t c;
  const auto acquire = [&](int flags) { return Told{LW_OP_ACQUIRE, &m, LW_MUTEX, flags}; };
  once("mtx_init", {LW_OP_BEGIN, &m, LW_MUTEX, 0}, [&] { mtx_init(&m, mtx_timed); });
  once("mtx_lock", acquire(0), [&] { mtx_lock(&m); });
  once("mtx_trylock", acquire(LW_TRY), [&] { mtx_trylock(&m); });
  once("mtx_timedlock", acquire(LW_TIMED), [&] { mtx_timedlock(&m, &past_); });
  once("cnd_init", {LW_OP_BEGIN, &c, LW_CONDITION_VARIABLE, 0}, [&] { cnd_init(&c); });
  once("cnd_timedwait", {LW_OP_WAIT, &c, LW_CONDITION_VARIABLE, LW_TIMED},
       [&] { cnd_timedwait(&c, &m, &past_); });
  const Told notify{LW_OP_NOTIFY, &c, LW_CONDITION_VARIABLE, 0};
  once("cnd_signal", notify, [&] { cnd_signal(&c); });
  once("cnd_broadcast", notify, [&] { cnd_broadcast(&c); });
  once("mtx_unlock", {LW_OP_RELEASE, &m, LW_MUTEX, 0}, [&] { mtx_unlock(&m); });
  once("cnd_destroy", {LW_OP_END, &c, LW_CONDITION_VARIABLE, 0}, [&] { cnd_destroy(&c); });
  once("mtx_destroy", {LW_OP_END, &m, LW_MUTEX, 0}, [&] { mtx_destroy(&m); });

  Meeting meeting;
  pthread_cond_init(&meeting.condition, nullptr);
  pthread_mutex_lock(&meeting.mutex);
  pthread_t notifier;
  pthread_create(&notifier, nullptr, signal_once, &meeting);
  once("cnd_wait", {LW_OP_WAIT, &meeting.condition, LW_CONDITION_VARIABLE, 0}, [&] {
    cnd_wait(reinterpret_cast<cnd_t*>(&meeting.condition),
             reinterpret_cast<mtx_t*>(&meeting.mutex));
  });
  pthread_mutex_unlock(&meeting.mutex);
  pthread_join(notifier, nullptr);
}

void Operations::try_c11_threads() {
  thrd_t t;
  const auto create = [&] {
    thrd_create(
        &t, [](void*) { return 0; }, nullptr);
  };
  once("thrd_create", {LW_OP_CREATE, &t, LW_THREAD, 0}, create);
  once("thrd_join", {LW_OP_JOIN, reinterpret_cast<const void*>(t), LW_THREAD, 0},
       [&] { thrd_join(t, nullptr); });
  create();
  once("thrd_detach", {LW_OP_DETACH, reinterpret_cast<const void*>(t), LW_THREAD, 0},
       [&] { thrd_detach(t); });
}

void Operations::try_futexes() {
  int word = 1;
  once("syscall", {LW_OP_WAIT, &word, LW_FUTEX, 0},
       [&] { syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, nullptr); });
  once("syscall", {LW_OP_NOTIFY, &word, LW_FUTEX, 0},
       [&] { syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, &past_); });
}

void Operations::try_sleeps() {
  const Told pause{LW_OP_OTHER, nullptr, LW_THREAD, LW_TIMED};
  const timespec none{};
  once("sleep", pause, [] { sleep(0); });                        // allow-sleep: the operation
  once("usleep", pause, [] { usleep(0); });                      // allow-sleep: the operation
  once("nanosleep", pause, [&] { nanosleep(&none, nullptr); });  // allow-sleep: the operation
  once("thrd_sleep", pause, [&] { thrd_sleep(&none, nullptr); });
  once("clock_nanosleep", pause, [&] { clock_nanosleep(CLOCK_MONOTONIC, 0, &none, nullptr); });
}

int end_at_once(void*) { _exit(0); }

void Operations::try_processes() {
  const Told forks{LW_OP_FORK, nullptr, LW_THREAD, 0};
  const auto in_child = [](pid_t child) {
    if (child == 0) _exit(0);
  };
  once("fork", forks, [&] { in_child(fork()); });
  once("_Fork", forks, [&] { in_child(_Fork()); });
  once("syscall", forks,
       [&] { in_child(static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0))); });
  static std::array<char, 1 << 18> stack;
  once("clone", forks, [] { clone(end_at_once, stack.data() + stack.size(), SIGCHLD, nullptr); });

  std::array<int, 2> ends;
  ASSERT_EQ(pipe(ends.data()), 0);
  for (const char* function : {"_exit", "quick_exit"}) {
    SCOPED_TRACE(function);
    tried_.insert(function);
    if (fork() == 0) {
      tell_exit_to = ends[1];
      listening = true;
      function[0] == '_' ? _exit(0) : quick_exit(0);
    }
    char object = 1;
    EXPECT_EQ(read(ends[0], &object, 1), 1);
    EXPECT_EQ(object, 0);
  }
  close(ends[0]);
  close(ends[1]);
  while (wait(nullptr) > 0) {
  }
}

void Operations::expect_all_tried() {
  // They order nothing by themselves: memory, names, masks and handlers of signals, jumps, programs that
  // take this one's place or are started beside it, descriptors (an order only).
  const std::set<std::string> none = {"free",
                                      "realloc",
                                      "reallocarray",
                                      "malloc_usable_size",
                                      "munmap",
                                      "mremap",
                                      "dlclose",
                                      "pthread_setname_np",
                                      "dlopen",
                                      "dlmopen",
                                      "__cxa_thread_atexit_impl",
                                      "signal",
                                      "sysv_signal",
                                      "sigset",
                                      "sigaction",
                                      "sigprocmask",
                                      "pthread_sigmask",
                                      "longjmp",
                                      "siglongjmp",
                                      "__longjmp_chk",
                                      "execve",
                                      "execvpe",
                                      "fexecve",
                                      "execveat",
                                      "posix_spawn",
                                      "posix_spawnp",
                                      "popen",
                                      "prctl",
                                      "close",
                                      "close_range",
                                      "closefrom",
                                      "dup2",
                                      "dup3",
                                      "read",
                                      "__read_chk",
                                      "readv",
                                      "write",
                                      "writev",
                                      "recv",
                                      "__recv_chk",
                                      "recvfrom",
                                      "__recvfrom_chk",
                                      "recvmsg",
                                      "send",
                                      "sendto",
                                      "sendmsg",
                                      "eventfd_read",
                                      "eventfd_write"};
#define LW_EXPECT_TRIED(name, version) \
  EXPECT_NE(tried_.contains(#name), none.contains(#name)) << #name;
  LW_REAL_FUNCTIONS(LW_EXPECT_TRIED)
#undef LW_EXPECT_TRIED
}

TEST_F(Operations, EachIsToldOnce) {
  try_mutexes();
  try_rwlocks();
  try_spin_locks();
  try_conditions();
  try_semaphores();
  try_barriers();
  try_once();
  try_static_guards();
  try_threads();
  try_c11_locks();
  try_c11_threads();
  try_futexes();
  try_sleeps();
  try_processes();
  expect_all_tried();
}

}  // namespace
}  // namespace lockweave
