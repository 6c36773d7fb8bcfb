// benchmarks/lock_bench.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One scenario of locking, timed: `lock_bench SCENARIO ITERATIONS THREADS [detect]` prints one number:
// nanoseconds per operation, or bytes for the memory_ scenarios. `benchmarks/run` compiles it in many
// ways and compares; what is measured says docs/benchmarks.md.
//
// What does not sleep is timed by the CPU clock of its thread, so that a busy machine does not count;
// what sleeps or fights for a lock by the wall clock. The best of kBatches batches is printed.
// One thread has existed before anything is timed: until then glibc spares itself the atomics.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "lock_types.h"

namespace lock_bench {
namespace {

constexpr int kBatches = 20;
constexpr std::size_t kCacheLine = 64;

struct Arguments {
  long iterations = 0;
  int threads = 1;
};

double now_ns(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return static_cast<double>(at.tv_sec) * 1e9 + static_cast<double>(at.tv_nsec);
}

template <class Body>
double best_cpu_ns(long operations, Body body) {
  double best = 1e300;
  for (int batch = 0; batch < kBatches; ++batch) {
    const double begin = now_ns(CLOCK_THREAD_CPUTIME_ID);
    body();
    const double spent = now_ns(CLOCK_THREAD_CPUTIME_ID) - begin;
    if (spent < best) best = spent;
  }
  return best / static_cast<double>(operations);
}

double lock(const Arguments& arguments) {
  Mutex mutex;
  return best_cpu_ns(arguments.iterations, [&] {
    for (long i = 0; i < arguments.iterations; ++i) {
      mutex.lock();
      mutex.unlock();
    }
  });
}

double nested_2(const Arguments& arguments) {
  Mutex outer;
  Mutex inner;
  return best_cpu_ns(arguments.iterations, [&] {
    for (long i = 0; i < arguments.iterations; ++i) {
      outer.lock();
      inner.lock();
      inner.unlock();
      outer.unlock();
    }
  });
}

double nested_4(const Arguments& arguments) {
  Mutex mutexes[4];
  return best_cpu_ns(arguments.iterations, [&] {
    for (long i = 0; i < arguments.iterations; ++i) {
      mutexes[0].lock();
      mutexes[1].lock();
      mutexes[2].lock();
      mutexes[3].lock();
      mutexes[3].unlock();
      mutexes[2].unlock();
      mutexes[1].unlock();
      mutexes[0].unlock();
    }
  });
}

// `kCount` locks of one size, as in a hash table with a lock per bucket, taken one after another.
template <std::size_t kCount>
double in_turn(const Arguments& arguments) {
  const auto mutexes = std::make_unique<Mutex[]>(kCount);
  return best_cpu_ns(arguments.iterations, [&] {
    std::size_t at = 0;
    for (long i = 0; i < arguments.iterations; ++i) {
      mutexes[at].lock();
      mutexes[at].unlock();
      at = at + 1 == kCount ? 0 : at + 1;
    }
  });
}

// A lock that lives in an object on the heap and is taken once: its address is used again and again.
double life(const Arguments& arguments) {
  return best_cpu_ns(arguments.iterations, [&] {
    for (long i = 0; i < arguments.iterations; ++i) {
      const auto mutex = std::make_unique<Mutex>();
      mutex->lock();
      mutex->unlock();
    }
  });
}

double rwlock_read(const Arguments& arguments) {
  SharedMutex mutex;
  return best_cpu_ns(arguments.iterations, [&] {
    for (long i = 0; i < arguments.iterations; ++i) {
      mutex.lock_shared();
      mutex.unlock_shared();
    }
  });
}

double rwlock_write(const Arguments& arguments) {
  SharedMutex mutex;
  return best_cpu_ns(arguments.iterations, [&] {
    for (long i = 0; i < arguments.iterations; ++i) {
      mutex.lock();
      mutex.unlock();
    }
  });
}

double recursive(const Arguments& arguments) {
  if (!kHasRecursive) return -1;
  RecursiveMutex mutex;
  return best_cpu_ns(arguments.iterations, [&] {
    for (long i = 0; i < arguments.iterations; ++i) {
      mutex.lock();
      mutex.unlock();
    }
  });
}

// Runs `body(thread number)` in each thread, kBatches times between two meetings of all of them;
// `time` gets the number of the batch, before and after it, from the first thread.
class Together {
 public:
  explicit Together(int threads) : threads_(threads) {
    pthread_barrier_init(&barrier_, nullptr, static_cast<unsigned>(threads));
  }
  ~Together() { pthread_barrier_destroy(&barrier_); }

