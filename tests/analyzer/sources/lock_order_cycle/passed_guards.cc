// tests/analyzer/sources/lock_order_cycle/passed_guards.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Guards that are returned, passed, swapped, and asked for their mutex.
#include <mutex>
#include <thread>
#include <utility>

using Lock = std::unique_lock<std::mutex>;

std::mutex first, second, third, fourth, fifth, sixth, seventh, eighth;

Lock named(std::mutex& mutex) {
  Lock lock(mutex);
  return lock;  // its destructor does not run
}
Lock unnamed(std::mutex& mutex) { return Lock(mutex); }
void returned_forth() {
  Lock one = named(first);
  Lock two = unnamed(second);  // expect: lock-order-cycle
}
void returned_back() {
  Lock two = named(second);
  Lock one = unnamed(first);
}
void sink(Lock) {}
void passed_forth() {
  Lock one(third);
  sink(std::move(one));
  Lock two(fourth);
}
void passed_back() {
  Lock two(fourth);
  Lock one(third);
}
void swapped_forth() {
  Lock kept;
  {
    Lock one(fifth);
    std::swap(one, kept);
  }
  Lock two(sixth);  // expect: lock-order-cycle
}
void swapped_back() {
  Lock two(sixth);
  Lock one(fifth);
}
void asked_forth(bool direct) {
  Lock one(seventh, std::defer_lock);
  one.mutex()->lock();
  Lock two(eighth);  // expect: lock-order-cycle
  one.mutex()->unlock();
  Lock chosen = direct ? Lock(eighth, std::defer_lock) : Lock(seventh, std::defer_lock);
  if (chosen.try_lock()) chosen.unlock();
}
void asked_back() {
  Lock two(eighth);
  Lock one(seventh);
}

int main() {
  std::thread threads[] = {std::thread(returned_forth),    std::thread(returned_back),
                           std::thread(passed_forth),      std::thread(passed_back),
                           std::thread(swapped_forth),     std::thread(swapped_back),
                           std::thread(asked_forth, true), std::thread(asked_back)};
  for (std::thread& one : threads) one.join();
}
