// tests/analyzer/sources/data_race/handover_missed.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Something is said and waited for, but not between the two accesses.
#include <atomic>
#include <barrier>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace after_the_flag {
std::mutex m;
std::condition_variable cv;
bool ready;
int x;
void run() {
  std::thread thread([] {
    {
      std::lock_guard lock(m);
      ready = true;
    }
    cv.notify_one();
    x = 1;
  });
  {
    std::unique_lock lock(m);
    cv.wait(lock, [] { return ready; });
  }
  x++;  // expect: data-race
  thread.join();
}
}  // namespace after_the_flag

namespace before_the_wait {
std::mutex m;
std::condition_variable cv;
bool ready;
int x;
void run() {
  std::thread thread([] {
    x = 1;
    {
      std::lock_guard lock(m);
      ready = true;
    }
    cv.notify_one();
  });
  x++;  // expect: data-race
  {
    std::unique_lock lock(m);
    cv.wait(lock, [] { return ready; });
  }
  thread.join();
}
}  // namespace before_the_wait

namespace whatever_the_flag_says {
std::mutex m;
bool done;
int x, seen;
void run() {
  std::thread thread([] {
    x = 1;
    std::lock_guard lock(m);
    done = true;
  });
  {
    std::lock_guard lock(m);
    if (done) ++seen;
  }
  x++;  // expect: data-race
  thread.join();
}
}  // namespace whatever_the_flag_says

namespace if_it_is_not_done {
std::mutex m;
bool done;
int x;
void run() {
  std::thread thread([] {
    x = 1;
    std::lock_guard lock(m);
    done = true;
  });
  bool again = false;
  {
    std::lock_guard lock(m);
    if (!done) {
      again = true;
    }
  }
  if (again) x++;  // expect: data-race
  thread.join();
}
}  // namespace if_it_is_not_done

namespace both_before_the_barrier {
int x;
std::barrier meeting(2);
void run() {
  std::thread thread([] {
    x = 1;
    meeting.arrive_and_wait();
  });
  x++;  // expect: data-race
  meeting.arrive_and_wait();
  thread.join();
}
}  // namespace both_before_the_barrier

int main() {
  after_the_flag::run();
  before_the_wait::run();
  whatever_the_flag_says::run();
  if_it_is_not_done::run();
  both_before_the_barrier::run();
}
