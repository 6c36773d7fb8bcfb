// lockweave/detail/queue_store.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The orders in which a queue gives its values out. Private. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

namespace lockweave::detail {

template <class T>
class fifo_store {
 public:
  template <class Value>
  void push(Value&& value) {
    values_.push_back(std::forward<Value>(value));
  }
  T pop() {
    T value = std::move(values_.front());
    values_.pop_front();
    return value;
  }
  std::size_t size() const noexcept { return values_.size(); }

 private:
  std::deque<T> values_;
};

template <class T>
class lifo_store {
 public:
  template <class Value>
  void push(Value&& value) {
    values_.push_back(std::forward<Value>(value));
  }
  T pop() {
    T value = std::move(values_.back());
    values_.pop_back();
    return value;
  }
  std::size_t size() const noexcept { return values_.size(); }

 private:
  std::deque<T> values_;
};

template <class T, class Compare>
class heap_store {
 public:
  template <class Value>
  void push(Value&& value) {
    values_.push_back(std::forward<Value>(value));
    std::push_heap(values_.begin(), values_.end(), compare_);
  }
  T pop() {
    std::pop_heap(values_.begin(), values_.end(), compare_);
    T value = std::move(values_.back());
    values_.pop_back();
    return value;
  }
  std::size_t size() const noexcept { return values_.size(); }

 private:
  std::vector<T> values_;
  Compare compare_;
};

}  // namespace lockweave::detail
