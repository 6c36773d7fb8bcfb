// tests/analyzer/sources/data_race/executors.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pools and threads of other libraries.
#include <boost.h>
#include <folly.h>
#include <qt.h>

int posted, added, run, created, started, job, serial;

void post() { ++posted; }  // expect: data-race
void add() { ++added; }    // expect: data-race
void of_qt() { ++run; }    // expect: data-race
void create() { ++created; }
struct Worker : QThread {
  void run() override { ++started; }
};
struct Job : QRunnable {
  void run() override { ++job; }  // expect: data-race
};
void in_main() { ++serial; }

int main() {
  boost::asio::thread_pool pool(2);
  boost::asio::post(pool, post);
  ++posted;
  folly::CPUThreadPoolExecutor executor(2);
  executor.add(add);
  ++added;
  QtConcurrent::run(of_qt);
  ++run;
  QThread* thread = QThread::create(create);
  thread->start();
  ++created;  // expect: data-race
  thread->wait();
  Worker worker;
  worker.start();
  ++started;  // expect: data-race
  worker.wait();
  QThreadPool::globalInstance()->start(new Job);
  ++job;

  // Whoever calls run() runs it: here main itself.
  boost::asio::io_context context;
  boost::asio::post(context, in_main);
  ++serial;
  context.run();
}
