// tests/peers/transparency/self_static.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A static whose initialisation needs itself: with one thread libstdc++ throws; we do not end it first.
#include <cstdio>
#include <exception>

namespace {

int depth = 0;
int value();
int recursive() { return ++depth < 5 ? value() : 1; }
int value() {
  static int computed = recursive();
  return computed;
}

}  // namespace

int main() {
  try {
    std::printf("%d\n", value());
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
  return 0;
}
