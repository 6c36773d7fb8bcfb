// tests/analyzer/sources/data_race/parallel.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Algorithms that run what they are given in several threads, and have ended when they return.
#include <tbb.h>

#include <algorithm>
#include <atomic>
#include <execution>
#include <vector>

int sum, total, tasks, left, alone, after;
std::atomic<int> counted;

void in_ranges() {
  tbb::parallel_for(0, 9, [](int value) {
    total += value;  // expect: data-race
  });
}

int main() {
  std::vector<int> values(9);
  std::for_each(std::execution::par, values.begin(), values.end(), [](int value) {
    sum += value;  // expect: data-race
  });
  in_ranges();
  tbb::parallel_invoke([] { ++left; }, [] { ++left; });  // expect: data-race
  tbb::task_group group;
  group.run([] { ++tasks; });
  ++tasks;  // expect: data-race
  group.wait();

  ++sum;
  std::for_each(values.begin(), values.end(), [](int value) { alone += value; });
  std::for_each(std::execution::seq, values.begin(), values.end(),
                [](int value) { alone += value; });
  std::for_each(std::execution::par, values.begin(), values.end(),
                [](int value) { counted += value; });
  tbb::task_group again;
  again.run([] { ++after; });
  again.wait();
  ++after;
}
