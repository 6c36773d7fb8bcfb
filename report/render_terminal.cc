// report/render_terminal.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/render_terminal.h"

#include <fmt/core.h>

#include <algorithm>

#include "model/rule_catalog.h"
#include "report/messages.h"
#include "report/snippet.h"
#include "report/text.h"
#include "report/visible.h"

namespace lockweave::cli {
namespace {

using model::Finding;
using model::Level;
using model::Site;
using Lines = std::vector<std::string>;

constexpr std::size_t kTwoColumnsFrom = 120;
constexpr std::size_t kCallersMax = 6;
constexpr std::string_view kColumnGap = " | ";

class Renderer {
 public:
  explicit Renderer(const TerminalStyle& style) : style_(style), pen_(style.screen.color) {}

  std::string all(const Results& results);

 private:
  void finding(const Finding& told, bool headline_only);
  void headline(const Finding& finding);
  void flows(const Finding& finding);
  void closing(const Finding& finding);
  void known(const Finding& told, const Comparison& comparison);
  void worse_than_accepted(const Finding& finding, const Comparison& comparison);
  void absent(const Comparison& comparison);
  void filtered(const FilteredCycle& cycle);
  void notes(const Results& results);
  void summary(const Results& results);

  Lines flow(const model::Flow& flow, std::size_t first_number, Ink mark);
  void step(const model::Flow& flow, std::size_t index, std::size_t number, Ink mark, Lines& lines);
  void held(const model::Flow& flow, std::size_t index, Lines& lines);
  void source(const Site& site, Ink mark, Lines& lines);
  void callers(const std::vector<Site>& stack, Lines& lines);
  std::string place(const Site& site) const;
  std::string function(const Site& site) const;

  void put(std::string_view line) {
    out_ += line;
    out_ += '\n';
  }

