// runtime/core/code/interpreter.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/code/interpreter.h"

#include "runtime/core/base/say.h"

// Weak, because dlsym allocates when it finds nothing, and the allocator may be part of the deadlock.
extern "C" const char* _Py_DumpTracebackThreads(int fd, void* interpreter, void* thread)
    __attribute__((weak));

namespace lockweave::core {

void say_script_stacks() {
  if (_Py_DumpTracebackThreads == nullptr) return;
  Say() << "lockweave: the script's stacks, as the interpreter tells them:" << end_line;
  if (const char* error = _Py_DumpTracebackThreads(2, nullptr, nullptr)) {
    Say() << "  " << error << end_line;
  }
}

}  // namespace lockweave::core
