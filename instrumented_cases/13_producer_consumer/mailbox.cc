// instrumented_cases/13_producer_consumer/mailbox.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A mailbox for one parcel. The lock guards the box, not what lies in the parcel: that belongs to
// whoever has taken it out, and who takes it looks at what the other one has put in.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lib::mutex mutex;
lockweave::shared<int> parcel{0};
lockweave::shared<lockweave::shared<int>*> box{nullptr};

void put() {
  parcel = 42;
  {
    std::lock_guard guard(mutex);
    box = &parcel;
  }
  next_step();
}

void take() {
  await_step(1);
  lockweave::shared<int>* taken = nullptr;
  {
    std::lock_guard guard(mutex);
    taken = box;
    box = nullptr;
  }
  ++*taken;
}
}  // namespace

int main() {
  lib::thread sender(put);
  lib::thread receiver(take);
  sender.join();
  receiver.join();
  return parcel == 43 ? 0 : 1;
}
