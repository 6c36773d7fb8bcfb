// runtime/core/code/build_id.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The build id of a binary that is mapped into this process, which must stay loaded meanwhile.
#pragma once

#include <cstdint>

namespace lockweave::core {

// Lower-case hex of the build id in the mapped ELF image at `begin`; empty if it has none.
// Returns the length written to `out`.
std::uint32_t build_id_of(std::uintptr_t begin, std::uintptr_t end, char* out, std::uint32_t size);

}  // namespace lockweave::core
