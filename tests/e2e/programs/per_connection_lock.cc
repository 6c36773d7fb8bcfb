// tests/e2e/programs/per_connection_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Each connection has a lock of its own, taken before the table's for one connection and after it for
// another: the same two lines in both orders, but never the same two locks.
#include "primitives.h"
#include "steps.h"

namespace {
struct Connection {
  lib::mutex mutex;
  int rows = 0;
};
Connection connections[2];
lib::mutex table;

void insert() {
  {
    std::lock_guard connection(connections[0].mutex);
    std::lock_guard guard(table);
    ++connections[0].rows;
  }
  next_step();
}

void close_all() {
  await_step(1);
  std::lock_guard guard(table);
  std::lock_guard connection(connections[1].mutex);
  connections[1].rows = 0;
}
}  // namespace

int main() {
  lib::thread client(insert);
  lib::thread server(close_all);
  client.join();
  server.join();
}
