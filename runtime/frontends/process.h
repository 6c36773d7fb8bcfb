// runtime/frontends/process.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace lockweave::frontends {

void prepare_processes();  // once, before main and before any other fork handler is registered

}  // namespace lockweave::frontends
