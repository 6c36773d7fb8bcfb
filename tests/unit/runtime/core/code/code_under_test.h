// tests/unit/runtime/core/code/code_under_test.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// runtime/core/code in a shared library of its own, as the runtime has it: what calls these functions
// is foreign code to it, with whatever flags the caller was compiled.
#pragma once

#include <cstdint>

#include "runtime/core/code/stack.h"

// The stack from the caller of this outwards.
extern "C" void capture_here(lockweave::core::Trace* trace);
// The same, where no frame returns to what is asked for.
extern "C" void capture_nowhere(lockweave::core::Trace* trace);
// The thread's stack lies in [low, high): captures there are remembered and recognised.
extern "C" void know_stack(std::uintptr_t low, std::uintptr_t high);
extern "C" std::uint64_t site_here();
extern "C" std::uint64_t learn_here();  // 1: something new was learnt
extern "C" void forget_sites();

// Every function that the sorted index of a loaded module names: is there a rule at its first, middle
// and last byte? Returns how many were looked at; those without a rule are counted in `failed`.
extern "C" std::size_t look_at_all_rules(std::size_t* failed);

struct Interned {
  lockweave::core::InternedStack* stack;
  lockweave::core::Id id;
  std::uint32_t module;  // of the innermost frame
};
extern "C" Interned intern_for_test(const lockweave::core::Trace& trace);
extern "C" std::uint32_t module_of_stack(const Interned& interned);
extern "C" void begin_unloading();
extern "C" void end_unloading();
