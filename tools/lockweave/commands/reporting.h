// tools/lockweave/commands/reporting.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `run`, `report` and `gate` have in common once there are records: read, analyse, write the files
// asked for, print.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "report/complain.h"
#include "tools/lockweave/commands/options.h"
#include "tools/lockweave/records/pipeline.h"

namespace lockweave::cli {

// Errors: nothing, after a message: the file is malformed (exit 2).
std::optional<Suppressions> suppressions_for(const ReportingOptions& options);

// The inputs that `names` mean (run_folder.h, inputs.h).
Inputs load_named(const std::vector<std::string>& names, bool all_runs);

Results analyse_with_symbols(const Inputs& inputs, Suppressions& suppressions,
                             const ReportingOptions& options);

// Prints to the place that `target` and the options leave free. Errors: false, after a message.
bool print_results(const Results& results, const ReportingOptions& options,
                   const PrintTarget& target);

// Errors: false, after a message: the disk is full.
bool print_to_stdout(std::string_view text);

// Writes --sarif and --json. Errors: false, after a message.
bool write_reports(const Results& results, const ReportingOptions& options);

// Is one of the findings that no baseline accepts at or above the threshold? (nothing: never)
bool any_at_or_above(const Results& results, std::optional<model::Level> threshold);

}  // namespace lockweave::cli
