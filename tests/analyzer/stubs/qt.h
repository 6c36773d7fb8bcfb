// tests/analyzer/stubs/qt.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of Qt what the analyzer knows by name, as far as it parses: the sources are never linked.
#pragma once

class QBasicMutex {
 public:
  void lock();
  void unlock();
  bool tryLock();
};
class QMutex : public QBasicMutex {
 public:
  enum RecursionMode { NonRecursive, Recursive };
  explicit QMutex(RecursionMode mode = NonRecursive);
  bool tryLock(int timeout = 0);
};
class QRecursiveMutex {
 public:
  void lock();
  void unlock();
};
class QReadWriteLock {
 public:
  void lockForRead();
  void lockForWrite();
  void unlock();
};
template <class Mutex = QMutex>
class QMutexLocker {
 public:
  explicit QMutexLocker(Mutex* mutex);
  ~QMutexLocker();
  void unlock();
  void relock();
};
class QReadLocker {
 public:
  explicit QReadLocker(QReadWriteLock* lock);
  ~QReadLocker();
};
class QWriteLocker {
 public:
  explicit QWriteLocker(QReadWriteLock* lock);
  ~QWriteLocker();
};

class QThread {
 public:
  QThread();
  virtual ~QThread();
  void start();
  bool wait(unsigned long timeout = ~0UL);
  virtual void run();
  template <class Function>
  static QThread* create(Function) {
    return nullptr;
  }
};
class QRunnable {
 public:
  virtual ~QRunnable();
  virtual void run() = 0;
};
class QThreadPool {
 public:
  static QThreadPool* globalInstance();
  void start(QRunnable* job, int priority = 0);
  template <class Function>
  void start(Function) {}
};
namespace QtConcurrent {
template <class Function>
int run(Function) {
  return 0;
}
}  // namespace QtConcurrent
