// analyzer/rules/ways.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which ways lead through a function: does a test decide whether one gets somewhere?
// Thread-safety: pure functions. Cost: linear in the blocks of the function.
#pragma once

#include <optional>

#include "analyzer/rules/names.h"

namespace lockweave::analyzer::rules {

// Nothing: one gets to `then` whatever the access at the end of the block finds. Else what it must
// have found: that the variable is true, or not, or that cannot be told.
std::optional<summary::Answer> answer_that_leads_to(const Linked& function, const Moment& test,
                                                    const Moment& then);

}  // namespace lockweave::analyzer::rules
