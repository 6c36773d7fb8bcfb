// tools/lockweave/inputs.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loads records. The result does not depend on the order in which the files are named, and a file
// named twice counts once, so merging is commutative and idempotent.
#pragma once

#include <string>
#include <vector>

#include "model/record_reader.h"

namespace lockweave::cli {

struct Inputs {
  std::vector<model::Record> records;      // sorted by program, arguments, process id
  std::vector<model::ReadError> problems;  // what could not be read, or only in part
};

// Of a file damaged in the middle the part before the damage is among the records, and the damage
// is among the problems.
Inputs load_records(const std::vector<std::string>& files);

// "FILE:LINE: what is wrong" and "  remedy", as lines for stderr.
std::string describe(const model::ReadError& problem);

}  // namespace lockweave::cli
