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

// One bug, one finding: the same fingerprint once, with all programs that show it; the better account
// in place of the lesser one: a deadlock for its cycle, double-lock for a deadlock with itself,
// lost-wakeup for the deadlock it led to, fork-while-locked for the deadlock of the child, and what
// came true for the warning that it could. Then sorted: level, rule, place, fingerprint.
void merge_same(std::vector<Told>& told);

}  // namespace lockweave::cli
