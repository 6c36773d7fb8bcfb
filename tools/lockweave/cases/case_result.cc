// tools/lockweave/cases/case_result.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/cases/case_result.h"

#include <fmt/core.h>

#include <algorithm>

#include "report/text.h"

namespace lockweave::cli {
namespace {

std::string lines_text(const std::set<std::uint32_t>& lines, std::string_view separator) {
  std::vector<std::string> texts;
  for (const std::uint32_t line : lines) texts.push_back(std::to_string(line));
  return joined(texts, separator);
}

std::string missing_text(const std::string& rule, const std::set<std::uint32_t>& lines) {
  const bool anywhere = lines.size() == 1 && *lines.begin() == 0;
  return anywhere ? rule : fmt::format("{} at line {}", rule, lines_text(lines, " or "));
}

std::string spot_text(const Spot& spot) {
  return spot.line == 0 ? spot.rule : fmt::format("{} {}", spot.rule, spot.line);
}

std::string or_silent(const std::vector<std::string>& parts) {
  return parts.empty() ? "silent" : joined(parts, ", ");
}

}  // namespace

Difference difference_between(const Wish& wish, const std::vector<CaseFinding>& found) {
  Difference difference;
  difference.unexpected = found;
  const auto take = [&](const std::string& rule, const std::set<std::uint32_t>& lines) {
    auto& rest = difference.unexpected;
    const auto hit = std::find_if(rest.begin(), rest.end(), [&](const CaseFinding& one) {
      return one.spot.rule == rule && lines.contains(one.spot.line);
    });
    if (hit == rest.end()) {
      difference.missing.push_back(missing_text(rule, lines));
    } else {
      rest.erase(hit);
    }
  };
  for (const Spot& spot : wish.exact) take(spot.rule, {spot.line});
  for (const auto& [rule, lines] : wish.either) take(rule, lines);
  return difference;
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::as_expected: return "ok";
    case Verdict::differs: return "DIFFERS";
    case Verdict::not_run: return "later";
    case Verdict::tool_failed: return "FAILED";
  }
  return "";
}

Verdict HalfResult::verdict() const {
  const auto failed = [](const CaseRun& run) { return run.tool_failed; };
  const auto good = [](const CaseRun& run) { return run.as_expected(); };
  if (runs.empty()) return Verdict::not_run;
  if (std::any_of(runs.begin(), runs.end(), failed)) return Verdict::tool_failed;
  return std::all_of(runs.begin(), runs.end(), good) ? Verdict::as_expected : Verdict::differs;
}

const CaseRun& HalfResult::telling() const {
  const auto bad =
      std::find_if(runs.begin(), runs.end(), [](const CaseRun& run) { return !run.as_expected(); });
  static const CaseRun none;
  if (runs.empty()) return none;
  return bad == runs.end() ? runs.front() : *bad;
}

std::size_t HalfResult::runs_that_differ() const {
  return static_cast<std::size_t>(std::count_if(
      runs.begin(), runs.end(), [](const CaseRun& run) { return !run.as_expected(); }));
}

Verdict CaseResult::verdict() const {
  if (!analyzer) return runtime.verdict();
  // Only the analyzer was asked.
  if (runtime.runs.empty() && runtime.later.empty()) return analyzer->verdict();
  return std::max(runtime.verdict(), analyzer->verdict());
}

std::string to_text(const Wish& wish) {
  std::vector<std::string> parts;
  for (const Spot& spot : wish.exact) parts.push_back(spot_text(spot));
  for (const auto& [rule, lines] : wish.either) {
    parts.push_back(fmt::format("{} {}", rule, lines_text(lines, "|")));
  }
  return or_silent(parts);
}

std::string to_text(const std::vector<CaseFinding>& found) {
  std::vector<std::string> parts;
  for (const CaseFinding& one : found) parts.push_back(spot_text(one.spot));
  return or_silent(parts);
}

}  // namespace lockweave::cli
