// runtime/frontends/new.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// operator new, the plain and the aligned one: what it gives is known to nobody but its caller, until that
// publishes it. Array forms and those that do not throw arrive here in libstdc++ and libc++.
//
// A C program calls neither, and needs no C++ library for them. A C++ library that was loaded for one
// plug-in only (dlopen without RTLD_GLOBAL) is not next in symbol lookup; it is asked for by its name.
// Where there is none the memory is malloc's, as it is of any operator new that we know.
// Not seen: an operator new that the program defines. Cost: a store of a few words.
#include <stdlib.h>

#include <new>

#include "runtime/frontends/of_library.h"
#include "runtime/frontends/operation.h"

namespace lockweave::frontends {
namespace {

constinit OfLibrary<void*(std::size_t)> plain{"_Znwm", {"libstdc++.so.6", "libc++.so.1"}};
constinit OfLibrary<void*(std::size_t, std::align_val_t)> aligned{
    "_ZnwmSt11align_val_t", {"libstdc++.so.6", "libc++.so.1"}};

void* told(void* memory, std::size_t size) {
  if (memory == nullptr) abort();  // operator new does not return without
  lw_memory_born(memory, size);
  return memory;
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

LW_EXPORT void* operator new(std::size_t size) {
  const auto known = plain.find();
  return told(known != nullptr ? known(size) : malloc(size), size);
}

LW_EXPORT void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto known = aligned.find();
  if (known != nullptr) return told(known(size, alignment), size);
  void* memory = nullptr;
  if (posix_memalign(&memory, static_cast<std::size_t>(alignment), size) != 0) abort();
  return told(memory, size);
}
