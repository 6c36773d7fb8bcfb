// tests/analyzer/sources/data_race/joined_early.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A join on one way says nothing of the others, nor of other threads.
#include <pthread.h>

#include <mutex>
#include <thread>

std::mutex mutex;
int other_way, behind_both, of_two;

bool ready();

void work() {
  const std::lock_guard<std::mutex> hold(mutex);
  ++other_way;
  ++behind_both;
}

void work_too() {
  const std::lock_guard<std::mutex> hold(mutex);
  ++of_two;
}

// What stands before the join is beside the thread, though the call of it is not.
pthread_t logger;
bool run_logger = true;

void* log_all(void* argument) {
  while (run_logger) ready();
  return argument;
}

void start_logger() { pthread_create(&logger, nullptr, log_all, nullptr); }

void stop_logger() {
  run_logger = false;  // expect: data-race
  pthread_join(logger, nullptr);
}

// The same function, and another thread.
std::thread one, another;
int of_another;

void work_on() {
  const std::lock_guard<std::mutex> hold(mutex);
  ++of_another;
}

void end(std::thread& thread) { thread.join(); }

void end_one_first() {
  one = std::thread(ready);
  another = std::thread(work_on);
  if (ready()) {
    end(another);
    return;
  }
  end(one);
  of_another = 1;  // expect: data-race
  end(another);
}

int main() {
  end_one_first();
  start_logger();
  std::thread first(work);
  std::thread second(work_too);
  if (ready()) {
    first.join();
    of_two = 1;  // expect: data-race
  } else {
    other_way = 1;  // expect: data-race
  }
  behind_both = 1;  // expect: data-race
  if (first.joinable()) first.join();
  second.join();
  if (ready()) stop_logger();
}
