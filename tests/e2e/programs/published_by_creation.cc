// tests/e2e/programs/published_by_creation.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// An object that nobody else knows yet takes its lock and then the list's; the threads that will take
// them the other way round are made afterwards.
#include <memory>

#include "primitives.h"

namespace {
struct Entry {
  lib::mutex mutex;
  int value = 0;
};
lib::mutex list;
std::unique_ptr<Entry> only;

void publish() {
  auto entry = std::make_unique<Entry>();
  std::lock_guard entry_guard(entry->mutex);
  entry->value = 1;
  std::lock_guard list_guard(list);
  only = std::move(entry);
}

void visit() {
  std::lock_guard list_guard(list);
  std::lock_guard entry_guard(only->mutex);
  ++only->value;
}
}  // namespace

int main() {
  publish();
  lib::thread one(visit);
  lib::thread two(visit);
  one.join();
  two.join();
}
