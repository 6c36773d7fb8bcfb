// tests/fuzz/use_summary.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads any bytes as the summary of a unit and, if they are one, writes and reads it again. For both
// fuzzers.
#pragma once

#include <optional>
#include <string>

#include "analyzer/summary/archive.h"

namespace lockweave::analyzer::summary::fuzz {

// false: the reader let something pass that it promises to refuse.
inline bool use_summary(std::string_view bytes) {
  std::string error;
  const std::optional<Unit> unit = read_unit(bytes, error);
  if (!unit) return !error.empty();
  const std::optional<Unit> again = read_unit(write_unit(*unit), error);
  return again && *again == *unit;
}

}  // namespace lockweave::analyzer::summary::fuzz
