// tests/analyzer/sources/data_race/member_threads.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads begun and joined in members: what the members do in between overlaps, what comes before
// or after does not.
#include <thread>

class Clock {
 public:
  Clock() { before_ = 1; }
  void run_for_a_while() {
    before_ = 2;
    thread_ = std::thread([this] { tick(); });
    during_ = 3;
    thread_.join();
    after_ = 4;
  }
  void start() {
    before_ = 5;
    thread_ = std::thread([this] { tock(); });
  }
  void stop() {
    thread_.join();
    late_ = 6;
  }
  void look() { beside_ = 7; }

 private:
  void tick() { during_ = before_ + after_; }  // expect: data-race
  void tock() { beside_ = late_; }             // expect: data-race
  std::thread thread_;
  int before_ = 0;
  int during_ = 0;
  int after_ = 0;
  int beside_ = 0;
  int late_ = 0;
};

int main() {
  Clock first;
  first.run_for_a_while();
  Clock second;
  second.start();
  second.look();
  second.stop();
}
