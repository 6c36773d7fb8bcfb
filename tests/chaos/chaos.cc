// tests/chaos/chaos.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// chaos SEED SECONDS: everything that a program may do with threads, locks, signals and processes, at
// random, for that long. It takes its locks in one order and gives back what it takes, so it can neither
// deadlock nor fail by itself: it ends with 0. Anything else, also that it does not end, is what the
// runtime did to it.
//
// SEED chooses what each thread and each child does. Which thread comes first is the machine's choice.
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern char** environ;

namespace {

constexpr int kThreads = 6;
constexpr int kLocks = 5;
constexpr int kChildStatus = 23;

// xorshift64* (Vigna, 2016), one in each thread.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15U + 1) {}
  std::uint32_t below(std::uint32_t bound) {
    state_ ^= state_ >> 12U;
    state_ ^= state_ << 25U;
    state_ ^= state_ >> 27U;
    return static_cast<std::uint32_t>((state_ * 0x2545F4914F6CDD1DU) >> 33U) % bound;
  }

 private:
  std::uint64_t state_;
};

// ---- what must not happen --------------------------------------------------------------------
std::atomic<int> failures{0};

void expect(bool holds, const char* what) {
  if (holds) return;
  failures.fetch_add(1);
  std::fprintf(stderr, "chaos: %s (errno %d)\n", what, errno);
}

std::int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

std::int64_t end_ms;
bool over() { return now_ms() >= end_ms; }

// ---- shared objects, taken in the order of their index ----------------------------------------
pthread_mutex_t mutexes[kLocks];
pthread_rwlock_t rwlocks[kLocks];
pthread_spinlock_t spin;
sem_t permits;
pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
int turns;  // guarded by door

void prepare_objects() {
  for (int i = 0; i < kLocks; ++i) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes,
                              i % 2 == 0 ? PTHREAD_MUTEX_NORMAL : PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&mutexes[i], &attributes);
    pthread_mutexattr_destroy(&attributes);
    pthread_rwlock_init(&rwlocks[i], nullptr);
  }
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  sem_init(&permits, 0, 2);
}

// A thread that another may cancel or that a child copies holds nothing of these: signals that fork or
// end the child come to it here too, so whoever forks uses only locks of its own afterwards.
void nest_mutexes(Random& random) {
  const int first = static_cast<int>(random.below(kLocks - 1));
  pthread_mutex_lock(&mutexes[first]);
  pthread_mutex_lock(&mutexes[first + 1]);
  pthread_mutex_unlock(&mutexes[first + 1]);
  pthread_mutex_unlock(&mutexes[first]);
}

void nest_rwlocks(Random& random) {
  const int first = static_cast<int>(random.below(kLocks));
  if (random.below(3) == 0) {
    pthread_rwlock_wrlock(&rwlocks[first]);
  } else {
    pthread_rwlock_rdlock(&rwlocks[first]);
  }
  if (pthread_mutex_trylock(&mutexes[first]) == 0) pthread_mutex_unlock(&mutexes[first]);
  pthread_rwlock_unlock(&rwlocks[first]);
}

void nest_new_locks(Random& random) {
  auto* pair = static_cast<pthread_mutex_t*>(std::malloc(2 * sizeof(pthread_mutex_t)));
  pthread_mutex_init(&pair[0], nullptr);
  pthread_mutex_init(&pair[1], nullptr);
  for (std::uint32_t i = 0; i < 1 + random.below(3); ++i) {
    pthread_mutex_lock(&pair[0]);
    pthread_mutex_lock(&pair[1]);
    pthread_mutex_unlock(&pair[1]);
    pthread_mutex_unlock(&pair[0]);
  }
  if (random.below(2) == 0) {
    pthread_mutex_destroy(&pair[1]);
    pthread_mutex_destroy(&pair[0]);
  }
  std::free(pair);
}

void pass_the_door() {
  timespec until{};
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 2'000'000;
  if (until.tv_nsec >= 1'000'000'000) {
    until.tv_nsec -= 1'000'000'000;
    ++until.tv_sec;
  }
  pthread_mutex_lock(&door);
  const int before = turns++;
  pthread_cond_broadcast(&opened);
  while (turns == before + 1) {
    if (pthread_cond_timedwait(&opened, &door, &until) == ETIMEDOUT) break;
  }
  pthread_mutex_unlock(&door);
}

