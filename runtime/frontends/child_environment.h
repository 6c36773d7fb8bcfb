// runtime/frontends/child_environment.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The environment that a child gets: the program's, plus what makes the child watched too. It is
// built in the caller's stack, or in a mapping when it is large: exec is called in children of vfork,
// where nothing may be allocated.
#pragma once

#include <alloca.h>
#include <sys/mman.h>

#include "runtime/frontends/child_program.h"
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {

class ChildEnvironment {
 public:
  // `settings` != nullptr.
  ChildEnvironment(char* const* environment, const lw_child_settings* settings,
                   const LoadedFirst& first);
  std::size_t bytes() const { return bytes_; }
  // `memory` has bytes(), aligned for a pointer.
  char** build(void* memory) const;

 private:
  char* put_added(char* out, const char* ours) const;

  char* const* const environment_;
  const lw_child_settings& settings_;
  const char* first_ = "";     // what must precede us
  const char* own_ = nullptr;  // the program's own LD_PRELOAD
  bool adds_preload_ = false;
  bool has_options_ = false;
  std::size_t entries_ = 0;
  std::size_t bytes_ = 0;
};

// Calls `call(environment for the child)`.
template <class Call>
auto with_child_environment(char* const* environment, const ChildProgram& program, Call call) {
  const lw_child_settings* settings = lw_for_children();
  if (settings == nullptr) return call(environment);
  const LoadedFirst first = needs_of(program);
  if (first.refuses_us || first.ignores_us) lw_child_unwatched();
  if (first.refuses_us) return call(environment);
  const ChildEnvironment child(environment, settings, first);
  constexpr std::size_t kStackMax = 64 << 10;
  if (child.bytes() <= kStackMax) {
    void* memory = alloca(child.bytes());
    return call(child.build(memory));
  }
  void* memory =
      mmap(nullptr, child.bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return call(environment);
  auto result = call(child.build(memory));
  real().munmap(memory, child.bytes());
  return result;
}

}  // namespace lockweave::frontends
