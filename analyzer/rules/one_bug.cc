// analyzer/rules/one_bug.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/one_bug.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "model/rule_catalog.h"

namespace lockweave::analyzer::rules {
namespace {

using model::Confidence;
using model::Finding;

using Line = std::pair<std::string, std::uint32_t>;

Line line_of(const model::Site& site) { return {site.file, site.line}; }

// Where each step of the story happens.
std::set<Line> lines_of_steps(const Finding& finding) {
  std::set<Line> lines{line_of(finding.place)};
  for (const model::Flow& flow : finding.flows) {
    for (const model::FlowStep& step : flow.steps) {
      if (!step.stack.empty()) lines.insert(line_of(step.stack.front()));
    }
  }
  return lines;
}

std::set<Line> lines_shown(const Finding& finding) {
  std::set<Line> lines = lines_of_steps(finding);
  for (const model::Flow& flow : finding.flows) {
    for (const model::FlowStep& step : flow.steps) {
      for (const model::HeldLock& held : step.held) {
        if (!held.stack.empty()) lines.insert(line_of(held.stack.front()));
      }
    }
  }
  return lines;
}

// Of one variable the better account: `by` tells what `rule` would tell at its place.
bool replaces(std::string_view by, std::string_view rule) {
  const bool race = rule == "data-race" || rule == "inconsistent-locking";
  if (by == "lost-wakeup") return race || rule == "volatile-as-sync";
  if (by == "double-checked-locking") {
    return race || rule == "write-under-shared-lock" || rule == "volatile-as-sync";
  }
  // A thread that waits for one that waits for the lock: told where the wait is.
  if (by == "double-lock") return rule == "callback-under-lock";
  return by == "queue-imbalance" && rule == "blocking-under-lock";
}

// A second account of one place under the same rule that is only a guess.
bool is_guess_beside(const Finding& guess, const Finding& other) {
  return guess.rule == other.rule && guess.confidence == Confidence::low &&
         other.confidence != Confidence::low;
}

bool comes_first(const Finding& a, const Finding& b) {
  const auto key = [](const Finding& finding) {
    return std::tie(finding.place.file, finding.place.line, finding.place.column, finding.rule,
                    finding.fingerprint, finding.message);
  };
  return key(a) < key(b);
}

void merge_equal(Findings& findings) {
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    if (a.fingerprint != b.fingerprint) return a.fingerprint < b.fingerprint;
    if (a.confidence != b.confidence) return a.confidence > b.confidence;
    return comes_first(a, b);
  });
  // Two files may have functions of one name: their bugs are two.
  std::set<std::pair<std::string, std::string>> known;
  std::erase_if(findings, [&](const Finding& finding) {
    return !known.emplace(finding.fingerprint, finding.place.file).second;
  });
}

void drop_replaced(Findings& findings) {
  std::multimap<Line, const Finding*> by_place;
  for (const Finding& finding : findings) by_place.emplace(line_of(finding.place), &finding);
  std::vector<bool> out;
  for (const Finding& finding : findings) {
    bool replaced = false;
    for (const Line& line : lines_of_steps(finding)) {
      const auto [from, to] = by_place.equal_range(line);
      replaced = replaced || std::any_of(from, to, [&](const auto& entry) {
                   const Finding& other = *entry.second;
                   if (other.confidence != Confidence::low && replaces(other.rule, finding.rule)) {
                     return true;
                   }
                   return line == line_of(finding.place) && is_guess_beside(finding, other);
                 });
    }
    out.push_back(replaced);
  }
  Findings kept;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (!out[i]) kept.push_back(std::move(findings[i]));
  }
  findings = std::move(kept);
}

std::string told_place(const Line& line) { return line.first + ":" + std::to_string(line.second); }

}  // namespace

void keep_one_of_each_bug(Findings& findings) {
  merge_equal(findings);
  drop_replaced(findings);
  std::sort(findings.begin(), findings.end(), comes_first);
}

void apply_ignores(const link::Program& program, Verdict& verdict) {
  struct Comment {
    Line speaks_of;
    Line written;
    std::string rule;
    bool used = false;
    auto key() const { return std::tie(written, rule, speaks_of); }
  };
  std::vector<Comment> comments;
  for (const summary::Unit& unit : program.units) {
    const auto file = [&](const summary::Place& place) {
      return place.file == 0 || place.file > unit.files.size() ? unit.source
                                                               : unit.files[place.file - 1];
    };
    for (const summary::Ignore& ignore : unit.ignores) {
      comments.push_back({{file(ignore.place), ignore.place.line},
                          {file(ignore.comment), ignore.comment.line},
                          ignore.rule,
                          false});
    }
  }
  // A header's comments come with every unit that includes it.
  std::sort(comments.begin(), comments.end(),
            [](const Comment& a, const Comment& b) { return a.key() < b.key(); });
  comments.erase(std::unique(comments.begin(), comments.end(),
                             [](const Comment& a, const Comment& b) { return a.key() == b.key(); }),
                 comments.end());

  std::multimap<Line, Comment*> by_line;
  for (Comment& comment : comments) by_line.emplace(comment.speaks_of, &comment);
  const auto covered = [&](const Finding& finding) {
    bool any = false;
    for (const Line& line : lines_shown(finding)) {
      const auto [from, to] = by_line.equal_range(line);
      for (auto at = from; at != to; ++at) {
        if (at->second->rule != "*" && at->second->rule != finding.rule) continue;
        at->second->used = any = true;
      }
    }
    return any;
  };
  verdict.ignored += std::erase_if(verdict.findings, covered);
  std::erase_if(verdict.filtered, [&](const auto& entry) { return covered(entry.first); });
  for (const Comment& comment : comments) {
    const bool known = comment.rule == "*" || model::find_rule(comment.rule) != nullptr;
    if (!known) {
      verdict.remarks.push_back(told_place(comment.written) + ": there is no rule `" +
                                comment.rule + "`; did you mean `" +
                                std::string(model::nearest_rule(comment.rule)) + "`?");
    } else if (!comment.used) {
      verdict.remarks.push_back(told_place(comment.written) + ": ignore(" + comment.rule +
                                ") covers nothing");
    }
  }
}

}  // namespace lockweave::analyzer::rules
