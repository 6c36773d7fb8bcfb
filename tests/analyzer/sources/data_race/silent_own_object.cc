// tests/analyzer/sources/data_race/silent_own_object.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each of several workers has a thread of its own, which alone counts. What start() prepares is
// nobody else's yet.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

struct Job {
  int size = 0;
  int done = 0;
};

class Worker {
 public:
  void start() { thread_ = std::thread(&Worker::run, this); }
  void stop() {
    {
      std::lock_guard guard(mutex_);
      stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

 private:
  void run() {
    std::unique_lock guard(mutex_);
    while (!stop_) {
      wake_.wait(guard);
      guard.unlock();
      ++rounds_;
      guard.lock();
    }
  }
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  int rounds_ = 0;
};

void work(Job* job) { job->done = job->size; }
void begin(int size) {
  Job* job = new Job;
  job->size = size;
  std::thread thread(work, job);
  thread.join();
  delete job;
}

int main() {
  Worker workers[4];
  for (Worker& worker : workers) worker.start();
  begin(1);
  begin(2);
  for (Worker& worker : workers) worker.stop();
}
