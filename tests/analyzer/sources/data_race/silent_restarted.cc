// tests/analyzer/sources/data_race/silent_restarted.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A service with a thread of its own is begun again after it was stopped: one thread at a time counts.
#include <thread>

class Service {
 public:
  void start() {
    thread_ = std::thread([this] { run(); });
  }
  void stop() { thread_.join(); }

 private:
  void run() { ++rounds_; }
  std::thread thread_;
  int rounds_ = 0;
};

Service service;

void reload() {
  service.stop();
  service.start();
}

int main(int count, char**) {
  service.start();
  while (count-- > 0) reload();
  service.stop();
}
