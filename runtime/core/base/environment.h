// runtime/core/base/environment.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The environment, as the program is to see it and as its children need it. What the launcher added
// (LOCKWEAVE_RUN, our part of LD_PRELOAD) is taken out before main, in place: the program's getenv and
// `environ` show what they would show without us. A copy is kept for children, because programs
// overwrite their environment's memory to change their title.
//
// Limit: each variable taken out leaves a null word between `environ` and the auxiliary vector; who
// walks from one to the other instead of calling getauxval finds an empty vector.
#pragma once

namespace lockweave::core {

// The value of a variable in a process's initial environment; nullptr: not set.
const char* find_variable(char** environment, const char* name);

// Keeps what children need and cleans. `preload` is what the launcher added to LD_PRELOAD.
// Thread-safety: before main only.
void take_over_environment(char** environment, const char* preload);

}  // namespace lockweave::core
