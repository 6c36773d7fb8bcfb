// tools/lockweave/records/inputs.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loads records and SARIF files. The result does not depend on the order in which the files are
// named or on where they lie, and what is named twice, or copied, counts once: merging is
// commutative, associative and idempotent.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/finding.h"
#include "model/record_reader.h"
#include "report/complain.h"

namespace lockweave::cli {

struct Inputs {
  std::vector<model::Record> records;           // sorted by program, arguments, process id, content
  std::vector<model::Finding> reported;         // the results of SARIF files, in a fixed order
  bool situations = false;                      // how threads stood at a signal is a result, too
  std::size_t sarif_files = 0;                  // of different content
  std::map<std::string, std::size_t> foreign;   // tool -> results without a fingerprint of ours
  std::vector<model::ReadError> problems;       // what could not be read, or only in part
  std::map<std::uint64_t, std::string> deaths;  // pid -> "was ended by SIGKILL", where it is known

  bool nothing_read() const { return records.empty() && sarif_files == 0; }
};

// Of a file damaged in the middle the part before the damage is among the records, and the damage
// is among the problems. A file is SARIF by its name (*.sarif, *.json) or by what it begins with.
Inputs load_files(const std::vector<std::string>& files);

}  // namespace lockweave::cli
