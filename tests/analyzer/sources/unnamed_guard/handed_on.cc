// tests/analyzer/sources/unnamed_guard/handed_on.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A guard without a name of its own that becomes a part of something that has one.
#include <mutex>
#include <tuple>
#include <utility>

std::mutex mutex, other;

struct Held {
  std::unique_lock<std::mutex> lock;
  int count = 0;
};

std::unique_lock<std::mutex> chosen(bool first) {
  std::unique_lock<std::mutex> lock =
      first ? std::unique_lock<std::mutex>(mutex) : std::unique_lock<std::mutex>(other);
  return lock;
}
Held returned() { return Held{std::unique_lock<std::mutex>(mutex), 1}; }
Held alone() { return {std::unique_lock<std::mutex>(mutex)}; }
std::tuple<std::unique_lock<std::mutex>, int> with_number() {
  return {std::unique_lock<std::mutex>(mutex), 3};
}
int kept() {
  Held held{std::unique_lock<std::mutex>(mutex), 2};
  return held.count;
}
void forgotten() {
  std::unique_lock<std::mutex>{mutex};  // expect: unnamed-guard
}

int main() {
  { auto lock = chosen(true); }
  { auto held = returned(); }
  { auto held = alone(); }
  { auto [lock, number] = with_number(); }
  forgotten();
  return kept();
}
