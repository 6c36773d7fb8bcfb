// analyzer/driver/driver.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All of lockweave-analyze behind its command line: units -> summaries -> one program -> findings ->
// the file for `lockweave analyze`. Returns the exit code: 0 done, 2 wrong input, 3 some units could
// not be analysed or only in part (all else was), 4 the tool failed.
#pragma once

#include "analyzer/driver/options.h"

namespace lockweave::analyzer::driver {

int run(const Options& options);

}  // namespace lockweave::analyzer::driver
