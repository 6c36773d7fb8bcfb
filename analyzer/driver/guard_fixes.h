// analyzer/driver/guard_fixes.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clang's guarded_by attributes for what infer_guards found, written into the sources.
//
//   const std::vector<GuardFix> fixes = guard_fixes(classes, policy);
//   const FixesWritten written = write_fixes(fixes);
//
// A fix is for a guarded member without such an attribute. What is written must not make
// `clang -Wthread-safety` warn where the code is right, so a fix is held back
//   - while one access goes without the lock, or some unit was not analysed;
//   - when the lock's type is no capability (std::mutex of libstdc++ is none: clang would warn at
//     every access);
//   - when clang, which looks at one function at a time, cannot see that the lock is held.
// FixPolicy::all lifts these. Held back whatever the policy: what would not compile or cannot be
// placed, and what is not the user's file.
//
// The attribute stands behind the declarator, before `;`, `,`, `=`, `{` or `(`. A file is replaced
// as a whole and keeps its mode; text that no longer has the name where the analysis saw it is left
// alone.
// Thread-safety: none; the files must not change between the two calls.
// Cost: each file is read and written once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/extract/extract.h"
#include "analyzer/rules/infer_guards.h"

namespace lockweave::analyzer::driver {

// "src/bank.h:12", the file below the current folder.
std::string place_of(const rules::SourcePlace& place);

struct GuardFix {
  rules::SourcePlace place;  // of the declaration
  std::string member;        // "ns::Account::balance_"
  std::string attribute;     // "__attribute__((guarded_by(mu_)))"
  std::size_t offset = 0;    // in the file, where it belongs
  std::string held_back;     // why; empty: it can be written
  bool liftable = false;     // ... unless FixPolicy::all
};

struct FixPolicy {
  bool all = false;
  bool incomplete = false;           // some unit was not analysed
  std::vector<std::string> foreign;  // folders whose files are not the user's
};

// The compiler's own folders and those that the commands name as system's.
std::vector<std::string> foreign_folders(const std::vector<extract::Job>& jobs);

// One for each guarded member without attribute, by place.
std::vector<GuardFix> guard_fixes(const std::vector<rules::GuardedClass>& classes,
                                  const FixPolicy& policy);

struct FixesWritten {
  std::vector<std::pair<std::string, std::size_t>> files;  // changed, and how many attributes
  std::vector<std::string> problems;                       // files that could not be written
};
FixesWritten write_fixes(const std::vector<GuardFix>& fixes);

// Where in `text` an attribute of the variable declared at line:column belongs.
struct Spot {
  std::size_t offset = 0;
  std::string problem;  // why there is none
};
Spot attribute_spot(std::string_view text, std::size_t line, std::size_t column,
                    std::string_view spelling);

}  // namespace lockweave::analyzer::driver
