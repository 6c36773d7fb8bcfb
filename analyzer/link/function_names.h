// analyzer/link/function_names.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which function a unit means by a key, where a project has several programs that define it. A
// unit means its own. Without one, what is linked with what is not known, but compile commands say
// where the objects go: not into another program than its own (a target of CMake or Meson that has
// a `main`), if there is another choice; then the one whose object lies nearest, by common folders;
// then the one whose source does; then the first.
// Thread-safety: immutable once all is added. Cost: a lookup; of several definitions their number.
#pragma once

#include <compare>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/link/program.h"

namespace lockweave::analyzer::link {

class FunctionNames {
 public:
  static constexpr FunctionId kNone = UINT32_MAX;

  // Of the units' texts views are kept.
  explicit FunctionNames(const Program& program);

  // In the order in which they are to be preferred. unit: that defines it, in `file`.
  void add(std::string_view key, FunctionId id, std::uint32_t unit, std::string_view file);
  void add_own(std::uint32_t unit, std::string_view key, FunctionId id);
  FunctionId find(std::uint32_t unit, std::string_view key) const;
  // Is the unit a part of programs, known to be so, and of nothing that others could use?
  bool only_in_programs(std::uint32_t unit) const;

 private:
  struct Definition {
    FunctionId id;
    std::uint32_t unit;
    std::string_view file;
  };
  struct Nearness {  // the greater the nearer
    bool linked = false;
    std::size_t common_of_objects = 0;
    std::size_t common_of_sources = 0;
    friend auto operator<=>(const Nearness&, const Nearness&) = default;
  };

  Nearness nearness(std::uint32_t unit, const Definition& one) const;
  bool may_link(const summary::Unit& user, const summary::Unit& maker) const;

  const Program& program_;
  std::set<std::string_view> programs_;  // targets that have a main
  std::unordered_map<std::string_view, std::vector<Definition>> shared_;
  std::vector<std::unordered_map<std::string_view, FunctionId>> own_;  // by unit; mostly empty
};

}  // namespace lockweave::analyzer::link
