// tests/analyzer/sources/double_lock/qt.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A QMutex says to its constructor whether it is recursive.
#include <qt.h>

class Plain {
 public:
  void outer() {
    QMutexLocker<QMutex> locker(&mutex_);
    inner();
  }
  void inner() {
    QMutexLocker<QMutex> locker(&mutex_);  // expect: double-lock
  }

 private:
  QMutex mutex_;
};
class Recursive {
 public:
  Recursive() : given_(QMutex::Recursive) {}
  void outer() {
    QMutexLocker<QMutex> locker(&mutex_);
    QMutexLocker<QMutex> also(&given_);
    QMutexLocker<QRecursiveMutex> third(&typed_);
    inner();
  }
  void inner() {
    QMutexLocker<QMutex> locker(&mutex_);
    QMutexLocker<QMutex> also(&given_);
    QMutexLocker<QRecursiveMutex> third(&typed_);
  }

 private:
  QMutex mutex_{QMutex::Recursive};
  QMutex given_;
  QRecursiveMutex typed_;
};

QMutex global(QMutex::Recursive);

int main() {
  Plain plain;
  plain.outer();
  Recursive recursive;
  recursive.outer();
  global.lock();
  global.lock();
  global.unlock();
  global.unlock();
}
