// runtime/core/code/interpreter.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the process is an interpreter, our places are the interpreter's own. CPython can print the
// script's: it exports the function behind its faulthandler, which needs no lock and allocates
// nothing. Called only when the verdict is out. Does nothing in other processes.
// Source: CPython, Python/traceback.c, _Py_DumpTracebackThreads.
#pragma once

namespace lockweave::core {

void say_script_stacks();

}  // namespace lockweave::core
