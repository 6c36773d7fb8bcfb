// tools/lockweave/records/losses.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Says what the runtime could not keep (model/loss.h): one note for each program and kind, with what
// follows from it. What a known bound cuts by design is a note, what was given up for want of memory
// or disk a warning.
#pragma once

#include <vector>

#include "model/record_reader.h"
#include "report/results.h"

namespace lockweave::cli {

void note_losses(const std::vector<model::Record>& records, std::vector<Note>& notes);

}  // namespace lockweave::cli