  // The shortest batch by the wall clock.
  template <class Body>
  double best_wall_ns(Body body) {
    double best = 1e300;
    run([&](int thread) {
      for (int batch = 0; batch < kBatches; ++batch) {
        pthread_barrier_wait(&barrier_);
        const double begin = now_ns(CLOCK_MONOTONIC);
        body(thread);
        pthread_barrier_wait(&barrier_);
        const double spent = now_ns(CLOCK_MONOTONIC) - begin;
        if (thread == 0 && spent < best) best = spent;
      }
    });
    return best;
  }

  // The CPU time of the slowest thread, each thread by its own best batch.
  template <class Body>
  double slowest_best_cpu_ns(Body body) {
    std::vector<double> best(static_cast<std::size_t>(threads_), 1e300);
    run([&](int thread) {
      for (int batch = 0; batch < kBatches; ++batch) {
        pthread_barrier_wait(&barrier_);
        const double begin = now_ns(CLOCK_THREAD_CPUTIME_ID);
        body(thread);
        const double spent = now_ns(CLOCK_THREAD_CPUTIME_ID) - begin;
        double& own = best[static_cast<std::size_t>(thread)];
        if (spent < own) own = spent;
      }
    });
    double slowest = 0;
    for (const double one : best) slowest = one > slowest ? one : slowest;
    return slowest;
  }

 private:
  template <class Work>
  void run(Work work) {
    std::vector<std::thread> others;
    for (int thread = 1; thread < threads_; ++thread) others.emplace_back(work, thread);
    work(0);
    for (std::thread& other : others) other.join();
  }

