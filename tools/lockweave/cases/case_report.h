// tools/lockweave/cases/case_report.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The result of a suite as a table for people, and as JSON (docs/cases.md).
#pragma once

#include <string>
#include <vector>

#include "report/terminal.h"
#include "tools/lockweave/cases/case_result.h"

namespace lockweave::cli {

// The table case by case, forms that agree in one row; what differed in full; a summary line.
// `quiet`: no table.
std::string render_cases(const std::vector<CaseResult>& results, const Screen& screen, bool quiet);

std::string render_cases_json(const std::vector<CaseResult>& results);

}  // namespace lockweave::cli
