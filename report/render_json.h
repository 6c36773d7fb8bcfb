// report/render_json.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results as JSON, for scripts; docs/json.md describes it. Keys are sorted and nothing depends on
// time or process ids, so equal results give equal bytes.
#pragma once

#include <string>

#include "report/results.h"

namespace lockweave::cli {

std::string render_json(const Results& results);

}  // namespace lockweave::cli
