// runtime/core/code/frame_expression.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/code/frame_expression.h"

namespace lockweave::core {
namespace {

// DW_OP_*.
enum Operation : std::uint8_t {
  kDereference = 0x06,
  kConstant8 = 0x08,  // unsigned and signed in turn, up to 64 bits
  kConstantSigned64 = 0x0F,
  kConstantUleb = 0x10,
  kConstantSleb = 0x11,
  kDuplicate = 0x12,
  kDrop = 0x13,
  kOver = 0x14,
  kSwap = 0x16,
  kAnd = 0x1A,
  kMinus = 0x1C,
  kMultiply = 0x1E,
  kNegate = 0x1F,
  kNot = 0x20,
  kOr = 0x21,
  kPlus = 0x22,
  kPlusConstant = 0x23,
  kShiftLeft = 0x24,
  kShiftRight = 0x25,
  kXor = 0x27,
  kEqual = 0x29,
  kGreaterOrEqual = 0x2A,
  kGreater = 0x2B,
  kLessOrEqual = 0x2C,
  kLess = 0x2D,
  kNotEqual = 0x2E,
  kLiteral0 = 0x30,
  kLiteral31 = 0x4F,
  kRegister0 = 0x70,  // the value of register n, plus a number
  kRegister31 = 0x8F,
  kNothing = 0x96,
};

std::uintptr_t shifted(std::uintptr_t value, std::uintptr_t by, bool left) {
  if (by >= 64) return 0;
  return left ? value << by : value >> by;
}

bool combine(std::uint8_t operation, std::uintptr_t left, std::uintptr_t right,
             std::uintptr_t& result) {
  const auto a = static_cast<std::int64_t>(left);
  const auto b = static_cast<std::int64_t>(right);
  switch (operation) {
    case kAnd: result = left & right; return true;
    case kMinus: result = left - right; return true;
    case kMultiply: result = left * right; return true;
    case kOr: result = left | right; return true;
    case kPlus: result = left + right; return true;
    case kShiftLeft: result = shifted(left, right, true); return true;
    case kShiftRight: result = shifted(left, right, false); return true;
    case kXor: result = left ^ right; return true;
    case kEqual: result = a == b; return true;
    case kGreaterOrEqual: result = a >= b; return true;
    case kGreater: result = a > b; return true;
    case kLessOrEqual: result = a <= b; return true;
    case kLess: result = a < b; return true;
    case kNotEqual: result = a != b; return true;
    default: return false;
  }
}

class Machine {
 public:
  Machine(const Registers& registers, CheckedMemory& memory)
      : registers_(registers), memory_(memory) {}

  bool push(std::uintptr_t value) {
    if (count_ == kMax) return false;
    stack_[count_++] = value;
    return true;
  }
  bool pop(std::uintptr_t& value) {
    if (count_ == 0) return false;
    value = stack_[--count_];
    return true;
  }

  bool step(ByteReader& code) {
    const auto operation = code.fixed<std::uint8_t>();
    if (operation >= kLiteral0 && operation <= kLiteral31) return push(operation - kLiteral0);
    if (operation >= kRegister0 && operation <= kRegister31) {
      const std::uint64_t number = operation - std::uint64_t{kRegister0};
      const std::int64_t offset = code.sleb();
      return registers_.knows(number) &&
             push(registers_.value[number] + static_cast<std::uintptr_t>(offset));
    }
    if (operation >= kConstant8 && operation <= kConstantSigned64) {
      return push_constant(code, operation);
    }
    return rearrange(operation) || on_top(code, operation) || on_two(operation);
  }

 private:
  static constexpr std::uint32_t kMax = 16;

  bool push_constant(ByteReader& code, std::uint8_t operation) {
    constexpr std::uint8_t kFormats[] = {0x02, 0x0A, 0x03, 0x0B, 0x04, 0x0C};  // DW_EH_PE_*
    const unsigned which = operation - unsigned{kConstant8};
    if (which == 0) return push(code.fixed<std::uint8_t>());
    if (which == 1) {
      return push(static_cast<std::uintptr_t>(std::int64_t{code.fixed<std::int8_t>()}));
    }
    return push(code.number(kFormats[which - 2]));
  }

  bool rearrange(std::uint8_t operation) {
    switch (operation) {
      case kNothing: return true;
      case kDuplicate: return count_ > 0 && push(stack_[count_ - 1]);
      case kOver: return count_ > 1 && push(stack_[count_ - 2]);
      case kDrop: return count_ > 0 && (--count_, true);
      case kSwap: {
        if (count_ < 2) return false;
        const std::uintptr_t top = stack_[count_ - 1];
        stack_[count_ - 1] = stack_[count_ - 2];
        stack_[count_ - 2] = top;
        return true;
      }
      default: return false;
    }
  }

  bool on_top(ByteReader& code, std::uint8_t operation) {
    if (operation == kConstantUleb) return push(code.uleb());
    if (operation == kConstantSleb) return push(static_cast<std::uintptr_t>(code.sleb()));
    if (count_ == 0) return false;
    std::uintptr_t& top = stack_[count_ - 1];
    switch (operation) {
      case kDereference: return memory_.read(top, top);
      case kPlusConstant: top += code.uleb(); return true;
      case kNegate: top = 0 - top; return true;
      case kNot: top = ~top; return true;
      default: return false;
    }
  }

  bool on_two(std::uint8_t operation) {
    if (count_ < 2) return false;
    --count_;
    return combine(operation, stack_[count_ - 1], stack_[count_], stack_[count_ - 1]);
  }

  const Registers& registers_;
  CheckedMemory& memory_;
  std::uintptr_t stack_[kMax] = {};
  std::uint32_t count_ = 0;
};

}  // namespace

bool evaluate(ByteReader expression, const Registers& registers, CheckedMemory& memory,
              const std::uintptr_t* first, std::uintptr_t& value) {
  constexpr std::uint32_t kOperationsMax = 64;
  Machine machine(registers, memory);
  if (first != nullptr && !machine.push(*first)) return false;
  for (std::uint32_t i = 0; !expression.at_end(); ++i) {
    if (i == kOperationsMax || !machine.step(expression)) return false;
  }
  return !expression.failed() && machine.pop(value);
}

}  // namespace lockweave::core
