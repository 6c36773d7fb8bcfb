// tools/lockweave/records/finding_key.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the steps of a raw happen, and from them the fingerprint of its finding
// (docs/design/identity.md, part 3).
#pragma once

#include <string>
#include <vector>

#include "tools/lockweave/records/lock_wrappers.h"

namespace lockweave::cli {

// A lock is destroyed by whoever destroys the outermost object around it, not by the destructors in
// between.
model::Site site_of(const RawStep& at, FindingStacks& stacks);

std::string fingerprint_of(const RawFinding& raw, FindingStacks& stacks);

// Of a raw about a variable: what its accesses are called whatever the rule. Else empty.
std::vector<std::string> access_keys_of(const RawFinding& raw, FindingStacks& stacks);

}  // namespace lockweave::cli
