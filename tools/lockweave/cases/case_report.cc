// tools/lockweave/cases/case_report.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/cases/case_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "report/text.h"
#include "report/visible.h"

namespace lockweave::cli {
namespace {

using Row = std::array<std::string, 7>;
constexpr std::size_t kColumns = std::tuple_size_v<Row>;

// One row a program and outcome: forms that agree share it.
struct Line {
  const CaseResult* of = nullptr;
  std::vector<std::string> forms;
};

std::string found_text(const HalfResult& half) {
  return half.runs.empty() ? "not run" : to_text(half.telling().found);
}

std::string analyzer_text(const CaseResult& result) {
  return result.analyzer ? found_text(*result.analyzer) : "-";
}

bool same_outcome(const CaseResult& a, const CaseResult& b) {
  return a.of.source == b.of.source && a.verdict() == b.verdict() &&
         found_text(a.runtime) == found_text(b.runtime) && analyzer_text(a) == analyzer_text(b);
}

std::vector<Line> lines_of(const std::vector<CaseResult>& results) {
  std::vector<Line> lines;
  for (const CaseResult& one : results) {
    const auto same = std::find_if(lines.begin(), lines.end(), [&one](const Line& line) {
      return same_outcome(*line.of, one);
    });
    if (same == lines.end()) {
      lines.push_back({&one, {one.of.form}});
    } else {
      same->forms.push_back(one.of.form);
    }
  }
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return std::tie(a.of->of.topic, a.of->of.name) < std::tie(b.of->of.topic, b.of->of.name);
  });
  return lines;
}

// "std" where all compilers of the form agree, else "std-gcc".
std::string forms_text(const Line& line) {
  std::map<std::string, std::vector<std::string>> by_form;
  for (const std::string& one : line.forms) by_form[one.substr(0, one.find('-'))].push_back(one);
  std::vector<std::string> parts;
  for (const auto& [form, compiled] : by_form) {
    parts.push_back(compiled.size() > 1 ? form : compiled.front());
  }
  return joined(parts, ", ");
}

// Of the runtime, and after a stroke of the analyzer where it is another.
std::string expected_text(const CaseResult& result) {
  const Expectation& expectation = result.of.expectation;
  const std::string runtime = to_text(expectation.runtime);
  const std::string analyzer = to_text(expectation.analyzer);
  return !result.analyzer || runtime == analyzer ? runtime : runtime + " / " + analyzer;
}

std::string verdict_text(const CaseResult& result) {
  std::string text(to_string(result.verdict()));
  const std::size_t runs = result.runtime.runs.size();
  const std::size_t bad = result.runtime.runs_that_differ();
  if (runs > 1 && bad != 0) text += fmt::format(" {}/{}", bad, runs);
  return text;
}

Ink ink_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::as_expected: return Ink::green;
    case Verdict::not_run: return Ink::yellow;
    case Verdict::differs:
    case Verdict::tool_failed: return Ink::red;
  }
  return Ink::plain;
}

std::vector<std::pair<Row, Verdict>> rows_of(const std::vector<CaseResult>& results) {
  std::vector<std::pair<Row, Verdict>> rows;
  std::string topic;
  std::string name;
  for (const Line& line : lines_of(results)) {
    const Case& of = line.of->of;
    const bool new_topic = of.topic != topic;
    const bool new_name = new_topic || of.name != name;
    topic = of.topic;
    name = of.name;
    rows.push_back(
        {{new_topic ? topic : "", new_name ? name : "", forms_text(line), expected_text(*line.of),
          found_text(line.of->runtime), analyzer_text(*line.of), verdict_text(*line.of)},
         line.of->verdict()});
  }
  return rows;
}

