// report/results.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/results.h"

namespace lockweave::cli {

bool is_new(const Results& results, const model::Finding& finding) {
  return !results.comparison || !results.comparison->known.contains(finding.fingerprint);
}

}  // namespace lockweave::cli
