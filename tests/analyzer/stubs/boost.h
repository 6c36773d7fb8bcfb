// tests/analyzer/stubs/boost.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of Boost what the analyzer knows by name, as far as it parses: the sources are never linked.
#pragma once

namespace boost {
struct defer_lock_t {};
inline const defer_lock_t defer_lock{};
class mutex {
 public:
  void lock();
  void unlock();
  bool try_lock();
};
class recursive_mutex {
 public:
  void lock();
  void unlock();
};
class shared_mutex {
 public:
  void lock();
  void unlock();
  void lock_shared();
  void unlock_shared();
};
template <class Mutex>
class lock_guard {
 public:
  explicit lock_guard(Mutex& mutex);
  ~lock_guard();
};
template <class Mutex>
class unique_lock {
 public:
  explicit unique_lock(Mutex& mutex);
  unique_lock(Mutex& mutex, defer_lock_t);
  ~unique_lock();
  void lock();
  void unlock();
};
template <class Mutex>
class shared_lock {
 public:
  explicit shared_lock(Mutex& mutex);
  ~shared_lock();
};
template <class Mutex>
class upgrade_lock {
 public:
  explicit upgrade_lock(Mutex& mutex);
  ~upgrade_lock();
  void unlock();
};
namespace asio {
class io_context {
 public:
  void run();
};
class thread_pool {
 public:
  explicit thread_pool(int threads);
  ~thread_pool();
  void join();
};
template <class Context, class Function>
void post(Context&, Function) {}
}  // namespace asio
}  // namespace boost
