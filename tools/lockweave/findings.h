// tools/lockweave/findings.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stories become findings, and findings of one bug become one.
#pragma once

#include <string>
#include <vector>

#include "model/finding.h"
#include "tools/lockweave/scene.h"

namespace lockweave::cli {

struct Told {
  Story story;
  model::Finding finding;
};

// Looks up names and places, chooses the words, computes level and fingerprint.
model::Finding finding_of(const Story& story, Scene& scene);

// Why a cycle is not reported, in words.
std::string filter_reason(const Story& story, Scene& scene);

// One bug, one finding: the same fingerprint once, with all programs that show it; a deadlock in
// place of its cycle, double-lock in place of a deadlock with itself, lost-wakeup in place of the
// deadlock it led to, fork-while-locked in place of
// the deadlock of the child, and what came true in place of the warning that it could. Then sorted: level, rule, place, fingerprint.
void merge_same(std::vector<Told>& told);

}  // namespace lockweave::cli
