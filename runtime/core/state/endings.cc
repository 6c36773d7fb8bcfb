// runtime/core/state/endings.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/endings.h"

namespace lockweave::core {
namespace {

struct Endings {
  RawLock lock;
  Ending at[kEndingsMax];
  std::uint64_t count = 0;  // ever
};
constinit Endings endings;

}  // namespace

void note_ending(Object& object, Id by, InternedStack* stack) {
  RawGuard guard(endings.lock);
  endings.at[endings.count++ % kEndingsMax] = {
      .address = object.address.load(std::memory_order_relaxed),
      .kind = object.kind,
      .name = object.name,
      .first = object.first,
      .by = by,
      .stack = stack};
}

Ending ending_to_tell(std::uintptr_t address) {
  RawGuard guard(endings.lock);
  const std::uint64_t kept = endings.count < kEndingsMax ? endings.count : kEndingsMax;
  for (std::uint64_t back = 1; back <= kept; ++back) {
    Ending& ending = endings.at[(endings.count - back) % kEndingsMax];
    if (ending.address != address) continue;
    if (ending.object == nullptr) {
      ending.object = unlisted_object(address, ending.kind, ending.name, ending.first);
    }
    return ending;
  }
  return {};
}

void for_each_ending_lock(LockVisitor visit) { visit(endings.lock); }

}  // namespace lockweave::core
