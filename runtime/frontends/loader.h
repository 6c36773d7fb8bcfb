// runtime/frontends/loader.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace lockweave::frontends {

void prepare_loader();  // once, before main, when the runtime is up
// The calling thread is about to call what takes the loader's lock. Returns once that is free, or was.
void before_loader_call(const void* pc);

}  // namespace lockweave::frontends
