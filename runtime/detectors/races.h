// runtime/detectors/races.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The race engine (race_engine.h) fed by core, its conclusions told as findings: data-race,
// inconsistent-locking, write-under-shared-lock. One finding a variable and round (lw_begin_round);
// a worse one may follow.
// Steps of a finding: the access to look at first, the other access, and, where a lock guards the
// variable elsewhere, where the most usual one of them was taken.
// Limits: those of the engine and of variables.h; locks that were released unseen order nothing.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

core::Detector& races();
// This access adds nothing to what is known: it need not be told.
bool knows_access(core::ThreadState& thread, std::uintptr_t address, lw_access_kind kind);

}  // namespace lockweave::detectors
