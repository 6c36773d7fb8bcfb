// report/suppressions.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The user's list of what not to report, one entry per line:
//
//     rule:glob        # comment
//
// `rule` is a rule id or `*`. `glob` (with * and ?) must match the whole of a function, a file, a
// lock or a variable name of any frame of the finding. A function is tried with and without its
// arguments, a file by its path, its path below the current folder and its base name.
// For lock order an entry takes out the edge held -> wanted, not only the cycle.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"
#include "model/record_reader.h"

namespace lockweave::cli {

class Suppressions {
 public:
  // Errors: nothing, and `error` holds file, line, what is wrong and what to do.
  static std::optional<Suppressions> load(const std::string& path, model::ReadError& error);
  static std::optional<Suppressions> parse(std::string_view text, std::string path,
                                           model::ReadError& error);

  bool concerns(std::string_view rule) const;
  // Does an entry for `rule` match one of `texts`? All that do count as used.
  bool match(std::string_view rule, const std::set<std::string>& texts);
  // "FILE:LINE: rule:glob" of the entries that matched nothing.
  std::vector<std::string> unused() const;

 private:
  struct Entry {
    std::string rule;
    std::string glob;
    std::size_t line = 0;
    bool used = false;
  };
  std::string path_;
  std::vector<Entry> entries_;
};

// What an entry is matched against.
void add_texts(std::span<const model::Site> stack, std::set<std::string>& texts);
std::set<std::string> texts_of(const model::Finding& finding);

}  // namespace lockweave::cli
