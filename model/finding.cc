// model/finding.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "model/finding.h"

namespace lockweave::model {

std::string_view to_string(Level level) {
  switch (level) {
    case Level::note: return "note";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "unknown";
}

std::string_view to_string(How how) {
  switch (how) {
    case How::observed: return "observed";
    case How::predicted: return "predicted";
    case How::static_analysis: return "static";
    case How::confirmed: return "confirmed";
  }
  return "unknown";
}

std::string_view to_string(Confidence confidence) {
  switch (confidence) {
    case Confidence::low: return "low";
    case Confidence::medium: return "medium";
    case Confidence::high: return "high";
  }
  return "unknown";
}

}  // namespace lockweave::model
