// tests/unit/runtime/core/code/framed_code.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/unit/runtime/core/code/framed_code.h"

#include <alloca.h>
#include <ucontext.h>

namespace {

std::uint64_t innermost(SiteFunction function) { return function(); }
std::uint64_t middle(SiteFunction function) { return innermost(function); }
std::uint64_t wrapper(SiteFunction function) { return middle(function); }

ucontext_t outside;
ucontext_t inside;
SiteFunction to_call = nullptr;
std::uint64_t called = 0;

}  // namespace

std::uint64_t framed_first(SiteFunction function) { return wrapper(function); }
std::uint64_t framed_second(SiteFunction function) { return wrapper(function); }

std::uint64_t framed_varying(std::size_t size, SiteFunction function) {
  auto* memory = static_cast<volatile char*>(alloca(size));
  memory[0] = 1;
  return function();
}

std::uint64_t framed_on_stack(void* stack, std::size_t size, SiteFunction function) {
  getcontext(&inside);
  inside.uc_stack.ss_sp = stack;
  inside.uc_stack.ss_size = size;
  inside.uc_link = &outside;
  to_call = function;
  makecontext(
      &inside, [] { called = framed_first(to_call); }, 0);
  swapcontext(&outside, &inside);
  return called;
}
