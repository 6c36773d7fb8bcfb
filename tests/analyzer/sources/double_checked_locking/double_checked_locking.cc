// tests/analyzer/sources/double_checked_locking/double_checked_locking.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <atomic>
#include <mutex>
#include <thread>

struct Config {
  int port = 0;
};

std::mutex mutex;
Config* config = nullptr;
std::atomic<Config*> good_config{nullptr};

Config* get() {
  if (config == nullptr) {  // expect: double-checked-locking
    std::lock_guard guard(mutex);
    if (config == nullptr) config = new Config;
  }
  return config;
}
Config* get_well() {
  Config* found = good_config.load();
  if (found == nullptr) {
    std::lock_guard guard(mutex);
    found = good_config.load();
    if (found == nullptr) {
      found = new Config;
      good_config.store(found);
    }
  }
  return found;
}

int main() {
  std::thread one([] { get(); });
  std::thread two([] { get(); });
  std::thread three([] { get_well(); });
  std::thread four([] { get_well(); });
  one.join();
  two.join();
  three.join();
  four.join();
}
