// report/complain.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What could not be read or done, told to the user on standard error: where, what, and what to do.
// Names in it are made visible (visible.h): each is two lines at most, and none of them a name's.
#pragma once

#include <string>

#include "model/record_reader.h"

namespace lockweave::cli {

// "FILE:LINE: what is wrong", as it is; whoever prints it makes it visible.
std::string describe(const model::ReadError& problem);

// "lockweave: FILE:LINE: what\n  what to do" on standard error.
void complain(const model::ReadError& problem);
void complain(const std::string& message, const std::string& remedy);

}  // namespace lockweave::cli
