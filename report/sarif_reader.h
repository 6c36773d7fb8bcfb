// report/sarif_reader.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SARIF 2.1.0 back into findings: what our own commands wrote, and what other tools report.
// A result counts if it says that something is wrong now: not one of kind `pass`, of level `none`,
// suppressed, or `absent` from the run.
//
// A result without our fingerprint is foreign. It gets one made of its rule, file and message, so it
// survives line shifts; two results of one file that say the same are one.
// Limits: of our own findings SARIF keeps the place where a held lock was taken, but not its callers.
// Thread-safety: pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"
#include "model/record_reader.h"
#include "report/digest.h"

namespace lockweave::cli {

struct SarifResult {
  model::Finding finding;
  Digest digest;  // of all it says
  std::string tool;
  bool foreign = false;
};

struct SarifFile {
  std::string path;
  std::vector<SarifResult> results;  // in the order of the file
  bool finished = true;              // every tool in it says that it came to its end
};

// Errors: nothing, and `error` says where and what to do.
std::optional<SarifFile> read_sarif(std::string_view text, const std::string& path,
                                    model::ReadError& error);

}  // namespace lockweave::cli
