// analyzer/link/entry.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every caller surely holds: the greatest fixed point over all calls. A function that begins a
// thread, that nobody calls, or that was passed to code which may call it whenever it likes starts
// with nothing; one with callers is taken to have no others (the program is whole).
// Cost: calls x locks held, a few rounds inside of recursion only. Thread-safety: none.
#pragma once

#include "analyzer/link/components.h"
#include "analyzer/link/effects.h"

namespace lockweave::analyzer::link {

// Needs moments and callers; `begins_thread` by function.
void find_entries(Context& context, const Components& components,
                  const std::vector<bool>& begins_thread);

}  // namespace lockweave::analyzer::link
