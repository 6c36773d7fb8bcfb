// tools/lockweave/cases/case_result.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What running the suite gave: per case and half what was expected, what was found, and the verdict.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/lockweave/cases/case_suite.h"

namespace lockweave::cli {

struct CaseFinding {
  Spot spot;         // line 0 where the place is in no line of the case's source
  std::string file;  // as the finding says; may be empty
  std::uint32_t line = 0;
  std::string message;
};

// How what was found differs from what was wished for.
struct Difference {
  std::vector<std::string> missing;     // "deadlock at line 17 or 25"
  std::vector<CaseFinding> unexpected;  // each finding that no wish wants
  bool none() const { return missing.empty() && unexpected.empty(); }
};
Difference difference_between(const Wish& wish, const std::vector<CaseFinding>& found);

// One run of one case under one half.
struct CaseRun {
  std::vector<CaseFinding> found;
  Difference difference;
  std::vector<std::string> complaints;  // a wrong exit code, no end in time
  bool tool_failed = false;             // nothing can be said of the case
  std::string output;                   // what the program and its report printed
  double seconds = 0;
  bool as_expected() const { return !tool_failed && complaints.empty() && difference.none(); }
};

enum class Verdict { as_expected, not_run, differs, tool_failed };  // from good to bad
std::string_view to_string(Verdict verdict);

// The runs of one half; all must give the same.
struct HalfResult {
  std::vector<CaseRun> runs;  // none: not run, because
  std::string later;
  Verdict verdict() const;
  // The run to show: the first that is not as expected, else the first, else an empty one.
  const CaseRun& telling() const;
  std::size_t runs_that_differ() const;
};

struct CaseResult {
  Case of;
  HalfResult runtime;
  std::optional<HalfResult> analyzer;  // nothing where it takes no part
  Verdict verdict() const;
};

// "deadlock 17|25, lock-leak 4"; "silent".
std::string to_text(const Wish& wish);
std::string to_text(const std::vector<CaseFinding>& found);

}  // namespace lockweave::cli
