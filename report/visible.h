// report/visible.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What renderers for people pass through first: all text that somebody else chose is made visible
// (model/visible.h), once, so that no place that prints a name has to think of it.
// JSON and SARIF keep the text as it is; their own escapes are enough.
// Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "model/finding.h"

namespace lockweave::cli {

std::string visible(std::string_view text);

// The same for JSON, which the renderers write: its strings keep their values, and what a terminal would
// act on is an escape in them.
std::string visible_json(std::string_view text);
model::Finding visible(model::Finding finding);

}  // namespace lockweave::cli
