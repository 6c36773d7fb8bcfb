// runtime/core/code/frame_rule.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/code/frame_rule.h"

namespace lockweave::core {
namespace {

using Kind = RegisterRule::Kind;

// DW_CFA_*. The first three keep an operand in their low six bits.
enum Instruction : std::uint8_t {
  kAdvance = 0x40,
  kOffset = 0x80,
  kRestore = 0xC0,
  kNothing = 0x00,
  kSetLocation = 0x01,
  kAdvance1 = 0x02,
  kAdvance2 = 0x03,
  kAdvance4 = 0x04,
  kOffsetExtended = 0x05,
  kRestoreExtended = 0x06,
  kUndefined = 0x07,
  kSameValue = 0x08,
  kRegister = 0x09,
  kRememberState = 0x0A,
  kRestoreState = 0x0B,
  kDefineBase = 0x0C,
  kDefineBaseRegister = 0x0D,
  kDefineBaseOffset = 0x0E,
  kDefineBaseExpression = 0x0F,
  kExpression = 0x10,
  kOffsetExtendedSigned = 0x11,
  kDefineBaseSigned = 0x12,
  kDefineBaseOffsetSigned = 0x13,
  kValueOffset = 0x14,
  kValueOffsetSigned = 0x15,
  kValueExpression = 0x16,
  kArgumentsSize = 0x2E,
  kNegativeOffsetExtended = 0x2F,
};

class Interpreter {
 public:
  Interpreter(const UnwindEntry& entry, std::uintptr_t pc, FrameRule& rule)
      : entry_(entry), pc_(pc), location_(entry.begin), rule_(rule) {}

  bool run() {
    if (!run(entry_.common)) return false;
    initial_ = rule_;
    return run(entry_.own);
  }

 private:
  static constexpr std::uint32_t kRememberedMax = 4;

  bool run(ByteReader code) {
    while (!code.at_end() && location_ <= pc_) {
      if (!step(code)) return false;
    }
    return !code.failed();
  }

  bool step(ByteReader& code) {
    const auto byte = code.fixed<std::uint8_t>();
    const std::uint8_t operand = byte & 0x3F;
    switch (byte & 0xC0) {
      case kAdvance: advance(operand); return true;
      case kOffset: return set(operand, Kind::saved_at, units(code.uleb()));
      case kRestore: return restore(operand);
      default: break;
    }
    return byte <= kAdvance4    ? move(code, byte)
           : defines_base(byte) ? define_base(code, byte)
                                : other(code, byte);
  }

  static bool defines_base(std::uint8_t byte) {
    return (byte >= kDefineBase && byte <= kDefineBaseExpression) || byte == kDefineBaseSigned ||
           byte == kDefineBaseOffsetSigned;
  }

  bool move(ByteReader& code, std::uint8_t byte) {
    switch (byte) {
      case kNothing: return true;
      case kAdvance1: advance(code.fixed<std::uint8_t>()); return true;
      case kAdvance2: advance(code.fixed<std::uint16_t>()); return true;
      case kAdvance4: advance(code.fixed<std::uint32_t>()); return true;
      default: return false;  // kSetLocation: only in hand-written tables
    }
  }

  bool define_base(ByteReader& code, std::uint8_t byte) {
    switch (byte) {
      case kDefineBase:
        rule_.base_register = code.uleb();
        rule_.offset = static_cast<std::int64_t>(code.uleb());
        return true;
      case kDefineBaseSigned:
        rule_.base_register = code.uleb();
        rule_.offset = units(code.sleb());
        return true;
      case kDefineBaseRegister: rule_.base_register = code.uleb(); return true;
      case kDefineBaseOffset: rule_.offset = static_cast<std::int64_t>(code.uleb()); return true;
      case kDefineBaseOffsetSigned: rule_.offset = units(code.sleb()); return true;
      default:
        rule_.base_register = FrameRule::kByExpression;
        rule_.offset = skip_expression(code);
        return true;
    }
  }

  bool other(ByteReader& code, std::uint8_t byte) {
    if (byte == kRememberState) return remember();
    if (byte == kRestoreState) return recall();
    const std::uint64_t number = code.uleb();  // of the register, but for the one that skips it
    switch (byte) {
      case kArgumentsSize: return true;
      case kOffsetExtended: return set(number, Kind::saved_at, units(code.uleb()));
      case kOffsetExtendedSigned: return set(number, Kind::saved_at, units(code.sleb()));
      case kNegativeOffsetExtended: return set(number, Kind::saved_at, units(0 - code.uleb()));
      case kValueOffset: return set(number, Kind::is_at, units(code.uleb()));
      case kValueOffsetSigned: return set(number, Kind::is_at, units(code.sleb()));
      case kRegister: return set(number, Kind::in_register, static_cast<std::int64_t>(code.uleb()));
      case kUndefined: return set(number, Kind::undefined, 0);
      case kSameValue: return set(number, Kind::unchanged, 0);
      case kRestoreExtended: return restore(number);
      case kExpression: return set(number, Kind::saved_at_expression, skip_expression(code));
      case kValueExpression: return set(number, Kind::is_expression, skip_expression(code));
      default: return false;
    }
  }

  void advance(std::uint64_t by) { location_ += by * entry_.code_unit; }

  // Of whatever number a table holds: addresses wrap.
  std::int64_t units(std::uint64_t count) const {
    return static_cast<std::int64_t>(count * static_cast<std::uint64_t>(entry_.data_unit));
  }
  std::int64_t units(std::int64_t count) const { return units(static_cast<std::uint64_t>(count)); }

  // Vector registers have numbers, too; nobody needs them here.
  bool set(std::uint64_t number, Kind kind, std::int64_t value) {
    if (number < Registers::kCount) rule_.registers[number] = {kind, value};
    return true;
  }

  bool restore(std::uint64_t number) {
    if (number < Registers::kCount) rule_.registers[number] = initial_.registers[number];
    return true;
  }

  bool remember() {
    if (remembered_ == kRememberedMax) return false;
    states_[remembered_++] = rule_;
    return true;
  }

  bool recall() {
    if (remembered_ == 0) return false;
    rule_ = states_[--remembered_];
    return true;
  }

  // Where the expression lies, its length first.
  static std::int64_t skip_expression(ByteReader& code) {
    const auto at = static_cast<std::int64_t>(code.position());
    code.skip(code.uleb());
    return at;
  }

  const UnwindEntry& entry_;
  const std::uintptr_t pc_;
  std::uintptr_t location_;
  FrameRule& rule_;
  FrameRule initial_;
  union {  // not initialised: seldom used
    FrameRule states_[kRememberedMax];
  };
  std::uint32_t remembered_ = 0;
};

}  // namespace

bool make_frame_rule(const UnwindEntry& entry, std::uintptr_t pc, FrameRule& rule) {
  rule = {};
  rule.end = entry.own.end() > entry.common.end() ? entry.own.end() : entry.common.end();
  return Interpreter(entry, pc, rule).run();
}

}  // namespace lockweave::core
