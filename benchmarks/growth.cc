// benchmarks/growth.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the number of things that have been costs: GROWTH WHAT COUNT makes COUNT of them, one after
// another (or, for `held` and `alive`, at a time), and prints at each quarter the nanoseconds for one
// and the resident memory in bytes. `benchmarks/growth` runs it plain and under Lockweave.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;

void take(pthread_mutex_t& mutex) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

void* nothing(void*) { return nullptr; }
void* lock_once(void*) {
  take(outer);
  return nullptr;
}
void* nest(void*) {
  pthread_mutex_lock(&outer);
  take(inner);
  pthread_mutex_unlock(&outer);
  return nullptr;
}

void joined(void* (*routine)(void*)) {
  pthread_t thread;
  if (pthread_create(&thread, nullptr, routine, nullptr) != 0) std::abort();
  pthread_join(thread, nullptr);
}

void detached() {
  pthread_t thread;
  while (pthread_create(&thread, nullptr, lock_once, nullptr) != 0) usleep(100);
  pthread_detach(thread);
}

void lock(bool nested) {
  const auto mutex = std::make_unique<pthread_mutex_t>();
  pthread_mutex_init(mutex.get(), nullptr);
  if (nested) pthread_mutex_lock(&outer);
  take(*mutex);
  if (nested) pthread_mutex_unlock(&outer);
  pthread_mutex_destroy(mutex.get());
}

void condition() {
  const auto variable = std::make_unique<pthread_cond_t>();
  pthread_cond_init(variable.get(), nullptr);
  pthread_cond_broadcast(variable.get());
  pthread_cond_destroy(variable.get());
}

void child() {
  const pid_t pid = fork();
  if (pid == 0) _exit(0);
  waitpid(pid, nullptr, 0);
}

// Held all at a time, the innermost given back first.
void hold(std::size_t count) {
  std::vector<pthread_mutex_t> mutexes(count, PTHREAD_MUTEX_INITIALIZER);
  for (pthread_mutex_t& mutex : mutexes) pthread_mutex_lock(&mutex);
  while (!mutexes.empty()) {
    pthread_mutex_unlock(&mutexes.back());
    mutexes.pop_back();
  }
}

pthread_barrier_t all_alive;
void* live(void*) {
  pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
  take(own);
  pthread_barrier_wait(&all_alive);
  return nullptr;
}
void live_together(std::size_t count) {
  pthread_barrier_init(&all_alive, nullptr, static_cast<unsigned>(count));
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, std::size_t{64} << 10);
  std::vector<pthread_t> threads(count);
  for (pthread_t& thread : threads) {
    if (pthread_create(&thread, &small, live, nullptr) != 0) std::abort();
  }
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
}

long resident() {
  long pages = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return pages * 4096;
}

using Clock = std::chrono::steady_clock;

void tell(std::size_t done, std::size_t since, Clock::time_point begin) {
  const double each = std::chrono::duration<double, std::nano>(Clock::now() - begin).count() /
                      static_cast<double>(since);
  std::printf("%zu %.0f %ld\n", done, each, resident());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  using Step = void (*)();
  const std::map<std::string, Step> steps = {{"threads", [] { joined(nothing); }},
                                             {"threads-locking", [] { joined(lock_once); }},
                                             {"threads-nesting", [] { joined(nest); }},
                                             {"threads-detached", detached},
                                             {"locks", [] { lock(false); }},
                                             {"locks-nested", [] { lock(true); }},
                                             {"conditions", condition},
                                             {"forks", child}};
  const std::map<std::string, void (*)(std::size_t)> at_a_time = {{"held", hold},
                                                                  {"alive", live_together}};
  if (argc != 3) return 2;
  const std::size_t count = std::strtoul(argv[2], nullptr, 10);
  const auto begin = Clock::now();
  if (const auto all = at_a_time.find(argv[1]); all != at_a_time.end()) {
    all->second(count);
    tell(count, count, begin);
    return 0;
  }
  const auto step = steps.find(argv[1]);
  if (step == steps.end() || count < 4) return 2;
  for (std::size_t quarter = 1; quarter <= 4; ++quarter) {
    const auto from = Clock::now();
    for (std::size_t i = 0; i < count / 4; ++i) step->second();
    tell(quarter * (count / 4), count / 4, from);
  }
}
