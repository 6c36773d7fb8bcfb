// report/search_notes.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a search for lock-order cycles has left out, as it is told: of the records and of the sources.
#pragma once

#include "model/lock_order_graph.h"
#include "report/results.h"

namespace lockweave::cli {

// `all`: of all searches together.
void note_search(const model::LockOrderGraph::Summary& all, Results& results);

}  // namespace lockweave::cli
