// analyzer/link/entry_values.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Does a variable or member here still have the value with which the function began? Then what is
// supposed of it here is a premise of the function itself, and whoever calls it can answer it.
//
// What is written before only where the premise is true (conditional_writes.h) does not matter: if
// it was false on entry nothing was written, and it is false still.
//
// Limits: as in writes.h: whose member it is does not matter; what other threads write, and what
// is written through a pointer to the value, is not seen.
// Cost: nothing for what the function never writes; else, once a premise, operations and blocks.
// Thread-safety: none.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "analyzer/link/effects.h"

namespace lockweave::analyzer::link {

class EntryValues {
 public:
  EntryValues(const Context& context, FunctionId function);

  // Where the premise is true at the place, was it on entry? Never of what only this function has.
  bool kept(const Premise& premise, Place place);

 private:
  using Blocks = std::vector<bool>;  // may something be written before the block begins?

  bool never_written(const Premise& otherwise) const;
  bool writes(const summary::Op& op, const Premise& otherwise) const;
  Blocks written_before(const Premise& otherwise) const;

  const Context& context_;
  FunctionId function_;
  const std::vector<summary::Block>& blocks_;
  std::vector<Path> written_;  // by operations of its own
  std::map<std::tuple<Path, std::int64_t, bool, bool>, Blocks> known_;
};

}  // namespace lockweave::analyzer::link
