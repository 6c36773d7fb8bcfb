// runtime/frontends/shell.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace lockweave::frontends {

void reset_shell_after_fork();  // in the child

}  // namespace lockweave::frontends