  const int threads_;
  pthread_barrier_t barrier_;
};

struct alignas(kCacheLine) PrivateLock {
  Mutex mutex;
};

double private_locks(const Arguments& arguments) {
  const auto locks = std::make_unique<PrivateLock[]>(static_cast<std::size_t>(arguments.threads));
  Together together(arguments.threads);
  const double spent = together.slowest_best_cpu_ns([&](int thread) {
    Mutex& mutex = locks[static_cast<std::size_t>(thread)].mutex;
    for (long i = 0; i < arguments.iterations; ++i) {
      mutex.lock();
      mutex.unlock();
    }
  });
  return spent / static_cast<double>(arguments.iterations);
}

double contended(const Arguments& arguments) {
  Mutex mutex;
  long shared = 0;
  Together together(arguments.threads);
  const double spent = together.best_wall_ns([&](int) {
    for (long i = 0; i < arguments.iterations; ++i) {
      mutex.lock();
      ++shared;
      mutex.unlock();
    }
  });
  return spent / static_cast<double>(arguments.iterations * arguments.threads);
}

// A turn is handed to and fro; one operation is one way.
double condvar(const Arguments& arguments) {
  Mutex mutex;
  Condition changed;
  int turn = 0;
  Together together(2);
  const double spent = together.best_wall_ns([&](int thread) {
    for (long i = 0; i < arguments.iterations; ++i) {
      mutex.lock();
      while (turn != thread) changed.wait(mutex);
      turn = 1 - thread;
      changed.notify_one();
      mutex.unlock();
    }
  });
  return spent / static_cast<double>(arguments.iterations * 2);
}

double semaphore(const Arguments& arguments) {
  if (!kHasSemaphore) return -1;
  Semaphore turns[2];
  Together together(2);
  const double spent = together.best_wall_ns([&](int thread) {
    for (long i = 0; i < arguments.iterations; ++i) {
      if (thread == 0) {
        turns[1].post();
        turns[0].wait();
      } else {
        turns[1].wait();
        turns[0].post();
      }
    }
  });
  return spent / static_cast<double>(arguments.iterations * 2);
}

// A value goes to and fro; one operation is one way: put here, got there.
template <class AnyQueue>
double queue(const Arguments& arguments) {
  AnyQueue ways[2];
  Together together(2);
  const double spent = together.best_wall_ns([&](int thread) {
    for (long i = 0; i < arguments.iterations; ++i) {
      if (thread == 0) {
        ways[1].put(i);
        ways[0].get();
      } else {
        ways[0].put(ways[1].get());
      }
    }
  });
  return spent / static_cast<double>(arguments.iterations * 2);
}

// Private memory in use, from the kernel: what the runtime maps counts only once it is touched.
double private_bytes() {
  FILE* status = fopen("/proc/self/status", "r");
  if (status == nullptr) return 0;
  long kilobytes = 0;
  char line[256];
  while (fgets(line, sizeof line, status) != nullptr) {
    if (sscanf(line, "RssAnon: %ld kB", &kilobytes) == 1) break;
  }
  fclose(status);
  return static_cast<double>(kilobytes) * 1024;
}

double memory_locks(const Arguments& arguments) {
  const auto count = static_cast<std::size_t>(arguments.iterations);
  const auto mutexes = std::make_unique<Mutex[]>(count);
  const double before = private_bytes();
  for (std::size_t i = 0; i < count; ++i) {
    mutexes[i].lock();
    mutexes[i].unlock();
  }
  return (private_bytes() - before) / static_cast<double>(count);
}

// The locks have been taken once before: what is left is the pairs' own.
double memory_pairs(const Arguments& arguments) {
  const auto count = static_cast<std::size_t>(arguments.iterations);
  Mutex outer;
  const auto mutexes = std::make_unique<Mutex[]>(count);
  for (std::size_t i = 0; i < count; ++i) {
    mutexes[i].lock();
    mutexes[i].unlock();
  }
  const double before = private_bytes();
  for (std::size_t i = 0; i < count; ++i) {
    outer.lock();
    mutexes[i].lock();
    mutexes[i].unlock();
    outer.unlock();
  }
  return (private_bytes() - before) / static_cast<double>(count);
}

double memory_threads(const Arguments& arguments) {
  const auto count = static_cast<std::size_t>(arguments.iterations);
  Mutex mutex;
  pthread_barrier_t all_here;
  pthread_barrier_t measured;
  pthread_barrier_init(&all_here, nullptr, static_cast<unsigned>(count) + 1);
  pthread_barrier_init(&measured, nullptr, static_cast<unsigned>(count) + 1);
  std::vector<std::thread> threads;
  threads.reserve(count);
  const double before = private_bytes();
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&] {
      mutex.lock();
      mutex.unlock();
      pthread_barrier_wait(&all_here);
      pthread_barrier_wait(&measured);
    });
  }
  pthread_barrier_wait(&all_here);
  const double bytes = private_bytes() - before;
  pthread_barrier_wait(&measured);
  for (std::thread& thread : threads) thread.join();
  return bytes / static_cast<double>(count);
}

struct Scenario {
  const char* name;
  double (*measure)(const Arguments&);
};

constexpr Scenario kScenarios[] = {
    {"lock", lock},
    {"nested_2", nested_2},
    {"nested_4", nested_4},
    {"in_turn_100", in_turn<100>},
    {"in_turn_10000", in_turn<10000>},
    {"life", life},
    {"rwlock_read", rwlock_read},
    {"rwlock_write", rwlock_write},
    {"recursive", recursive},
    {"private", private_locks},
    {"contended", contended},
    {"condvar", condvar},
    {"semaphore", semaphore},
    {"queue", queue<Queue>},
    {"own_queue", queue<OwnQueue>},
    {"memory_locks", memory_locks},
    {"memory_pairs", memory_pairs},
    {"memory_threads", memory_threads},
};

int usage() {
  fputs("usage: lock_bench SCENARIO ITERATIONS THREADS [detect]\nscenarios:", stderr);
  for (const Scenario& scenario : kScenarios) fprintf(stderr, " %s", scenario.name);
  fputs("\n", stderr);
  return 2;
}

}  // namespace

int run(int argc, char** argv) {
  if (argc < 4) return usage();
  const Arguments arguments{atol(argv[2]), atoi(argv[3])};
  if (arguments.iterations < 1 || arguments.threads < 1) return usage();
  set_up(argc > 4 && strcmp(argv[4], "detect") == 0);
  std::thread([] {}).join();
  for (const Scenario& scenario : kScenarios) {
    if (strcmp(scenario.name, argv[1]) != 0) continue;
    printf("%.3f\n", scenario.measure(arguments));
    return 0;
  }
  return usage();
}

}  // namespace lock_bench

int main(int argc, char** argv) { return lock_bench::run(argc, argv); }
