// tests/analyzer/sources/callback_under_lock/callback_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <functional>
#include <mutex>
#include <thread>

class Button {
 public:
  void on_press(std::function<void()> handler) {
    std::lock_guard guard(mutex_);
    handler_ = std::move(handler);
  }
  void press() {
    std::lock_guard guard(mutex_);
    handler_();  // expect: callback-under-lock
  }
  void press_well() {
    std::function<void()> handler;
    {
      std::lock_guard guard(mutex_);
      handler = handler_;
    }
    handler();
  }

 private:
  std::mutex mutex_;
  std::function<void()> handler_;
};

int main() {
  Button button;
  std::thread one([&button] { button.press(); });
  std::thread two([&button] { button.press_well(); });
  one.join();
  two.join();
}
