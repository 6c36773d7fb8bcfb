// tests/analyzer/sources/lock_order_cycle/guards_in_containers.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Guards in a std::pair, std::tuple, std::optional, std::unique_ptr or std::vector.
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace several {
std::mutex first, second, third, fourth;
std::tuple<std::unique_lock<std::mutex>, int> make(std::mutex& mutex) {
  return {std::unique_lock<std::mutex>(mutex), 3};
}
std::pair<std::unique_lock<std::mutex>, int> hand_on(std::mutex& mutex) {
  std::unique_lock<std::mutex> lock(mutex);
  return {std::move(lock), 3};
}
void forth() {
  auto [one, count] = make(first);
  auto two = hand_on(second);  // expect: lock-order-cycle
}
void back() {
  auto two = hand_on(second);
  auto [one, count] = make(first);
}
void short_forth() {
  { auto one = hand_on(third); }
  auto two = hand_on(fourth);
}
void short_back() {
  { auto two = make(fourth); }
  auto one = make(third);
}
}  // namespace several

namespace in_containers {
std::mutex first, second, third, fourth, fifth, sixth;
void forth() {
  std::optional<std::unique_lock<std::mutex>> lock;
  lock.emplace(first);
  auto kept = std::make_unique<std::lock_guard<std::mutex>>(second);  // expect: lock-order-cycle
}
void back() {
  std::vector<std::unique_lock<std::mutex>> locks;
  locks.emplace_back(second);
  locks.emplace_back(first);
}
void short_forth() {
  {
    std::optional<std::unique_lock<std::mutex>> lock;
    lock.emplace(third);
    lock.reset();
    auto kept = std::make_unique<std::lock_guard<std::mutex>>(fourth);
  }
  std::lock_guard lock(fifth);
}
void short_back() {
  {
    std::vector<std::unique_lock<std::mutex>> locks;
    locks.emplace_back(fifth);
    locks.emplace_back(sixth);
  }
  std::lock_guard lock(fourth);
  std::lock_guard also(third);
}
}  // namespace in_containers

int main() {
  std::thread threads[] = {std::thread(several::forth),
                           std::thread(several::back),
                           std::thread(several::short_forth),
                           std::thread(several::short_back),
                           std::thread(in_containers::forth),
                           std::thread(in_containers::back),
                           std::thread(in_containers::short_forth),
                           std::thread(in_containers::short_back)};
  for (std::thread& one : threads) one.join();
}
