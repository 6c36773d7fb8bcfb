// tests/analyzer/sources/double_lock/through_this.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>

class List {
 public:
  int size() {
    std::lock_guard guard(mutex_);  // expect: double-lock
    return size_;
  }
  bool empty() {
    std::lock_guard guard(mutex_);
    return size() == 0;
  }
  // Another list's lock is another lock.
  bool longer_than(List& other) {
    const int mine = size();
    std::lock_guard guard(other.mutex_);
    return mine > other.size_;
  }

 private:
  std::mutex mutex_;
  int size_ = 0;
};

int main() {
  List list;
  List other;
  return list.empty() && list.longer_than(other) ? 0 : 1;
}
