// tests/analyzer/stubs/absl.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of Abseil what the analyzer knows by name, as far as it parses: the sources are never linked.
#pragma once

#define LW_TEST_ATTRIBUTE(x) __attribute__((x))

namespace absl {
class Condition;
class LW_TEST_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void Lock() LW_TEST_ATTRIBUTE(acquire_capability());
  void Unlock() LW_TEST_ATTRIBUTE(release_capability());
  bool TryLock() LW_TEST_ATTRIBUTE(try_acquire_capability(true));
  void ReaderLock() LW_TEST_ATTRIBUTE(acquire_shared_capability());
  void ReaderUnlock() LW_TEST_ATTRIBUTE(release_shared_capability());
  void LockWhen(const Condition& condition) LW_TEST_ATTRIBUTE(acquire_capability());
};
class Condition {
 public:
  explicit Condition(const bool* value);
};
class LW_TEST_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) LW_TEST_ATTRIBUTE(acquire_capability(mutex));
  ~MutexLock() LW_TEST_ATTRIBUTE(release_capability());
};
class LW_TEST_ATTRIBUTE(scoped_lockable) ReaderMutexLock {
 public:
  explicit ReaderMutexLock(Mutex* mutex) LW_TEST_ATTRIBUTE(acquire_shared_capability(mutex));
  ~ReaderMutexLock() LW_TEST_ATTRIBUTE(release_capability());
};
class LW_TEST_ATTRIBUTE(scoped_lockable) ReleasableMutexLock {
 public:
  explicit ReleasableMutexLock(Mutex* mutex) LW_TEST_ATTRIBUTE(acquire_capability(mutex));
  ~ReleasableMutexLock() LW_TEST_ATTRIBUTE(release_capability());
  void Release() LW_TEST_ATTRIBUTE(release_capability());
};
}  // namespace absl
