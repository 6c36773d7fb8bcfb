// tools/lockweave/records/run_folder.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where records lie: the output folder holds one folder per run, `run-YYYYmmdd-HHMMSS-PID`, which
// holds one `*.jsonl` per process.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/record_reader.h"

namespace lockweave::cli {

// Makes the folder of a new run, for its owner only; absolute path. Errors: nothing, and `error` names the folder.
std::optional<std::string> make_run_folder(const std::string& output, model::ReadError& error);

// The record files that `input` means: a file; a run's folder; an output folder, of which the
// newest run counts unless `all_runs`. Errors: nothing, and `error` says what was expected; where only
// some of the runs can be read, their files, and `error` names one that cannot.
std::optional<std::vector<std::string>> record_files(const std::string& input, bool all_runs,
                                                     model::ReadError& error);

}  // namespace lockweave::cli
