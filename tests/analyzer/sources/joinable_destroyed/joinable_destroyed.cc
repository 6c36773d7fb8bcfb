// tests/analyzer/sources/joinable_destroyed/joinable_destroyed.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
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

int main() {
  forgotten(true);
  overwritten();
  well();
}
