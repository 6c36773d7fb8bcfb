// tests/analyzer/sources/lock_order_cycle/silent_wrapped_mutex.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All mutexes of a program are of one class around std::mutex: which is which is the outer member.
// A condition variable of the same kind knows its mutex by a pointer.
#include <condition_variable>
#include <mutex>
#include <thread>

namespace port {
class Mutex {
 public:
  void Lock() { mu_.lock(); }
  void Unlock() { mu_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mu_;
};
class CondVar {
 public:
  explicit CondVar(Mutex* mutex) : mu_(mutex) {}
  void Wait() {
    std::unique_lock<std::mutex> lock(mu_->mu_, std::adopt_lock);
    cv_.wait(lock);
    lock.release();
  }
  void SignalAll() { cv_.notify_all(); }

 private:
  std::condition_variable cv_;
  Mutex* const mu_;
};
class MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) : mu_(mutex) { mu_->Lock(); }
  ~MutexLock() { mu_->Unlock(); }

 private:
  Mutex* const mu_;
};
}  // namespace port

class File {
 public:
  void write() {
    port::MutexLock lock(&blocks_mutex_);
    ++blocks_;
  }

 private:
  port::Mutex blocks_mutex_;
  int blocks_ = 0;
};

class Database {
 public:
  Database() : written_(&mutex_) {}
  void put(File* file) {
    port::MutexLock lock(&mutex_);
    while (!idle_) written_.Wait();
    file->write();
  }
  void done() {
    port::MutexLock lock(&mutex_);
    idle_ = true;
    written_.SignalAll();
  }

 private:
  port::Mutex mutex_;
  port::CondVar written_;
  bool idle_ = false;
};

void put(Database* database, File* file) { database->put(file); }
void done(Database* database) { database->done(); }

int main() {
  Database database;
  File file;
  std::thread one(put, &database, &file);
  std::thread two(done, &database);
  one.join();
  two.join();
}
