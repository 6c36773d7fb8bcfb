// analyzer/rules/facts.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/facts.h"

namespace lockweave::analyzer::rules {

const std::vector<SharedVariable>& Facts::shared_variables() {
  if (!shared_variables_) shared_variables_ = rules::shared_variables(sites_, Atomics::included);
  return *shared_variables_;
}

const std::vector<RaceVerdict>& Facts::races() {
  if (!races_) races_ = race_verdicts(sites_);
  return *races_;
}

}  // namespace lockweave::analyzer::rules
