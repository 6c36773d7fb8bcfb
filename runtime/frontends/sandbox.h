// runtime/frontends/sandbox.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Does this system call restrict which ones may follow?
#pragma once

namespace lockweave::frontends {

bool enters_sandbox(long number, long first);

}  // namespace lockweave::frontends
