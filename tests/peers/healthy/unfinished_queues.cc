// tests/peers/healthy/unfinished_queues.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values of queues that are got and, when the process ends, not called done: by a thread that is still
// at work; passed on to another one, which calls them done; of a queue whose work nobody counts; and
// left in the queue, got by nobody.
#include <atomic>
#include <thread>

#include "lockweave/queue.h"
#include "lockweave/thread.h"

namespace {
lockweave::joinable_queue<int> orders("orders");
lockweave::joinable_queue<int> letters("letters");
lockweave::queue<int> parcels("parcels");
std::atomic<bool> at_work{false};

void work_for_ever() {
  orders.get();
  orders.task_done();
  orders.get();
  at_work = true;
  for (;;) std::this_thread::yield();
}

void receive() {
  letters.get();
  letters.task_done();
  letters.get();  // the other one answers it
  parcels.get();
}

void answer() { letters.task_done(); }
}  // namespace

int main() {
  for (int i = 0; i < 3; ++i) {
    orders.put(i);
    letters.put(i);
    parcels.put(i);
  }
  lockweave::thread(work_for_ever).detach();
  lockweave::thread(receive).join();
  lockweave::thread(answer).join();
  while (!at_work) std::this_thread::yield();
}
