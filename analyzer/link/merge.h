// analyzer/link/merge.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Units become one set of functions, classes and variables.
//
// A function that several units see (from a header) is one function: the first definition by unit is
// its body. Definitions of one key that stand at different places belong to different programs of the
// same project (every `main`, say): each stays, the later ones under "source|key". A unit means its
// own; without one, that which shares the most folders with its source, for which program it belongs
// to is not known; of several the first.
// Determinism: units are sorted by source first; their order as given does not matter.
// Invariant: no unit, function or operation moves afterwards; everything points into them.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/link/program.h"

namespace lockweave::analyzer::link {

// Which function a unit means by a key.
class FunctionNames {
 public:
  static constexpr FunctionId kNone = UINT32_MAX;

  // By unit; of the views the texts must outlive this.
  explicit FunctionNames(std::vector<std::string_view> sources) : sources_(std::move(sources)) {}

  // In the order in which they are to be preferred. file: where it is defined.
  void add(std::string_view key, FunctionId id, std::string_view file);
  void add_own(std::uint32_t unit, std::string_view key, FunctionId id);
  FunctionId find(std::uint32_t unit, std::string_view key) const;

 private:
  struct Definition {
    FunctionId id;
    std::string_view file;
  };

  std::vector<std::string_view> sources_;
  std::unordered_map<std::string_view, std::vector<Definition>> shared_;
  std::vector<std::unordered_map<std::string_view, FunctionId>> own_;  // by unit; mostly empty
};

FunctionNames merge_units(std::vector<summary::Unit> units, Program& program);

}  // namespace lockweave::analyzer::link