void take_a_permit() {
  while (sem_wait(&permits) != 0) expect(errno == EINTR, "sem_wait failed");
  pthread_spin_lock(&spin);
  pthread_spin_unlock(&spin);
  sem_post(&permits);
}

// ---- threads ---------------------------------------------------------------------------------
void* nest_a_little(void* seed) {
  Random random(reinterpret_cast<std::uintptr_t>(seed));
  nest_new_locks(random);
  if (random.below(4) == 0) pthread_exit(nullptr);
  return nullptr;
}

void* wait_to_be_cancelled(void*) {
  sem_t never;
  sem_init(&never, 0, 0);
  for (;;) sem_wait(&never);
}

void short_thread(Random& random) {
  pthread_t thread;
  auto* seed = reinterpret_cast<void*>(std::uintptr_t{random.below(1U << 20U)} + 1);
  switch (random.below(3)) {
    case 0:
      if (pthread_create(&thread, nullptr, nest_a_little, seed) == 0) pthread_join(thread, nullptr);
      break;
    case 1:
      if (pthread_create(&thread, nullptr, nest_a_little, seed) == 0) pthread_detach(thread);
      break;
    default:
      if (pthread_create(&thread, nullptr, wait_to_be_cancelled, nullptr) != 0) break;
      pthread_cancel(thread);
      void* result = nullptr;
      pthread_join(thread, &result);
      expect(result == PTHREAD_CANCELED, "a cancelled thread was not");
  }
}

void load_a_library() {
  void* library = dlopen("libutil.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library != nullptr) dlclose(library);
}

// ---- signals ---------------------------------------------------------------------------------
thread_local sigjmp_buf out_of_handler;
thread_local volatile sig_atomic_t may_jump = 0;

void on_tick(int) {}

// Between its own check and this jump the thread calls nothing that holds a lock.
void on_user_signal(int) {
  if (may_jump != 0) {
    may_jump = 0;
    siglongjmp(out_of_handler, 1);
  }
  sem_post(&permits);  // what a handler may call
  while (sem_trywait(&permits) != 0 && errno == EINTR) {
  }
}

// Not quick_exit: libc's lock of its exit functions may have been held by another thread at the fork.
[[noreturn]] void end_now(std::uint32_t how) {
  switch (how % 3) {
    case 0: _exit(kChildStatus);
    case 1: _Exit(kChildStatus);
    default: execl("/bin/sh", "sh", "-c", "exit 23", nullptr); _exit(1);
  }
}

std::atomic<std::uint32_t> way_out{0};
void on_alarm_in_child(int) { end_now(way_out); }

void on_child(int) {}  // only that there is a handler

void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal, &action, nullptr);
}

void jump_out_of_a_signal(Random& random) {
  if (sigsetjmp(out_of_handler, 1) != 0) return;
  may_jump = 1;
  pthread_kill(pthread_self(), random.below(2) == 0 ? SIGUSR1 : SIGUSR2);
  may_jump = 0;
}

void interrupt_on_own_stack(Random& random) {
  alignas(16) static thread_local char stack[32 << 10];
  stack_t ours{};
  ours.ss_sp = stack;
  ours.ss_size = sizeof stack;
  sigaltstack(&ours, nullptr);
  for (std::uint32_t i = 0; i < random.below(4); ++i) pthread_kill(pthread_self(), SIGUSR2);
  ours.ss_flags = SS_DISABLE;
  sigaltstack(&ours, nullptr);
}

// ---- processes -------------------------------------------------------------------------------
void await(pid_t pid) {
  int status = 0;
  pid_t got;
  do {
    got = waitpid(pid, &status, 0);
  } while (got < 0 && errno == EINTR);
  expect(got == pid, "a child was lost");
  expect(WIFEXITED(status) && WEXITSTATUS(status) == kChildStatus, "a child ended otherwise");
}

