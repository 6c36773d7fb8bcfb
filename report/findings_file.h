// report/findings_file.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `lockweave-analyze` hands over to `lockweave analyze`: the document of docs/json.md, and
// besides
//
//   "lockweave-findings": 1          its version; the reader refuses another
//   "units", "lines"                 analysed
//   "whole"                          all units of the database were asked for
//   "suppressions": ["FILE", ...]    of the projects' configurations, absolute
//
// Not for keeping: both sides come from one build. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/record_reader.h"
#include "report/results.h"

namespace lockweave::cli {

struct AnalyzerReport {
  Results results;  // findings, low_confidence, filtered, notes, suppressed, incomplete
  std::vector<std::string> suppressions;
  std::size_t units = 0;
  bool whole = false;
  std::uint64_t lines = 0;
};

std::string write_findings(const AnalyzerReport& report);

// Errors: nothing, and `error` says what is wrong.
std::optional<AnalyzerReport> read_findings(std::string_view text, const std::string& path,
                                            model::ReadError& error);

}  // namespace lockweave::cli
