// tests/analyzer/sources/escaping_reference/escaping_reference.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <functional>
#include <thread>

void use(int& number) { ++number; }

void detached() {
  int local = 0;
  std::thread helper([&local] { ++local; });  // expect: escaping-reference
  helper.detach();
}
void by_ref() {
  int local = 0;
  std::thread helper(use, std::ref(local));  // expect: escaping-reference
  helper.detach();
}
void joined() {
  int local = 0;
  std::thread helper([&local] { ++local; });
  helper.join();
}
void copied() {
  int local = 0;
  std::thread helper([local] { static_cast<void>(local); });
  helper.detach();
}

std::thread of_all;
void kept_elsewhere() {
  int local = 0;
  of_all = std::thread([&local] { ++local; });  // expect: escaping-reference
}
void kept_and_joined() {
  int local = 0;
  of_all = std::thread([&local] { ++local; });
  of_all.join();
}

int main() {
  kept_elsewhere();
  of_all.join();
  kept_and_joined();
  detached();
  by_ref();
  joined();
  copied();
}
