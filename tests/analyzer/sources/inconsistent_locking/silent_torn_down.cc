// tests/analyzer/sources/inconsistent_locking/silent_torn_down.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References are counted under the owner's mutex, but for the last, which its destructor gives back.
#include <mutex>
#include <thread>

class Version {
 public:
  void ref() { ++refs_; }
  void unref() {
    if (--refs_ == 0) delete this;
  }

 private:
  int refs_ = 1;
};

class Versions {
 public:
  ~Versions() { current_->unref(); }
  Version* current() { return current_; }

 private:
  Version* current_ = new Version;
};

class Database {
 public:
  ~Database() { delete versions_; }
  void get() {
    std::lock_guard guard(mutex_);
    versions_->current()->ref();
    versions_->current()->unref();
  }
  void scan() {
    std::lock_guard guard(mutex_);
    versions_->current()->ref();
    versions_->current()->unref();
  }

 private:
  std::mutex mutex_;
  Versions* versions_ = new Versions;
};

int main() {
  Database* database = new Database;
  std::thread reader([database] { database->get(); });
  database->scan();
  reader.join();
  delete database;
}
