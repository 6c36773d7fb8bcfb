// instrumented_cases/23_containers_and_queues/queue.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// Better than to share the map: one thread owns it, the others send it what they counted.
#include <map>
#include <string>
#include <utility>

#include "instrumented_cases/support/lib.h"
#include "lockweave/queue.h"
#include "lockweave/shared.h"

namespace {
lockweave::queue<std::pair<std::string, int>> counted;
lockweave::shared<std::map<std::string, int>> stock;

void keep_stock() {
  while (const auto entry = counted.get()) (*stock.write())[entry->first] = entry->second;
}
}  // namespace

int main() {
  lib::thread owner(keep_stock);
  lib::thread one([] { counted.put({"apples", 3}); });
  lib::thread two([] { counted.put({"pears", 4}); });
  one.join();
  two.join();
  counted.close();
  owner.join();
  return stock.read()->size() == 2 ? 0 : 1;
}
