// report/baseline.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The baseline: findings that are accepted, as a text file that people review and version control
// merges. docs/gate.md shows one.
//
//     lockweave-baseline 1
//     # Comments are kept: above an entry they belong to it, all others stand at the top.
//     5e0c7b1f9a3d2468 lock-order-cycle error src/bank.cc:42: `a` and `b` are taken in ...
//     9a3d24685e0c7b1f data-race error [0123456789abcdef] src/bank.cc:7: thread 0.1 reads ...
//
// An entry is its fingerprint. Rule, level and, of an entry about a variable, its access keys tell the
// same bug where luck tells it by another rule (comparison.h); the text behind them is for people.
// Entries are sorted by fingerprint, and one that stays is not rewritten, so a difference shows what
// came and what went, and nothing else. Lines may end in CR LF. An empty file is an empty baseline.
// Thread-safety: none. Two processes that update one file: the later one wins, whole.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"
#include "model/record_reader.h"

namespace lockweave::cli {

struct BaselineEntry {
  std::string fingerprint;
  std::string rule;
  model::Level level = model::Level::warning;
  std::string text;  // "src/bank.cc:42: what happens", as it was when it was accepted
  std::vector<std::string> comments;
  std::vector<std::string> accesses{};  // of a finding about a variable: its access keys
};

class Baseline {
 public:
  static constexpr int kVersion = 1;

  // Errors: nothing, and `error` holds file, line, what is wrong and what to do.
  static std::optional<Baseline> load(const std::string& path, model::ReadError& error);
  static std::optional<Baseline> parse(std::string_view text, const std::string& path,
                                       model::ReadError& error);

  bool contains(const std::string& fingerprint) const { return entries_.contains(fingerprint); }
  const std::map<std::string, BaselineEntry>& entries() const { return entries_; }
  // "FILE:LINE: ..." about lines that were passed over.
  const std::vector<std::string>& remarks() const { return remarks_; }

  // Keeps an entry that is there already, unless its rule or level is another one now.
  void accept(const model::Finding& finding, std::string_view folder);
  void remove(const std::string& fingerprint) { entries_.erase(fingerprint); }
  // Accepts the finding in place of a lesser account of it, whose comments it gets.
  void replace(const std::string& fingerprint, const model::Finding& finding,
               std::string_view folder);

  std::string text() const;

 private:
  void add(BaselineEntry entry, const std::string& path, std::size_t number);

  std::vector<std::string> head_;  // comments that belong to no entry
  std::map<std::string, BaselineEntry> entries_;
  std::vector<std::string> remarks_;
};

// Replaces the file as a whole: a reader sees the old or the new one. A link is followed.
// Returns an empty text or what went wrong.
std::string replace_file(const std::string& path, std::string_view text);

}  // namespace lockweave::cli
