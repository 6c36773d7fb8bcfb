// runtime/frontends/control_flow.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Jumps, and code that is unloaded.
//
// | call                                  | events                                               |
// |---------------------------------------|------------------------------------------------------|
// | longjmp, _longjmp, siglongjmp         | jump: closes what a signal handler interrupted and   |
// |                                       | now leaves                                           |
// | dlclose                               | as in loader.cc; module_going and module_gone around |
// |                                       | it, memory_gone for what was unloaded                |
//
// A jump releases no lock, so held locks stay held. swapcontext and setcontext change stacks, not the
// thread that holds: nothing to do; core tells foreign stacks from the thread's own.
// Constructors of libraries run under the loader's lock: no hook waits for that lock.
#include <link.h>

#include "runtime/frontends/loader.h"
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

// The stack pointer in a jmp_buf of glibc, which stores it scrambled; nullptr where that is not known.
// Source: glibc sysdeps/x86_64/setjmp.S, sysdeps/unix/sysv/linux/x86_64/pointer_guard.h.
const void* stack_pointer_of([[maybe_unused]] const __jmp_buf_tag* environment) {
#if defined(__x86_64__)
  constexpr int kStackPointer = 6;  // JB_RSP
  auto value = static_cast<std::uintptr_t>(environment->__jmpbuf[kStackPointer]);
  std::uintptr_t guard;
  asm("mov %%fs:0x30, %0" : "=r"(guard));
  value = (value >> 17) | (value << 47);
  return reinterpret_cast<const void*>(value ^ guard);
#else
  return nullptr;
#endif
}

// ---- dlclose ---------------------------------------------------------------------------------

struct Range {
  std::uintptr_t begin;
  std::uintptr_t end;
};

struct Ranges {
  static constexpr std::size_t kMax = 512;  // modules beyond are not compared
  Range at[kMax];
  std::size_t count = 0;
  unsigned long long unloaded = 0;  // how many modules ever were

  void read() { dl_iterate_phdr(add, this); }
  bool covers(std::uintptr_t address) const {
    for (std::size_t i = 0; i < count; ++i) {
      if (address >= at[i].begin && address < at[i].end) return true;
    }
    return false;
  }

 private:
  static int add(dl_phdr_info* info, std::size_t, void* self) {
    auto& ranges = *static_cast<Ranges*>(self);
    ranges.unloaded = info->dlpi_subs;
    if (ranges.count == kMax) return 1;
    Range range{UINTPTR_MAX, 0};
    for (int i = 0; i < info->dlpi_phnum; ++i) {
      const ElfW(Phdr)& header = info->dlpi_phdr[i];
      if (header.p_type != PT_LOAD) continue;
      const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
      if (begin < range.begin) range.begin = begin;
      if (begin + header.p_memsz > range.end) range.end = begin + header.p_memsz;
    }
    if (range.begin < range.end) ranges.at[ranges.count++] = range;
    return 0;
  }
};

void end_unloaded(const Ranges& before, std::uint64_t mark) {
  Operation operation;
  if (!operation) return;
  Ranges after;
  after.read();
  if (after.unloaded == before.unloaded) return;
  for (std::size_t i = 0; i < before.count; ++i) {
    const Range& range = before.at[i];
    if (after.covers(range.begin)) continue;
    lw_memory_gone(reinterpret_cast<const void*>(range.begin), range.end - range.begin, mark);
  }
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT void longjmp(jmp_buf environment, int value) noexcept {
  lw_jump(stack_pointer_of(environment));
  real().longjmp(environment, value);
  __builtin_unreachable();
}

LW_EXPORT void _longjmp(jmp_buf environment, int value) noexcept {
  lw_jump(stack_pointer_of(environment));
  real().longjmp(environment, value);
  __builtin_unreachable();
}

LW_EXPORT void siglongjmp(sigjmp_buf environment, int value) noexcept {
  lw_jump(stack_pointer_of(environment));
  real().siglongjmp(environment, value);
  __builtin_unreachable();
}

// _FORTIFY_SOURCE.
LW_EXPORT void __longjmp_chk(jmp_buf environment, int value) noexcept {
  lw_jump(stack_pointer_of(environment));
  real().__longjmp_chk(environment, value);
  __builtin_unreachable();
}

// The library's destructors run inside the real call: no operation is open then.
LW_EXPORT int dlclose(void* handle) noexcept {
  Ranges before;
  std::uint64_t mark = 0;
  {
    Operation operation;
    if (operation) {
      before.read();
      mark = lw_memory_mark();
    }
  }
  before_loader_call(LW_CALLER);
  lw_module_going();
  const int result = real().dlclose(handle);
  lw_module_gone();
  if (mark != 0) end_unloaded(before, mark);
  return result;
}

}  // extern "C"
