// runtime/frontends/signals.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace lockweave::frontends {

void prepare_signals();           // once, before main, after lw_start
void reset_signals_after_fork();  // in the child

}  // namespace lockweave::frontends
