// analyzer/link/merge.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Units become one set of functions, classes and variables.
//
// A function that several units see (from a header) is one function: the first definition by unit is
// its body. Definitions of one key that stand at different places belong to different programs of the
// same project (every `main`, say), and so do those of a source that is compiled into a program of its
// own and elsewhere, too, for it is compiled differently each time: each stays, the later ones under
// "source|key". Two libraries of one source, static and shared, count as one.
// Determinism: units are sorted by source first; their order as given does not matter.
// Invariant: no unit, function or operation moves afterwards; everything points into them.
#pragma once

#include <vector>

#include "analyzer/link/function_names.h"
#include "analyzer/link/program.h"

namespace lockweave::analyzer::link {

FunctionNames merge_units(std::vector<summary::Unit> units, Program& program);

}  // namespace lockweave::analyzer::link
