// tools/lockweave/finding_key.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the steps of a story happen, and from them the fingerprint of its finding
// (docs/design/identity.md, part 3).
#pragma once

#include <string>
#include <vector>

#include "tools/lockweave/lock_wrappers.h"

namespace lockweave::cli {

// A lock is destroyed by whoever destroys the outermost object around it, not by the destructors in
// between.
model::Site site_of(const StoryStep& at, StoryStacks& stacks);

std::string fingerprint_of(const Story& story, StoryStacks& stacks);

// Of a story about a variable: what its accesses are called whatever the rule. Else empty.
std::vector<std::string> access_keys_of(const Story& story, StoryStacks& stacks);

}  // namespace lockweave::cli
