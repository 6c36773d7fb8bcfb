// runtime/frontends/closing.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/frontends/closing.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

// Only marks them to be closed by exec, as ours is.
bool closes(int flags) { return (flags & static_cast<int>(CLOSE_RANGE_CLOEXEC)) == 0; }

int close_around(unsigned first, unsigned last, int flags) {
  const auto ours = static_cast<unsigned>(lw_own_descriptor());  // none: above all
  if (ours < first || ours > last || !closes(flags)) return real().close_range(first, last, flags);
  int result = 0;
  if (first < ours) result = real().close_range(first, ours - 1, flags);
  if (result == 0 && ours < last) result = real().close_range(ours + 1, last, flags);
  return result;
}

// A kernel without close_range: closefrom then asks /proc.
void close_from_around(int lowest, int ours) {
  const auto first = static_cast<unsigned>(lowest < 0 ? 0 : lowest);
  const auto end = static_cast<unsigned>(ours);
  if (first < end && real().close_range(first, end - 1, 0) != 0) {
    for (unsigned file = first; file < end; ++file) real().close(static_cast<int>(file));
  }
  real().closefrom(ours + 1);
}

void make_way(int file) {
  if (file >= 0 && file == lw_own_descriptor() && lw_in_own_process() != 0) lw_move_descriptor();
}

}  // namespace

bool close_by_system_call(long number, const long* arguments, long* result) {
  switch (number) {
    case SYS_close: *result = ::close(static_cast<int>(arguments[0])); return true;
    case SYS_close_range:
      *result = close_around(static_cast<unsigned>(arguments[0]),
                             static_cast<unsigned>(arguments[1]), static_cast<int>(arguments[2]));
      return true;
#ifdef SYS_dup2
    case SYS_dup2:
#endif
    case SYS_dup3: make_way(static_cast<int>(arguments[1])); return false;
    default: return false;
  }
}

}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int close(int file) {
  if (file >= 0 && file == lw_own_descriptor()) [[unlikely]]
    return 0;
  return real().close(file);
}

LW_EXPORT int close_range(unsigned first, unsigned last, int flags) noexcept {
  return close_around(first, last, flags);
}

LW_EXPORT void closefrom(int lowest) noexcept {
  const int ours = lw_own_descriptor();
  ours >= 0 && ours >= lowest ? close_from_around(lowest, ours) : real().closefrom(lowest);
}

LW_EXPORT int dup2(int file, int other) noexcept {
  make_way(other);
  return real().dup2(file, other);
}

LW_EXPORT int dup3(int file, int other, int flags) noexcept {
  make_way(other);
  return real().dup3(file, other, flags);
}

}  // extern "C"
