// tools/lockweave/records/findings.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Raw findings become findings.
#pragma once

#include <string>

#include "model/finding.h"
#include "tools/lockweave/records/symbolized_records.h"

namespace lockweave::cli {

struct Reported {
  RawFinding raw;
  model::Finding finding;
  bool suppressed = false;  // kept until it has replaced what it is the better account of
  // The lasting name of the lock that is treated wrongly; empty if it has none, or the fingerprint
  // says it already. Findings of one fingerprint that differ in it are told apart (same_bug.h).
  std::string about{};
};

// How the threads stood when the process was told to end: it has shown that itself, and it is no finding.
bool is_situation(const RawFinding& raw);

// What `Reported::about` says of it.
std::string about(const RawFinding& raw, SymbolizedRecords& symbolized);

// Looks up names and places, chooses the words, computes level and fingerprint.
model::Finding finding_of(const RawFinding& raw, SymbolizedRecords& symbolized);

// A race with the destruction by the last owner of a std::shared_ptr is none: the count of owners orders
// what they did before it, in inlined code that no run sees. Who is no owner is not told either.
bool ordered_by_owners(const RawFinding& raw, SymbolizedRecords& symbolized);

// Why a cycle is not reported, in words.
std::string filter_reason(const RawFinding& raw, SymbolizedRecords& symbolized);

}  // namespace lockweave::cli
