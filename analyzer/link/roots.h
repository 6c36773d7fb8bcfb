// analyzer/link/roots.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who calls whom, where threads begin, and what each of them reaches.
// The project may name functions in which a thread begins (Settings::thread_roots): one thread each.
// A root is `several` if its spawn says so, stands in a loop that does not join it, or is done again
// (by a function called twice, in a loop, or by several threads) with the earlier thread not joined.
// A future that is waited for counts as joined. Of threads that are begun again into one global
// variable, and joined by it somewhere, there is one at a time.
// Limits: a join counts if it stands on every path, or in a loop over the container of the handles.
// Cost: functions + calls, times the number of roots. Thread-safety: none.
#pragma once

#include <optional>
#include <vector>

#include "analyzer/link/components.h"
#include "analyzer/link/effects.h"

namespace lockweave::analyzer::link {

// Does the project say that a thread begins in it?
bool is_declared_root(const Settings& settings, const summary::Function& function);

// Linked::callers; by function: does a thread begin here?
std::vector<bool> find_callers(Context& context);

// Program::roots and Linked::roots.
void find_roots(Context& context, const Components& components);

// What a function calls in the same thread at one of its moments: targets, and what it passes them.
std::vector<std::vector<FunctionId>> calls_of(const Context& context);

struct Join {
  std::size_t at = 0;    // a moment: the join itself, or the call that leads to it
  bool of_some = false;  // one of several that the handle, an element, may mean
};
// The moments after `begins` at which the thread behind the handle is joined, on whatever path.
std::vector<Join> find_joins(const Linked& spawner, std::size_t begins, const Path& handle);
// The first moment after `begins` at which the thread behind the handle is joined on every path.
std::optional<std::size_t> find_join(const Linked& spawner, std::size_t begins, const Path& handle);

// Index of the moment of that operation; moments.size(): none.
std::size_t moment_of(const Linked& function, const summary::Op* op);

}  // namespace lockweave::analyzer::link
