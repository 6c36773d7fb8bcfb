// runtime/detectors/once.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One bug, one finding: a set of (rule, place, object) already told in this process and round.
// Thread-safety: any thread. Limits: a rule's first 64 objects at one place, because a program whose objects live
// for a moment only would have ever new ones: the others count as told. Without memory everything does, and is
// counted as lost.
#pragma once

#include "runtime/core/record/report.h"

namespace lockweave::detectors {

// True the first time in a round (lw_begin_round; else the whole process is one). `rule` is compared by
// its text's address: pass literals of the catalogue.
bool first_time(const char* rule, const core::InternedStack* place, const core::Object* object);

// In a child of fork: its record is a new one.
void for_each_lock_of_once(core::LockVisitor visit);
void forget_told_after_fork();

}  // namespace lockweave::detectors
