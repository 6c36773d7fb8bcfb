// analyzer/link/flow.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs one function over its own blocks: a worklist in reverse post-order, a few states a block.
// Fills Linked::moments and Effects::exits and gives the notes from which effects are combined.
//
// States of a block: at most Settings::states_max. Beyond, first what is known of conditions goes,
// then all are merged into one, in which what only some held is uncertain.
// Cost: operations x states; a state is run once through a block.
// Thread-safety: none.
#pragma once

#include <vector>

#include "analyzer/link/effects.h"

namespace lockweave::analyzer::link {

std::vector<Note> run_flow(Context& context, FunctionId function);

}  // namespace lockweave::analyzer::link
