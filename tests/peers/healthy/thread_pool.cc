// tests/peers/healthy/thread_pool.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A pool that idles until main posts work, is drained, and is joined; several times.
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <unistd.h>

#include "asleep.h"

namespace {

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  void post(std::function<void()> job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
      ++open_;
    }
    changed_.notify_one();
  }
  void drain() {
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
      if (--open_ == 0) drained_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable drained_;
  std::deque<std::function<void()>> jobs_;
  int open_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

int main() {
  std::mutex mutex;
  int sum = 0;
  for (int round = 0; round < 5; ++round) {
    Pool pool(4);
    until_asleep(getpid(), getpid());
    for (int batch = 0; batch < 20; ++batch) {
      for (int i = 0; i < 10; ++i) {
        pool.post([&mutex, &sum, i] {
          const std::lock_guard lock(mutex);
          sum += i;
        });
      }
      pool.drain();
    }
  }
  std::printf("sum %d\n", sum);
}
