// tests/unit/analyzer/summary/random_unit.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Units with every member filled at random, as the archive's own list of members has them.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "analyzer/summary/archive_fields.h"

namespace lockweave::analyzer::summary::testing {

class RandomFiller {
 public:
  template <typename T>
  using Of = T;

  explicit RandomFiller(std::uint64_t seed) : random_(seed) {}

  template <typename... Values>
  void operator()(Values&... values) {
    (value(values), ...);
  }
  template <typename... Flags>
  void flags(Flags&... flags) {
    ((flags = below(2) != 0), ...);
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  // Small ones mostly, and the largest.
  template <typename T>
  requires std::is_integral_v<T>
  void value(T& out) {
    const std::uint64_t kind = below(4);
    out = static_cast<T>(kind == 0 ? random_() : kind == 1 ? ~std::uint64_t{0} : below(200));
  }
  void value(std::string& out) {
    static constexpr const char* kTexts[] = {"", "a", "c:@S@Account@F@lock#", "bank.h", "\0z"};
    out = kTexts[below(std::size(kTexts))];
    if (below(4) == 0) out += std::string(below(300), static_cast<char>(random_()));
  }
  template <typename T>
  void value(std::vector<T>& out) {
    out.resize(below(3));
    for (T& one : out) value(one);
  }
  template <typename T>
  requires std::is_enum_v<T>
  void value(T& out) { out = static_cast<T>(below(static_cast<std::uint64_t>(last_of(T{})) + 1)); }
  template <typename T>
  requires std::is_class_v<T>
  void value(T& out) { describe(*this, out); }

  std::mt19937_64 random_;
};

// Makes what refers to something refer to something that is there.
class ReferenceMender {
 public:
  template <typename T>
  using Of = T;

  explicit ReferenceMender(Unit& unit) : files_(unit.files.size()) { describe(*this, unit); }

  template <typename... Values>
  void operator()(Values&... values) {
    (value(values), ...);
  }
  template <typename... Flags>
  void flags(Flags&...) {}

 private:
  static void limit(std::uint32_t& number, std::size_t max) {
    number = static_cast<std::uint32_t>(std::min<std::size_t>(number, max));
  }
  void value(Place& place) { limit(place.file, files_); }
  void value(Edge& edge) {
    limit(edge.to, blocks_ - 1);
    limit(edge.condition, conditions_);
  }
  void value(Op& op) {
    limit(op.outcome, conditions_);
    limit(op.from, conditions_);
    describe(*this, op);
  }
  void value(Function& function) {
    blocks_ = function.blocks.size();
    conditions_ = function.conditions.size();
    describe(*this, function);
  }
  template <typename T>
  void value(std::vector<T>& list) {
    for (T& one : list) value(one);
  }
  template <typename T>
  void value(T& one) {
    if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) describe(*this, one);
  }

  std::size_t files_;
  std::size_t blocks_ = 0;
  std::size_t conditions_ = 0;
};

inline Unit random_unit(std::uint64_t seed) {
  Unit unit;
  RandomFiller filler(seed);
  filler(unit);
  ReferenceMender mender(unit);
  return unit;
}

}  // namespace lockweave::analyzer::summary::testing
