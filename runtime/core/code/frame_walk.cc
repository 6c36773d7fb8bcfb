// runtime/core/code/frame_walk.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/code/frame_walk.h"

#include "runtime/core/code/frame_expression.h"

namespace lockweave::core {
namespace {

// An expression lies behind its length.
ByteReader expression_at(std::int64_t at, std::uintptr_t end) {
  ByteReader reader(static_cast<std::uintptr_t>(at), end);
  const std::uint64_t size = reader.uleb();
  const bool fits = !reader.failed() && size <= end - reader.position();
  return {reader.position(), fits ? reader.position() + size : reader.position()};
}

}  // namespace

bool FrameWalk::frame_end(const FrameRule& rule, std::uintptr_t& end) {
  if (rule.base_register == FrameRule::kByExpression) {
    return evaluate(expression_at(rule.offset, rule.end), registers_, memory_, nullptr, end);
  }
  if (!registers_.knows(rule.base_register)) return false;
  end = registers_.value[rule.base_register] + static_cast<std::uintptr_t>(rule.offset);
  return true;
}

// False only where the tables promise a value that cannot be had.
bool FrameWalk::restore(const FrameRule& rule, std::uint32_t number, std::uintptr_t end,
                        Registers& caller) {
  const RegisterRule& its = rule.registers[number];
  std::uintptr_t at = end + static_cast<std::uintptr_t>(its.value());
  std::uintptr_t value = 0;
  switch (its.kind()) {
    case RegisterRule::Kind::undefined: return true;
    case RegisterRule::Kind::unchanged:
      if ((Registers::kKeptByCalls >> number & 1U) == 0 || !registers_.knows(number)) return true;
      value = registers_.value[number];
      break;
    case RegisterRule::Kind::in_register:
      if (!registers_.knows(static_cast<std::uint64_t>(its.value()))) return true;
      value = registers_.value[its.value()];
      break;
    case RegisterRule::Kind::is_at: value = at; break;
    case RegisterRule::Kind::saved_at:
      if (!memory_.read(at, value)) return false;
      break;
    case RegisterRule::Kind::saved_at_expression:
      if (!evaluate(expression_at(its.value(), rule.end), registers_, memory_, &end, at))
        return false;
      if (!memory_.read(at, value)) return false;
      break;
    case RegisterRule::Kind::is_expression:
      if (!evaluate(expression_at(its.value(), rule.end), registers_, memory_, &end, value))
        return false;
      break;
  }
  caller.set(number, value);
  return true;
}

bool FrameWalk::step() {
  // A call is the last that its function did, so the address after it may be another function's.
  const std::uintptr_t pc = this->pc() - (first_ || interrupted_ ? 0 : 1);
  UnwindEntry entry;
  FrameRule rule;
  if (!find_unwind_entry(pc, entry) || !make_frame_rule(entry, pc, rule)) return false;
  std::uintptr_t end = 0;
  if (!frame_end(rule, end) || end % sizeof end != 0) return false;
  if (end <= stack_pointer() && (!entry.signal_frame || ++steps_down_ > kStepsDownMax))
    return false;
  if (rule.registers[Registers::kReturnAddress].kind() == RegisterRule::Kind::unchanged)
    return false;
  Registers caller;
  caller.set(Registers::kStackPointer, end);
  for (std::uint32_t number = 0; number < Registers::kCount; ++number) {
    const bool is_end = number == Registers::kStackPointer &&
                        rule.registers[number].kind() == RegisterRule::Kind::unchanged;
    if (!is_end && !restore(rule, number, end, caller)) return false;
  }
  if (caller.value[Registers::kReturnAddress] == 0) return false;
  registers_ = caller;
  interrupted_ = entry.signal_frame;
  first_ = false;
  return true;
}

}  // namespace lockweave::core
