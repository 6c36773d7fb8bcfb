// tests/analyzer/sources/lock_order_cycle/virtual_call.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The second lock is reached through a virtual call.
#include <functional>
#include <mutex>
#include <thread>

std::mutex table;
std::mutex log;

struct Sink {
  virtual ~Sink() = default;
  virtual void write() = 0;
};
struct LogSink : Sink {
  void write() override {
    std::lock_guard guard(log);  // expect-either: lock-order-cycle
  }
};

void update(Sink& sink) {
  std::lock_guard guard(table);
  sink.write();
}
void dump() {
  std::lock_guard guard(log);
  std::lock_guard inner(table);  // expect-either: lock-order-cycle
}

int main() {
  LogSink sink;
  std::thread one([&sink] { update(sink); });
  std::thread two(dump);
  one.join();
  two.join();
}
