// tests/peers/transparency/memory.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory with locks in it is freed, moved, unmapped and used again: no lock is taken for an earlier one.
// expect: destroyed-while-held
#include <pthread.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace {

void lock_in(pthread_mutex_t* outer, pthread_mutex_t* inner) {
  pthread_mutex_lock(outer);
  pthread_mutex_lock(inner);
  pthread_mutex_unlock(inner);
  pthread_mutex_unlock(outer);
}

pthread_mutex_t* mutex_at(void* place) {
  auto* mutex = static_cast<pthread_mutex_t*>(place);
  *mutex = PTHREAD_MUTEX_INITIALIZER;
  return mutex;
}

}  // namespace

int main() {
  pthread_mutex_t fixed = PTHREAD_MUTEX_INITIALIZER;
  for (int i = 0; i < 1000; ++i) {
    pthread_mutex_t* mutex = mutex_at(std::malloc(sizeof(pthread_mutex_t)));
    i % 2 == 0 ? lock_in(&fixed, mutex) : lock_in(mutex, &fixed);
    std::free(mutex);
  }
  for (int i = 0; i < 100; ++i) {
    void* page = mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    i % 2 == 0 ? lock_in(&fixed, mutex_at(page)) : lock_in(mutex_at(page), &fixed);
    page = mremap(page, 8192, 1 << 20, MREMAP_MAYMOVE);
    munmap(page, 1 << 20);
  }
  void* block = std::malloc(100);
  for (int i = 0; i < 100; ++i) {
    i % 2 == 0 ? lock_in(&fixed, mutex_at(block)) : lock_in(mutex_at(block), &fixed);
    void* in_the_way = std::malloc(100);
    block = std::realloc(block, 1000u + 50000u * static_cast<unsigned>(i % 3));
    std::free(in_the_way);
  }
  block = reallocarray(block, 10, 10);
  std::free(block);
  auto held = std::make_unique<std::mutex>();
  held->lock();
  held.reset();  // a bug
  std::puts("done");
  return 0;
}