  const TerminalStyle& style_;
  Pen pen_;
  Sources sources_;
  std::string out_;
};

// ---- places ------------------------------------------------------------------------------------

std::string Renderer::place(const Site& site) const {
  if (site.file.empty()) {
    return site.module.empty() ? std::string("(unknown place)")
                               : fmt::format("{}+{}", site.module, hex(site.offset));
  }
  std::string text = below(site.file, style_.folder);
  if (site.line != 0) text += fmt::format(":{}", site.line);
  if (site.line != 0 && site.column != 0) text += fmt::format(":{}", site.column);
  return text;
}

std::string Renderer::function(const Site& site) const {
  return site.function.empty() ? std::string() : " in " + without_anonymous(site.function);
}

// ---- one step of one thread --------------------------------------------------------------------

void Renderer::source(const Site& site, Ink mark, Lines& lines) {
  const auto line = sources_.line(site.file, site.line, site.column);
  if (!line) return;
  const std::string text = visible(line->text);
  const std::string number = std::to_string(site.line);
  const std::string margin(std::max<std::size_t>(number.size(), 4), ' ');
  const std::string shown(margin.size() - number.size(), ' ');
  const std::string bar = pen_(Ink::blue, "|");
  const std::string carets(line->end - line->begin, '^');
  lines.push_back(fmt::format("  {} {}", margin, bar));
  lines.push_back(fmt::format("  {} {} {}", pen_(Ink::blue, shown + number), bar, text));
  if (text.size() != line->text.size()) return;  // the columns are not those of the source
  lines.push_back(
      fmt::format("  {} {} {}{}", margin, bar, std::string(line->begin, ' '), pen_(mark, carets)));
}

void Renderer::callers(const std::vector<Site>& stack, Lines& lines) {
  const std::size_t shown = style_.all ? stack.size() : std::min(stack.size(), kCallersMax + 1);
  for (std::size_t i = 1; i < shown; ++i) {
    lines.push_back(
        pen_(Ink::dim, fmt::format("     from {}{}", place(stack[i]), function(stack[i]))));
  }
  if (shown < stack.size()) {
    lines.push_back(pen_(Ink::dim, fmt::format("     ... and {} (--all shows them)",
                                               counted(stack.size() - shown, "more caller"))));
  }
}

void Renderer::step(const model::Flow& flow, std::size_t index, std::size_t number, Ink mark,
                    Lines& lines) {
  const model::FlowStep& step = flow.steps[index];
  lines.push_back(fmt::format("  {} {}", pen_(Ink::bold, fmt::format("{}.", number)),
                              pen_(Ink::bold, step_words(step))));
  if (!step.stack.empty()) {
    const Site& site = step.stack.front();
    lines.push_back(
        fmt::format("     {} {}{}", pen_(Ink::blue, "-->"), place(site), function(site)));
    source(site, mark, lines);
    callers(step.stack, lines);
  }
  held(flow, index, lines);
}

// Acquisitions that are steps of the raw themselves are not repeated.
void Renderer::held(const model::Flow& flow, std::size_t index, Lines& lines) {
  for (const model::HeldLock& held : flow.steps[index].held) {
    const auto shown_by = [&held](const model::FlowStep& earlier) {
      return !held.stack.empty() && earlier.stack == held.stack;
    };
    const auto here = flow.steps.begin() + static_cast<std::ptrdiff_t>(index);
    if (std::any_of(flow.steps.begin(), here, shown_by)) continue;
    const char* mode = held.mode == model::Mode::shared ? " (shared)" : "";
    const std::string since =
        held.stack.empty() ? std::string() : fmt::format(" since {}", place(held.stack.front()));
    lines.push_back(
        fmt::format("     {} holds {}{}{}", pen_(Ink::blue, "="), ticked(held.lock), mode, since));
  }
}

Lines Renderer::flow(const model::Flow& flow, std::size_t first_number, Ink mark) {
  Lines lines;
  std::string title = flow.thread;
  if (!flow.process.empty()) title += " of " + flow.process;
  lines.push_back(pen_(Ink::bold, title));
  if (!flow.created.empty()) {
    lines.push_back(pen_(Ink::dim, fmt::format("  started at {}", place(flow.created.front()))));
  }
  for (std::size_t i = 0; i < flow.steps.size(); ++i) step(flow, i, first_number + i, mark, lines);
  return lines;
}

// ---- flows, one below the other or side by side -------------------------------------------------

std::size_t width_of(const Lines& lines) {
  std::size_t width = 0;
  for (const std::string& line : lines) width = std::max(width, columns(line));
  return width;
}

Lines side_by_side(const Lines& left, const Lines& right, const std::string& gap) {
  const std::size_t width = width_of(left);
  Lines lines;
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    std::string line = i < left.size() ? left[i] : std::string();
    line.append(width - columns(line), ' ');
    line += gap;
    if (i < right.size()) line += right[i];
    while (line.ends_with(' ')) line.pop_back();
    lines.push_back(std::move(line));
  }
  return lines;
}

void Renderer::flows(const Finding& finding) {
  std::vector<Lines> blocks;
  std::size_t number = 1;
  for (const model::Flow& one : finding.flows) {
    blocks.push_back(flow(one, number, Pen::of(finding.level)));
    number += one.steps.size();
  }
  const std::string edge = pen_(Ink::blue, "  |");
  const auto show = [&](const Lines& lines) {
    put(edge);
    for (const std::string& line : lines) put(line.empty() ? edge : edge + " " + line);
  };
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const bool pair = i + 1 < blocks.size() && style_.screen.width >= kTwoColumnsFrom &&
                      width_of(blocks[i]) + width_of(blocks[i + 1]) + kColumnGap.size() + 4 <=
                          style_.screen.width;
    if (pair) {
      show(side_by_side(blocks[i], blocks[i + 1], pen_(Ink::blue, kColumnGap)));
      ++i;
    } else {
      show(blocks[i]);
    }
  }
}

// ---- a finding ----------------------------------------------------------------------------------

void Renderer::headline(const Finding& finding) {
  put(pen_(Pen::of(finding.level),
           fmt::format("{}[{}]", model::to_string(finding.level), finding.rule)) +
      pen_(Ink::bold, ": " + finding.message));
  put(fmt::format(" {} {}", pen_(Ink::blue, "-->"), place(finding.place)));
}

