// tests/peers/transparency/plugin.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What unloading.c loads.
// library
#include <pthread.h>

#include <mutex>

namespace {

pthread_mutex_t in_data = PTHREAD_MUTEX_INITIALIZER;

struct Loaded {
  std::mutex mutex;
  Loaded() { std::lock_guard guard(mutex); }
  ~Loaded() { std::lock_guard guard(mutex); }
} loaded;

}  // namespace

extern "C" int use_locks() {
  static std::mutex* made = new std::mutex;
  pthread_mutex_lock(&in_data);
  made->lock();
  made->unlock();
  pthread_mutex_unlock(&in_data);
  return 1;
}
