// analyzer/summary/archive.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A unit's summary as bytes, for the cache and for the way from a worker to its parent.
//
//   magic | kVersion | strings, each once | the unit, strings by number
//
// Numbers are varints (LEB128). Equal units give equal bytes. The layout is whatever
// archive_fields.h lists: any change of summary.h needs a new kVersion.
// The reader is for files that may be cut, damaged or foreign: it never reads outside of `bytes`,
// its memory is bounded by a multiple of their size, and in what it returns every number that refers
// to a file, block or condition refers to one that is there. It does not notice every flipped bit: a
// digest of the bytes is for whoever stores them.
// Thread-safety: pure functions. Cost: linear.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::summary {

std::string write_unit(const Unit& unit);

// Errors: nothing, and `error` says what is wrong with the bytes.
std::optional<Unit> read_unit(std::string_view bytes, std::string& error);

}  // namespace lockweave::analyzer::summary
