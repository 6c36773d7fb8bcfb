// runtime/core/code/code_place.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Places in code for people, where nothing can look symbols up: "bank+0x12ab < bank+0x1100". The
// command, addr2line or a debugger turn them into lines.
// Takes no lock and allocates nothing: may run in signal handlers.
#pragma once

#include <cstdint>

#include "runtime/core/base/say.h"

namespace lockweave::core {

// The innermost few of `count` return addresses; nothing for none.
void say_places(Say& say, const std::uintptr_t* pcs, std::uint32_t count);

}  // namespace lockweave::core
