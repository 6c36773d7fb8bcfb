// lockweave/mutex.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mutex, timed_mutex, recursive_mutex, recursive_timed_mutex: std's types, seen by the runtime with
// the exact call site. Use them with std::lock_guard, std::unique_lock, std::scoped_lock, std::lock
// (also named in lockweave::, so that replacing `std::` is all a port needs).
//
// Differences from std
//   - A constructor that takes a name: `lockweave::mutex accounts{"accounts"};`. The text must
//     outlive the mutex. A named global is initialised at run time: one that other globals'
//     constructors use should be unnamed (constant-initialised) and get LOCKWEAVE_NAME in main.
//   - Destructors are not trivial: the runtime learns that the lock is gone. As with std::mutex the
//     pthread mutex stays usable during the destruction of other globals.
// Cost without the runtime: one load and one test more than std per lock or unlock.
// Limit: the owner that other threads can read of a blocked mutex is known with glibc only.
#pragma once

#include <mutex>

#include "lockweave/detail/mutex_base.h"

namespace lockweave {

class mutex : public detail::mutex_base<LW_MUTEX> {
 public:
  using mutex_base::mutex_base;
};

class timed_mutex : public detail::timed_mutex_base<LW_MUTEX> {
 public:
  using timed_mutex_base::timed_mutex_base;
};

class recursive_mutex : public detail::mutex_base<LW_RECURSIVE_MUTEX> {
 public:
  using mutex_base::mutex_base;
};

class recursive_timed_mutex : public detail::timed_mutex_base<LW_RECURSIVE_MUTEX> {
 public:
  using timed_mutex_base::timed_mutex_base;
};

// What works on them unchanged.
using std::adopt_lock;
using std::adopt_lock_t;
using std::call_once;
using std::defer_lock;
using std::defer_lock_t;
using std::lock;
using std::lock_guard;
using std::once_flag;
using std::scoped_lock;
using std::try_lock;
using std::try_to_lock;
using std::try_to_lock_t;
using std::unique_lock;

}  // namespace lockweave
