// tests/analyzer/sources/data_race/silent_joined_early.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The thread is joined on one way only, where something failed, and later on the others: behind each
// join it is gone.
#include <atomic>
#include <mutex>
#include <thread>

class Database {
 public:
  void start() { thread_ = new std::thread(&Database::run, this); }
  void stop() {
    if (thread_) {
      running_ = false;
      thread_->join();
      delete thread_;
      thread_ = nullptr;
    }
    leases_ = 0;
  }

 private:
  void run() {
    while (running_) {
      const std::lock_guard<std::mutex> hold(mutex_);
      ++leases_;
    }
  }

  std::atomic<bool> running_{true};
  std::thread* thread_ = nullptr;
  std::mutex mutex_;
  int leases_ = 0;
};

bool ready();

Database database;

bool start_all() {
  database.start();
  if (!ready()) {
    database.stop();
    return false;
  }
  return true;
}

// The same by two calls of one function.
std::mutex mutex;
std::thread counter;
int counted = 0;

void count() {
  const std::lock_guard<std::mutex> hold(mutex);
  ++counted;
}

void start_counter() { counter = std::thread(count); }
void stop_counter() { counter.join(); }

int main() {
  start_counter();
  if (!ready()) {
    stop_counter();
    counted = 0;
    return 2;
  }
  stop_counter();
  counted = 1;
  if (!start_all()) return 1;
  database.stop();
}
