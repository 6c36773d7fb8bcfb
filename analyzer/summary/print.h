// analyzer/summary/print.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A summary as text for people who write rules and models, an operation a line. Not meant to be read
// back; deterministic.
#pragma once

#include <string>
#include <string_view>

#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::summary {

std::string_view to_string(OpKind kind);
// "this.bank::Account::mu", "bank::ledger.[]".
std::string to_text(const Path& path);
std::string to_text(const Op& op);
std::string to_text(const Unit& unit);

}  // namespace lockweave::analyzer::summary
