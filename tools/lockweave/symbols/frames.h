// tools/lockweave/symbols/frames.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which frames of a stack a person wants to see. The place of an acquisition is the line that says
// `std::lock_guard g(mu);`, not the library code below it; and nobody needs the start-up code above
// main. Pure functions of names and paths.
#pragma once

#include <span>
#include <vector>

#include "model/finding.h"

namespace lockweave::cli {

// Code of the C++ library, the threads library, Boost's locks and threads, Lockweave's own types and its
// runtime.
bool is_library_frame(const model::Site& site);

// The code of std::shared_ptr that lets go of what the last owner owned.
bool is_last_owner_frame(const model::Site& site);

// `raw`, innermost first, without library frames and without what lies above main or above a
// thread's function. If nothing would be left, `raw` unchanged.
std::vector<model::Site> shown_stack(std::span<const model::Site> raw);

}  // namespace lockweave::cli
