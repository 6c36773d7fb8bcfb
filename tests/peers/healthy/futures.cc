// tests/peers/healthy/futures.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Promises in a chain, packaged tasks, shared futures, deferred and asynchronous calls.
#include <cstdio>
#include <functional>
#include <future>
#include <numeric>
#include <thread>
#include <vector>

namespace {

int chain(int length) {
  std::promise<int> first;
  std::future<int> last = first.get_future();
  std::vector<std::thread> links;
  for (int i = 0; i < length; ++i) {
    std::promise<int> next;
    std::future<int> out = next.get_future();
    links.emplace_back(
        [in = std::move(last), next = std::move(next)]() mutable { next.set_value(in.get() + 1); });
    last = std::move(out);
  }
  first.set_value(0);
  const int result = last.get();
  for (std::thread& link : links) link.join();
  return result;
}

int fan_out(int width) {
  std::promise<int> start;
  const std::shared_future<int> started = start.get_future().share();
  std::vector<std::future<int>> parts;
  for (int i = 0; i < width; ++i) {
    parts.push_back(std::async(std::launch::async, [started, i] { return started.get() * i; }));
  }
  start.set_value(2);
  int sum = 0;
  for (std::future<int>& part : parts) sum += part.get();
  return sum;
}

int packaged() {
  std::packaged_task<int(int)> task([](int value) { return value * 3; });
  std::future<int> result = task.get_future();
  std::jthread worker(std::move(task), 14);
  return result.get();
}

}  // namespace

int main() {
  int sum = 0;
  for (int round = 0; round < 10; ++round) sum += chain(5) + fan_out(6) + packaged();
  const int later = std::async(std::launch::deferred, [] { return 1; }).get();
  std::printf("%d %d\n", sum, later);
}
