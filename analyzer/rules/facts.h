// analyzer/rules/facts.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What several rules ask of one program, each computed once, when it is first asked for.
// Thread-safety: none. The Program must outlive it.
#pragma once

#include <optional>
#include <vector>

#include "analyzer/rules/races.h"
#include "analyzer/rules/telling.h"

namespace lockweave::analyzer::rules {

class Facts {
 public:
  explicit Facts(const Program& program) : sites_(program), teller_(sites_) {}
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;

  const Program& program() const { return sites_.program(); }
  const CallSites& sites() const { return sites_; }
  const Teller& teller() const { return teller_; }
  // Atomics included.
  const std::vector<SharedVariable>& shared_variables();
  const std::vector<RaceVerdict>& races();

 private:
  const CallSites sites_;
  const Teller teller_;
  std::optional<std::vector<SharedVariable>> shared_variables_;
  std::optional<std::vector<RaceVerdict>> races_;
};

}  // namespace lockweave::analyzer::rules
