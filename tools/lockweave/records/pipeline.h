// tools/lockweave/records/pipeline.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From records to what is told, in this order: raw_findings (what the runtime concluded, cycles within
// and across processes) -> symbols and names -> findings, and those of SARIF files -> suppressed ones
// out -> one per bug, sorted. Renderers print the result and decide nothing.
//
// Deterministic: the same records give the same result in whatever order they were named.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/finding.h"
#include "report/results.h"
#include "report/suppressions.h"
#include "tools/lockweave/records/inputs.h"
#include "tools/lockweave/records/lock_order.h"
#include "tools/lockweave/symbols/symbolizer.h"

namespace lockweave::cli {

Results analyse(const Inputs& inputs, SymbolCache& symbols, Suppressions& suppressions,
                FilteredCycles filtered);

}  // namespace lockweave::cli
