// model/graph/containers.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The containers of the lock-order graph: a growing array and a hash map on `Resource`.
// Private to the graph. They exist because std's containers throw, and so need libstdc++.so, which
// is not there in the runtime.
//
// Only for trivial element types. When memory runs out nothing throws: `push`, `resize` and
// `insert` return false and leave the container as it was.
// Thread-safety: none. Cost: amortised O(1) per element.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "model/lock_order_graph.h"

namespace lockweave::model::graph {

template <typename T>
class Array {
 public:
  static_assert(std::is_trivially_copyable_v<T>);

  explicit Array(Resource& resource) : resource_(resource) {}
  ~Array() { release(); }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  std::span<T> all() { return {data_, size_}; }
  std::span<const T> all() const { return {data_, size_}; }
  std::span<const T> from(std::size_t begin, std::size_t end) const {
    return {data_ + begin, end - begin};
  }
  Resource& resource() const { return resource_; }
  void swap(Array& other) {  // both on the same resource
    swap_values(data_, other.data_);
    swap_values(size_, other.size_);
    swap_values(capacity_, other.capacity_);
  }
  void clear() { size_ = 0; }
  void pop() { --size_; }

  [[nodiscard]] bool push(const T& value) {
    const T copy = value;  // `value` may lie in the memory that grows
    if (size_ == capacity_ && !grow(size_ + 1)) return false;
    data_[size_++] = copy;
    return true;
  }
  // New elements become `value`.
  [[nodiscard]] bool resize(std::size_t size, const T& value) {
    const T copy = value;
    if (size > capacity_ && !grow(size)) return false;
    for (std::size_t i = size_; i < size; ++i) data_[i] = copy;
    size_ = size;
    return true;
  }
  [[nodiscard]] bool assign(std::size_t size, const T& value) {
    size_ = 0;
    return resize(size, value);
  }

 private:
  template <typename Value>
  static void swap_values(Value& a, Value& b) {
    const Value old = a;
    a = b;
    b = old;
  }
  bool grow(std::size_t needed) {
    std::size_t capacity = capacity_ < 8 ? 8 : capacity_ * 2;
    if (capacity < needed) capacity = needed;
    void* memory = resource_.allocate(capacity * sizeof(T), alignof(T));
    if (memory == nullptr) return false;
    if (size_ != 0) std::memcpy(memory, data_, size_ * sizeof(T));
    release();
    data_ = static_cast<T*>(memory);
    capacity_ = capacity;
    return true;
  }
  void release() {
    if (data_ != nullptr) resource_.deallocate(data_, capacity_ * sizeof(T));
  }

  Resource& resource_;
  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

inline std::uint64_t pair_key(Id high, Id low) { return (std::uint64_t{high} << 32) | low; }

// 64-bit keys to 32-bit values; open addressing with linear probing, at most 3/4 full, nothing is
// ever erased singly; clearing all of it is free.
class IdMap {
 public:
  explicit IdMap(Resource& resource) : slots_(resource) {}

  std::size_t size() const { return used_; }

  const std::uint32_t* find(std::uint64_t key) const {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[position(key)];
    return taken(slot) ? &slot.value : nullptr;
  }
  bool contains(std::uint64_t key) const { return find(key) != nullptr; }

  // Requires: `key` is not there yet.
  [[nodiscard]] bool insert(std::uint64_t key, std::uint32_t value) {
    if ((used_ + 1) * 4 > slots_.size() * 3 && !rehash()) return false;
    slots_[position(key)] = {key, value, filling_};
    ++used_;
    return true;
  }
  void clear() {
    used_ = 0;
    if (++filling_ != 0) return;
    for (Slot& slot : slots_.all()) slot.filling = 0;
    filling_ = 1;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t value = 0;
    std::uint32_t filling = 0;  // of the filling it belongs to; an earlier one: free
  };

  bool taken(const Slot& slot) const { return slot.filling == filling_; }

  // Where `key` is, or where it would go.
  std::size_t position(std::uint64_t key) const {
    std::uint64_t hash = (key ^ (key >> 32)) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 29;
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = hash & mask;
    while (taken(slots_[i]) && slots_[i].key != key) i = (i + 1) & mask;
    return i;
  }
  bool rehash() {
    Array<Slot> old(slots_.resource());
    old.swap(slots_);
    if (!slots_.assign(old.empty() ? 16 : old.size() * 2, Slot{})) {
      slots_.swap(old);
      return false;
    }
    for (const Slot& slot : old.all()) {
      if (taken(slot)) slots_[position(slot.key)] = slot;
    }
    return true;
  }

  Array<Slot> slots_;
  std::size_t used_ = 0;
  std::uint32_t filling_ = 1;
};

}  // namespace lockweave::model::graph