void Renderer::closing(const Finding& finding) {
  const std::string equals = pen_(Ink::blue, "  =");
  put(pen_(Ink::blue, "  |"));
  if (!finding.hint.empty()) {
    put(fmt::format("{} {} {}", equals, pen_(Ink::green, "help:"), finding.hint));
  }
  if (finding.seen_in.size() > 1) {
    put(fmt::format("{} {} seen in {}", equals, pen_(Ink::bold, "note:"), listed(finding.seen_in)));
  }
  const std::string explained =
      model::find_rule(finding.rule) == nullptr
          ? std::string()
          : fmt::format("`lockweave explain {}` says more; ", finding.rule);
  put(fmt::format("{} {} {}fingerprint {}, {}", equals, pen_(Ink::bold, "note:"), explained,
                  finding.fingerprint, model::to_string(finding.how)));
}

void Renderer::finding(const Finding& told, bool headline_only) {
  const Finding finding = visible(told);
  headline(finding);
  if (headline_only) {
    put(pen_(Ink::blue, "  =") + " shown in full above, when it happened");
  } else {
    flows(finding);
    closing(finding);
  }
}

std::string what_was_accepted(const BaselineEntry& entry) {
  return visible(fmt::format("{}[{}], fingerprint {}", model::to_string(entry.level), entry.rule,
                             entry.fingerprint));
}

void Renderer::known(const Finding& told, const Comparison& comparison) {
  const Finding finding = visible(told);
  std::string line =
      fmt::format("known: {}: {}: {}",
                  pen_(Pen::of(finding.level),
                       fmt::format("{}[{}]", model::to_string(finding.level), finding.rule)),
                  place(finding.place), finding.message);
  const auto accepted = comparison.accepted_as.find(told.fingerprint);
  if (accepted != comparison.accepted_as.end()) {
    line += " (accepted as " + what_was_accepted(accepted->second) + ")";
  }
  put(line);
}

void Renderer::worse_than_accepted(const Finding& finding, const Comparison& comparison) {
  const auto accepted = comparison.accepted_as.find(finding.fingerprint);
  if (accepted == comparison.accepted_as.end()) return;
  put(fmt::format("{} {} worse than accepted: the baseline has it as {}", pen_(Ink::blue, "  ="),
                  pen_(Ink::bold, "note:"), what_was_accepted(accepted->second)));
}

void Renderer::absent(const Comparison& comparison) {
  for (const BaselineEntry& entry : comparison.absent) {
    put(pen_(Ink::green, fmt::format("no longer reported: {}[{}]: ", model::to_string(entry.level),
                                     visible(entry.rule))) +
        visible(entry.text));
  }
}

void Renderer::filtered(const FilteredCycle& cycle) {
  const Finding finding = visible(cycle.finding);
  put(pen_(Ink::cyan, "filtered[" + finding.rule + "]") + ": " + finding.message);
  put(fmt::format(" {} {}", pen_(Ink::blue, "-->"), place(finding.place)));
  put(fmt::format("{} {} {}", pen_(Ink::blue, "  ="), pen_(Ink::bold, "not reported:"),
                  visible(cycle.reason)));
  put("");
}

void Renderer::notes(const Results& results) {
  for (const Note& note : results.notes) {
    put(pen_(Pen::of(note.level), std::string(model::to_string(note.level))) + ": " +
        visible(note.text));
    if (!note.remedy.empty()) put("  " + visible(note.remedy));
  }
  if (!results.notes.empty()) put("");
}

bool lost_coverage(const Results& results) {
  return std::any_of(results.notes.begin(), results.notes.end(), [](const Note& note) {
    return (note.id == "lost-coverage" || note.id == "search-limit") &&
           note.level >= model::Level::warning;
  });
}