std::string table(const std::vector<CaseResult>& results, const Screen& screen) {
  const Pen pen(screen.color);
  const Row head{"topic", "program", "form", "expected", "runtime", "analyzer", "verdict"};
  const auto rows = rows_of(results);
  std::array<std::size_t, kColumns> widths{};
  for (std::size_t i = 0; i < kColumns; ++i) {
    widths[i] = columns(head[i]);
    for (const auto& [row, verdict] : rows) widths[i] = std::max(widths[i], columns(row[i]));
  }
  const auto put = [&widths](const Row& row, const auto& paint) {
    std::string text;
    for (std::size_t i = 0; i + 1 < kColumns; ++i)
      text += fmt::format("{:<{}}  ", row[i], widths[i]);
    return text + paint(row.back()) + "\n";
  };
  std::string text = put(head, [](const std::string& last) { return last; });
  for (const auto& [row, verdict] : rows) {
    const Ink ink = ink_of(verdict);
    text += put(row, [&pen, ink](const std::string& last) { return pen(ink, last); });
  }
  return text;
}

// The end of what it printed: enough to see why a program did not run as it should.
std::string tail(const std::string& output) {
  constexpr std::size_t kLines = 12;
  std::vector<std::string> lines = split(trimmed(output), '\n');
  if (lines.size() > kLines) lines.erase(lines.begin(), lines.end() - kLines);
  std::string text;
  for (const std::string& line : lines) text += "  | " + visible(line) + "\n";
  return text;
}

std::string account_of_half(const HalfResult& half, std::string_view name) {
  if (half.verdict() < Verdict::differs) return {};
  const CaseRun& run = half.telling();
  std::string text;
  const std::size_t runs = half.runs.size();
  if (runs > 1) {
    text += fmt::format("  {} of {} runs differ; one of them:\n", half.runs_that_differ(), runs);
  }
  for (const std::string& one : run.difference.missing) {
    text += fmt::format("  {}: expected but not found: {}\n", name, one);
  }
  for (const CaseFinding& one : run.difference.unexpected) {
    const std::string place =
        one.file.empty() ? "nowhere" : fmt::format("{}:{}", base_name(one.file), one.line);
    text += fmt::format("  {}: found but not expected: {} at {}: {}\n", name, one.spot.rule, place,
                        visible(one.message));
  }
  for (const std::string& complaint : run.complaints) {
    text += fmt::format("  {}: {}\n", name, visible(complaint));
  }
  const bool told_by_difference = run.complaints.empty() && !run.tool_failed;
  return told_by_difference ? text : text + tail(run.output);
}

std::string account_of(const Line& line, const Pen& pen) {
  const CaseResult& result = *line.of;
  std::string text = fmt::format(
      "\n{} {}/{}: {}\n  {}\n", pen(Ink::red, to_string(result.verdict())), result.of.topic,
      result.of.name, joined(line.forms, ", "), below(result.of.source, current_folder()));
  text += account_of_half(result.runtime, "runtime");
  if (result.analyzer) text += account_of_half(*result.analyzer, "analyzer");
  return text;
}

std::map<Verdict, std::size_t> count(const std::vector<CaseResult>& results) {
  std::map<Verdict, std::size_t> counts;
  for (const CaseResult& one : results) ++counts[one.verdict()];
  return counts;
}

std::string summary(const std::vector<CaseResult>& results) {
  auto counts = count(results);
  std::string text = fmt::format("lockweave: {}: {} as expected", counted(results.size(), "case"),
                                 counts[Verdict::as_expected]);
  if (const auto n = counts[Verdict::differs]; n != 0) text += fmt::format(", {} not", n);
  if (const auto n = counts[Verdict::tool_failed]; n != 0) text += fmt::format(", {} failed", n);
  if (const auto n = counts[Verdict::not_run]; n != 0) {
    text += fmt::format(", {} not run yet", n);
  }
  return text + "\n";
}

}  // namespace

std::string render_cases(const std::vector<CaseResult>& results, const Screen& screen, bool quiet) {
  const Pen pen(screen.color);
  std::string text = quiet ? std::string() : table(results, screen);
  for (const Line& line : lines_of(results)) {
    if (line.of->verdict() >= Verdict::differs) text += account_of(line, pen);
  }
  return text + (text.empty() ? "" : "\n") + summary(results);
}

}  // namespace lockweave::cli
