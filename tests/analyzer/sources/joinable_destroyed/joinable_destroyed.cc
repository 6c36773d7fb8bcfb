// tests/analyzer/sources/joinable_destroyed/joinable_destroyed.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <stdexcept>
#include <thread>
#include <vector>

void work() {}

void forgotten(bool waiting) {
  std::thread helper(work);
  if (waiting) {
    helper.join();
    return;
  }
}  // expect: joinable-destroyed
void overwritten() {
  std::thread helper(work);
  helper = std::thread(work);  // expect: joinable-destroyed
  helper.join();
}
void well() {
  std::thread helper(work);
  if (helper.joinable()) helper.join();
  std::jthread joins_itself(work);
  std::vector<std::thread> all;
  all.push_back(std::thread(work));
  for (std::thread& one : all) one.join();
  std::thread moved(work);
  std::thread to = std::move(moved);
  to.join();
}

void thrown_past(bool wrong) {
  std::thread helper(work);
  if (wrong) throw std::runtime_error("wrong");  // expect: joinable-destroyed
  helper.join();
}
void caught_here(bool wrong) {
  std::thread helper(work);
  try {
    if (wrong) throw std::runtime_error("wrong");
  } catch (const std::exception&) {
  }
  helper.join();
}
struct Forgets {
  Forgets() : helper(work) {}  // expect: joinable-destroyed
  std::thread helper;
};
struct Joins {
  Joins() : helper(work) {}
  ~Joins() { helper.join(); }
  std::thread helper;
};
struct ForOthers {
  void start() { helper = std::thread(work); }
  std::thread helper;
};

int main() {
  Forgets forgets;
  Joins joins;
  ForOthers others;
  others.start();
  others.helper.join();
  thrown_past(false);
  caught_here(true);
  forgotten(true);
  overwritten();
  well();
}
