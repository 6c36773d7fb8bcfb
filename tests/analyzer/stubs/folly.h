// tests/analyzer/stubs/folly.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of Folly what the analyzer knows by name, as far as it parses: the sources are never linked.
#pragma once

#include <functional>

namespace folly {
template <bool kReaderPriority>
class SharedMutexImpl {
 public:
  void lock();
  void unlock();
  void lock_shared();
  void unlock_shared();
  class ReadHolder {
   public:
    explicit ReadHolder(const SharedMutexImpl& mutex);
    ~ReadHolder();
  };
  class WriteHolder {
   public:
    explicit WriteHolder(SharedMutexImpl& mutex);
    ~WriteHolder();
  };
};
using SharedMutex = SharedMutexImpl<true>;
class SpinLock {
 public:
  void lock();
  void unlock();
};
template <class Locked>
class LockedPtr {
 public:
  LockedPtr(LockedPtr&& other);
  ~LockedPtr();
  int& operator*();
  void unlock();
};
template <class Value, class Mutex = SharedMutex>
class Synchronized {
 public:
  LockedPtr<Synchronized> wlock();
  LockedPtr<const Synchronized> rlock() const;
  template <class Function>
  void withWLock(Function) {}
};
class ThreadPoolExecutor {
 public:
  virtual ~ThreadPoolExecutor();
  virtual void add(std::function<void()> function) = 0;
};
class CPUThreadPoolExecutor : public ThreadPoolExecutor {
 public:
  explicit CPUThreadPoolExecutor(int threads);
  void add(std::function<void()> function) override;
};
}  // namespace folly
