// tools/lockweave/findings.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stories become findings.
#pragma once

#include <string>

#include "model/finding.h"
#include "tools/lockweave/scene.h"

namespace lockweave::cli {

struct Told {
  Story story;
  model::Finding finding;
  bool suppressed = false;  // kept until it has replaced what it is the better account of
};

// Looks up names and places, chooses the words, computes level and fingerprint.
model::Finding finding_of(const Story& story, Scene& scene);

// A race with the destruction by the last owner of a std::shared_ptr is none: the count of owners orders
// what they did before it, in inlined code that no run sees. Who is no owner is not told either.
bool ordered_by_owners(const Story& story, Scene& scene);

// Why a cycle is not reported, in words.
std::string filter_reason(const Story& story, Scene& scene);

}  // namespace lockweave::cli
