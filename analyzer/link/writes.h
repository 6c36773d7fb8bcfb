// analyzer/link/writes.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which of the variables and members that some branch tests a function writes, itself or below:
// after a call of it nothing is known of them. Whose member it is does not matter.
// Limits: kWrittenMax of a function; the rest counts as not written.
// Thread-safety: immutable after construction. Cost: operations and calls, times kWrittenMax.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/link/calls.h"
#include "analyzer/link/components.h"

namespace lockweave::analyzer::link {

inline constexpr std::size_t kWrittenMax = 256;

// Does it give its object another value?
bool is_write(const summary::Op& op);

class Writes {
 public:
  using Number = std::uint32_t;  // of a member or variable

  Writes(const Program& program, const Components& components);

  // Does some branch test it? Only of that it is worth knowing the value.
  bool is_tested(const Path& subject) const { return number_of(subject).has_value(); }
  // Nothing: no branch tests it, or only the function itself has it.
  std::optional<Number> number_of(const Path& subject) const;
  std::size_t subjects() const { return numbers_.size(); }
  bool none(FunctionId function) const { return written_[function].empty(); }
  bool written_by(FunctionId function, Number subject) const;
  bool written_by(FunctionId function, const Path& subject) const;
  // The operation itself, not what it calls.
  bool written_by(const summary::Op& op, const Path& subject) const;

 private:
  static std::string key(const Path& subject);
  void collect_subjects(const Program& program);
  void collect_own(const summary::Function& function, std::vector<Number>& written) const;

  std::unordered_map<std::string, Number> numbers_;
  std::vector<std::vector<Number>> written_;  // by function; sorted
};

}  // namespace lockweave::analyzer::link