// With a baseline: "1 new error, 2 known, 1 no longer reported".
std::string count_of_levels(const Results& results) {
  const std::string fresh = results.comparison ? "new " : "";
  Lines parts;
  for (const Level level : {Level::error, Level::warning, Level::note}) {
    const auto n = std::count_if(
        results.findings.begin(), results.findings.end(),
        [&](const Finding& one) { return one.level == level && is_new(results, one); });
    if (n > 0) {
      parts.push_back(
          counted(static_cast<std::uint64_t>(n), fresh + std::string(model::to_string(level))));
    }
  }
  // What was not seen to its end, or not whole, is not called clean.
  const bool cut = results.ended_unseen > 0 || results.ended_by_signal > 0;
  const bool partly = lost_coverage(results) || results.incomplete;
  const char* none = cut      ? "nothing found so far"
                     : partly ? "nothing found in what there is"
                              : "no findings";
  if (!results.comparison) return parts.empty() ? std::string(none) : listed(parts);
  std::string text = parts.empty() ? std::string("nothing new") : listed(parts);
  const std::size_t known = results.comparison->known.size();
  const std::size_t absent = results.comparison->absent.size();
  if (known > 0) text += fmt::format(", {} known", known);
  if (absent > 0) text += fmt::format(", {} no longer reported", absent);
  return text;
}

std::string inputs_in_words(const Results& results) {
  Lines parts;
  if (results.units > 0) {
    parts.push_back(
        fmt::format("{} ({})", counted(results.units, "unit"), counted(results.lines, "line")));
  }
  if (results.processes > 0 || (results.sarif_files == 0 && results.units == 0)) {
    parts.push_back(counted(results.processes, "process"));
  }
  if (results.sarif_files > 0) parts.push_back(counted(results.sarif_files, "SARIF file"));
  return listed(parts);
}

void Renderer::summary(const Results& results) {
  std::string line =
      fmt::format("lockweave: {} in {}", count_of_levels(results), inputs_in_words(results));
  if (results.records != results.processes) {
    line += fmt::format(" ({})", counted(results.records, "record"));
  }
  if (const std::uint64_t filtered = filtered_count(results); filtered != 0) {
    line += fmt::format("; {}{} filtered{}", results.more_filtered ? "at least " : "",
                        counted(filtered, "cycle"), style_.all ? "" : " (--all lists them)");
  }
  if (!results.low_confidence.empty()) {
    line += fmt::format("; {} of low confidence", results.low_confidence.size());
  }
  if (results.suppressed != 0) line += fmt::format("; {} suppressed", results.suppressed);
  if (results.ended_unseen > 0) {
    line += fmt::format("; {} ended unseen", counted(results.ended_unseen, "process"));
  }
  if (results.ended_by_signal > 0) {
    line += fmt::format("; {} ended by a signal", counted(results.ended_by_signal, "process"));
  }
  if (lost_coverage(results)) line += "; coverage was lost, see the warnings";
  if (results.incomplete) line += "; incomplete, some input could not be read";
  if (results.search_cut) line += "; incomplete, not all lock orders were searched";
  if (!style_.records_in.empty() && !results.findings.empty()) {
    line += fmt::format("; records in {}", visible(style_.records_in));
  }
  put(pen_(Ink::bold, line));
}

std::string Renderer::all(const Results& results) {
  if (!style_.quiet) {
    for (const Finding& one : results.findings) {
      if (!is_new(results, one)) continue;
      finding(one, style_.skip_printed && results.already_printed.contains(one.fingerprint));
      if (results.comparison) worse_than_accepted(one, *results.comparison);
      put("");
    }
    if (style_.all) {
      for (const Finding& one : results.low_confidence) {
        finding(one, false);
        put("");
      }
      for (const FilteredCycle& cycle : results.filtered) filtered(cycle);
    }
    if (results.comparison) {
      for (const Finding& one : results.findings) {
        if (!is_new(results, one)) known(one, *results.comparison);
      }
      absent(*results.comparison);
      if (results.comparison->known.size() + results.comparison->absent.size() > 0) put("");
    }
    notes(results);
  }
  summary(results);
  return std::move(out_);
}

}  // namespace

std::string render_terminal(const Results& results, const TerminalStyle& style) {
  return Renderer(style).all(results);
}

}  // namespace lockweave::cli
