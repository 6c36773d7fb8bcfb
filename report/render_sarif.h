// report/render_sarif.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results as SARIF 2.1.0 (OASIS), with what GitHub's code scanning needs:
//   - all rules, also when nothing was found, so that old alerts close;
//   - regions with four numbers; URIs relative to SRCROOT (the folder given), absolute outside;
//   - the fingerprint also under `primaryLocationLineHash`, the one key GitHub reads;
//   - one threadFlow per thread, its steps in order, `executionOrder` across threads.
// With a baseline each result has its `baselineState`; what is no longer reported is `absent`.
// `results` holds what is printed; filtered cycles, low confidence, lost coverage and hints are
// notifications of the invocation. Equal results give equal bytes.
#pragma once

#include <string>
#include <string_view>

#include "report/results.h"

namespace lockweave::cli {

std::string render_sarif(const Results& results, std::string_view source_root);

}  // namespace lockweave::cli
