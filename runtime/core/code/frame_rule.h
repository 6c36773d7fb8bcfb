// runtime/core/code/frame_rule.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How to get from a frame to its caller's, at one place of a function: the instructions of its unwind
// entry, carried out up to there. Source: DWARF 5, 6.4.2.
// Limit: an instruction that is not known, or states remembered deeper than compilers nest them, make
// no rule; then the walk ends.
#pragma once

#include <cstdint>

#include "runtime/core/code/registers.h"
#include "runtime/core/code/unwind_table.h"

namespace lockweave::core {

// One word: there are many, on stacks that may be small.
class RegisterRule {
 public:
  enum class Kind : std::uint8_t {
    unchanged,
    undefined,
    saved_at,             // in memory, `value` bytes from the frame's end
    is_at,                // is that address itself
    in_register,          // number `value`
    saved_at_expression,  // `value`: where the expression lies
    is_expression,
  };
  constexpr RegisterRule() = default;
  RegisterRule(Kind kind, std::int64_t value)
      : packed_(value << kKindBits | static_cast<std::int64_t>(kind)) {}

  Kind kind() const { return static_cast<Kind>(packed_ & ((1 << kKindBits) - 1)); }
  std::int64_t value() const { return packed_ >> kKindBits; }

 private:
  static constexpr unsigned kKindBits = 8;
  std::int64_t packed_ = 0;
};

struct FrameRule {
  static constexpr std::uint64_t kByExpression = ~std::uint64_t{0};
  // The canonical frame address: the caller's stack pointer once this function has returned.
  std::uint64_t base_register = Registers::kCount;
  std::int64_t offset = 0;  // from the base register, or where the expression lies
  RegisterRule registers[Registers::kCount];
  std::uintptr_t end = 0;  // expressions end before
};

bool make_frame_rule(const UnwindEntry& entry, std::uintptr_t pc, FrameRule& rule);

}  // namespace lockweave::core
