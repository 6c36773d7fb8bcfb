// runtime/frontends/child_program.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a program that is about to be started needs to be loaded in front of us. gcc's AddressSanitizer
// refuses to run unless it is the first library; its own name is in the program's list of needed
// libraries. Another thread sanitizer cannot run with us at all.
//
// No memory is allocated and errno is kept: this runs in children of vfork.
// Limits: file capabilities are not looked at; scripts are taken as what they are, not as their
// interpreter; sanitizers that are linked
// statically are not seen (clang's AddressSanitizer asks for no place).
#pragma once

namespace lockweave::frontends {

// Where the program is, in the words of the call that starts it.
struct ChildProgram {
  int folder;
  const char* path;
  bool search;  // along PATH, if the path has no slash
};

struct LoadedFirst {
  bool refuses_us = false;
  bool ignores_us = false;  // static, for another machine, or with rights that its caller has not
  char library[64] = {};    // to be preloaded in front of us; "": none
};

LoadedFirst needs_of(const ChildProgram& program);

}  // namespace lockweave::frontends
