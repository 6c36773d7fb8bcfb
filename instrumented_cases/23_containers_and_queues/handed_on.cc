// instrumented_cases/23_containers_and_queues/handed_on.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// The lock guards the shelf, not the crates on it. Who takes a crate down has it alone, and needs no
// lock to open it.
#include <list>

#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
using Crate = lockweave::shared<int>;

lib::mutex mutex;
lockweave::shared<std::list<Crate*>> shelf;
Crate apples{0};
Crate pears{0};

void fill() {
  for (Crate* crate : {&apples, &pears}) {
    *crate = 10;
    std::lock_guard guard(mutex);
    shelf.write()->push_back(crate);
  }
  next_step();
}

Crate* look_and_take() {
  std::lock_guard guard(mutex);
  if (shelf.read()->empty()) return nullptr;
  Crate* first = shelf.read()->front();
  shelf.write()->pop_front();
  return first;
}

Crate* take() {
  std::lock_guard guard(mutex);
  const auto crates = shelf.write();
  if (crates->empty()) return nullptr;
  Crate* first = crates->front();
  crates->pop_front();
  return first;
}

void sell_one(Crate* (*take_one)()) {
  if (Crate* crate = take_one()) --*crate;
}
}  // namespace

int main() {
  lib::thread farmer(fill);
  lib::thread seller([] {
    await_step(1);
    sell_one(look_and_take);
    next_step();
  });
  lib::thread other_seller([] {
    await_step(2);
    sell_one(take);
  });
  farmer.join();
  seller.join();
  other_seller.join();
  return apples == 9 && pears == 9 ? 0 : 1;
}
