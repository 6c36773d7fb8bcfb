// instrumented_cases/23_containers_and_queues/locked_map.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// One lock for the whole map: for those who look, too.
#include <map>
#include <string>

#include "instrumented_cases/support/lib.h"
#include "lockweave/shared.h"

namespace {
lib::shared_mutex mutex;
lockweave::shared<std::map<std::string, int>> stock;

void count(const std::string& fruit, int number) {
  std::unique_lock guard(mutex);
  (*stock.write())[fruit] = number;
}

std::size_t kinds() {
  std::shared_lock guard(mutex);
  return stock.read()->size();
}
}  // namespace

int main() {
  lib::thread one(count, "apples", 3);
  lib::thread two(count, "pears", 4);
  lib::thread curious(kinds);
  one.join();
  two.join();
  curious.join();
  return kinds() == 2 ? 0 : 1;
}
