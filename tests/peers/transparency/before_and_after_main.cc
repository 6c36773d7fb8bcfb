// tests/peers/transparency/before_and_after_main.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks in constructors before main, in exit handlers, in destructors of statics and thread_locals.
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace {

std::mutex mutex;
int locks = 0;

void lock_once(const char* where) {
  std::lock_guard guard(mutex);
  std::printf("%s %d\n", where, ++locks);
}

__attribute__((constructor(200))) void very_early() {
  static pthread_mutex_t early = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&early);
  pthread_mutex_unlock(&early);
}
__attribute__((destructor(200))) void very_late() {
  static pthread_mutex_t late = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&late);
  pthread_mutex_unlock(&late);
}

struct Static {
  Static() { lock_once("static begins"); }
  ~Static() { lock_once("static ends"); }
} object;

struct OfThread {
  std::unique_lock<std::mutex> held;
  ~OfThread() {
    if (held.owns_lock()) held.unlock();
    lock_once("thread ends");
  }
};
thread_local OfThread of_thread;

void run() { of_thread.held = std::unique_lock(mutex); }

}  // namespace

int main() {
  std::atexit([] { lock_once("atexit"); });
  lock_once("main");
  std::thread(run).join();
  std::thread(run).join();
  return 0;
}
