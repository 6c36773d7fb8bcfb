// tests/analyzer/stubs/tbb.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of oneTBB what the analyzer knows by name, as far as it parses: the sources are never linked.
#pragma once

namespace tbb {
namespace detail {
namespace d1 {
template <class Mutex>
class unique_scoped_lock {
 public:
  unique_scoped_lock();
  explicit unique_scoped_lock(Mutex& mutex);
  ~unique_scoped_lock();
  void acquire(Mutex& mutex);
  bool try_acquire(Mutex& mutex);
  void release();
};
template <class Mutex>
class rw_scoped_lock {
 public:
  rw_scoped_lock();
  explicit rw_scoped_lock(Mutex& mutex, bool write = true);
  ~rw_scoped_lock();
  void acquire(Mutex& mutex, bool write = true);
  void release();
};
class mutex {
 public:
  using scoped_lock = unique_scoped_lock<mutex>;
};
class spin_rw_mutex {
 public:
  using scoped_lock = rw_scoped_lock<spin_rw_mutex>;
};
class queuing_mutex {
 public:
  class scoped_lock {
   public:
    scoped_lock();
    explicit scoped_lock(queuing_mutex& mutex);
    ~scoped_lock();
    void acquire(queuing_mutex& mutex);
    void release();
  };
};
template <class Index, class Function>
void parallel_for(Index, Index, const Function&) {}
template <class... Functions>
void parallel_invoke(const Functions&...) {}
class task_group {
 public:
  template <class Function>
  void run(Function) {}
  void wait();
};
}  // namespace d1
}  // namespace detail
using detail::d1::mutex;
using detail::d1::parallel_for;
using detail::d1::parallel_invoke;
using detail::d1::queuing_mutex;
using detail::d1::spin_rw_mutex;
using detail::d1::task_group;
}  // namespace tbb
