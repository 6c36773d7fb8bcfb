// report/complain.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What could not be read or done, told to the user on standard error: where, what, and what to do.
#pragma once

#include <string>

#include "model/record_reader.h"

namespace lockweave::cli {

// "FILE:LINE: what is wrong" and "  remedy", as lines for stderr.
std::string describe(const model::ReadError& problem);

// "lockweave: FILE:LINE: what\n  what to do" on standard error.
void complain(const model::ReadError& problem);
void complain(const std::string& message, const std::string& remedy);

}  // namespace lockweave::cli