// A child has one thread; locks that others held at the fork stay held, so it makes its own.
[[noreturn]] void live_as_bare_child(Random& random) {
  pthread_mutex_t own[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
  pthread_mutex_lock(&own[0]);
  pthread_mutex_lock(&own[1]);
  pthread_mutex_unlock(&own[1]);
  pthread_mutex_unlock(&own[0]);
  end_now(random.below(2));
}

[[noreturn]] void live_as_child(Random& random) {
  const itimerval none{};
  setitimer(ITIMER_PROF, &none, nullptr);
  if (random.below(3) == 0) {
    way_out = random.below(3);
    itimerval soon{};
    soon.it_value.tv_usec = static_cast<suseconds_t>(200 + random.below(4000));
    handle(SIGALRM, on_alarm_in_child, 0);
    setitimer(ITIMER_REAL, &soon, nullptr);
    for (;;) nest_new_locks(random);
  }
  for (int i = 0; i < 20; ++i) nest_new_locks(random);
  if (random.below(3) == 0) {
    const pid_t grandchild = fork();
    if (grandchild == 0) end_now(random.below(3));
    await(grandchild);
  }
  end_now(random.below(3));
}

void fork_a_child(Random& random) {
  const bool bare = random.below(3) == 0;  // libc's locks are not free in its child
  const pid_t pid = bare ? _Fork() : fork();
  if (pid == 0 && bare) live_as_bare_child(random);
  if (pid == 0) live_as_child(random);
  if (pid > 0) await(pid);
}

void spawn_a_child(Random& random) {
  char shell[] = "sh";
  char command[] = "-c";
  char text[] = "exit 23";
  char* arguments[] = {shell, command, text, nullptr};
  pid_t pid = 0;
  if (random.below(2) == 0) {
    if (posix_spawn(&pid, "/bin/sh", nullptr, nullptr, arguments, environ) == 0) await(pid);
    return;
  }
  pid = vfork();
  if (pid == 0) {
    execv("/bin/sh", arguments);
    _exit(1);
  }
  if (pid > 0) await(pid);
}

// ---- the whole -------------------------------------------------------------------------------
pthread_t workers[kThreads];
pthread_barrier_t all_done;  // nobody is signalled after its end
std::atomic<bool> started{false};

void signal_somebody(Random& random) {
  pthread_kill(workers[random.below(kThreads)], random.below(2) == 0 ? SIGUSR1 : SIGUSR2);
}

void* work(void* seed) {
  Random random(reinterpret_cast<std::uintptr_t>(seed));
  while (!started) sched_yield();
  while (!over()) {
    switch (random.below(64)) {
      case 0: fork_a_child(random); break;
      case 1: spawn_a_child(random); break;
      case 2: load_a_library(); break;
      case 3:
      case 4:
      case 5: short_thread(random); break;
      case 6:
      case 7: jump_out_of_a_signal(random); break;
      case 8: interrupt_on_own_stack(random); break;
      case 9:
      case 10: pass_the_door(); break;
      case 11:
      case 12:
      case 13: take_a_permit(); break;
      case 14:
      case 15:
      case 16:
      case 17:
      case 18: signal_somebody(random); break;
      default:
        if (random.below(3) == 0) {
          nest_rwlocks(random);
        } else if (random.below(2) == 0) {
          nest_mutexes(random);
        } else {
          nest_new_locks(random);
        }
    }
  }
  pthread_barrier_wait(&all_done);
  return nullptr;
}

void start_ticking() {
  itimerval often{};
  often.it_interval.tv_usec = often.it_value.tv_usec = 400;
  handle(SIGPROF, on_tick, SA_RESTART);
  setitimer(ITIMER_PROF, &often, nullptr);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fputs("usage: chaos SEED SECONDS\n", stderr);
    return 2;
  }
  const std::uint64_t seed = std::strtoull(arguments[1], nullptr, 10);
  end_ms = now_ms() + 1000 * std::strtoll(arguments[2], nullptr, 10);
  prepare_objects();
  pthread_barrier_init(&all_done, nullptr, kThreads);
  handle(SIGUSR1, on_user_signal, SA_RESTART);
  handle(SIGUSR2, on_user_signal, SA_RESTART | SA_ONSTACK | SA_NODEFER);
  handle(SIGCHLD, on_child, SA_RESTART);
  start_ticking();
  for (std::uint64_t i = 0; i < kThreads; ++i) {
    pthread_create(&workers[i], nullptr, work, reinterpret_cast<void*>(seed * kThreads + i + 1));
  }
  started = true;
  for (pthread_t worker : workers) pthread_join(worker, nullptr);
  return failures.load() == 0 ? 0 : 1;
}
