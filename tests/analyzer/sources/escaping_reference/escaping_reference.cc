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

int main() {
  detached();
  by_ref();
  joined();
  copied();
}
