// tests/analyzer/sources/wait_without_predicate/wait_without_predicate.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable ready;
bool done = false;
pthread_mutex_t old_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t old_ready = PTHREAD_COND_INITIALIZER;

void bare() {
  std::unique_lock guard(mutex);
  ready.wait(guard);  // expect: wait-without-predicate
}
void bare_pthread() {
  pthread_mutex_lock(&old_mutex);
  pthread_cond_wait(&old_ready, &old_mutex);  // expect: wait-without-predicate
  pthread_mutex_unlock(&old_mutex);
}
void if_only() {
  std::unique_lock guard(mutex);
  if (!done) ready.wait(guard);  // expect: wait-without-predicate
}
void looped() {
  std::unique_lock guard(mutex);
  while (!done) ready.wait(guard);
}
void with_predicate() {
  std::unique_lock guard(mutex);
  ready.wait(guard, [] { return done; });
}
void endless() {
  std::unique_lock guard(mutex);
  for (;;) {
    if (done) break;
    ready.wait(guard);
  }
}
void finish() {
  std::lock_guard guard(mutex);
  done = true;
  ready.notify_all();
  pthread_cond_signal(&old_ready);
}

int main() {
  std::thread one(bare);
  std::thread two(bare_pthread);
  std::thread three(if_only);
  std::thread four(looped);
  std::thread five(with_predicate);
  std::thread six(endless);
  finish();
  one.join();
  two.join();
  three.join();
  four.join();
  five.join();
  six.join();
}
