// tools/lockweave/commands/explain.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `lockweave explain [RULE]`: the catalogue's text of a rule; without one, the list of all.
#include <fmt/core.h>
#include <unistd.h>

#include "model/rule_catalog.h"
#include "report/exit_code.h"
#include "report/text.h"
#include "tools/lockweave/commands/options.h"
#include "tools/lockweave/commands/reporting.h"

namespace lockweave::cli {
namespace {

constexpr std::size_t kTextWidth = 88;

void print_section(const Pen& pen, std::string_view title, std::string_view text) {
  if (text.empty()) return;
  fmt::print("\n{}\n", pen(Ink::bold, title));
  for (const std::string& line : wrapped(text, kTextWidth)) fmt::print("  {}\n", line);
}

void print_code(const Pen& pen, std::string_view code) {
  if (code.empty()) return;
  fmt::print("\n{}\n", pen(Ink::bold, "Example"));
  while (code.ends_with('\n')) code.remove_suffix(1);
  for (const std::string& line : split(code, '\n')) {
    fmt::print("{}\n", line.empty() ? std::string() : "    " + line);
  }
}

std::string found_by(const model::Rule& rule) {
  std::vector<std::string> ways;
  if (rule.by_runtime) ways.push_back("the runtime (lockweave run)");
  if (rule.by_analyzer) ways.push_back("the analyzer (lockweave analyze)");
  std::string text = listed(ways);
  if (rule.needs_accesses) {
    text += "; the runtime needs a build with lockweave-c++, or lockweave::shared<T>";
  }
  return text;
}

void print_rule(const Pen& pen, const model::Rule& rule) {
  const std::string_view level = model::to_string(rule.level);
  fmt::print("{}: {}\n", pen(Pen::of(rule.level), fmt::format("{}[{}]", level, rule.id)),
             pen(Ink::bold, rule.title));
  print_section(pen, "Meaning", rule.meaning);
  print_section(pen, "Place", rule.place);
  print_code(pen, rule.example);
  print_section(pen, "Fix", rule.fix);
  print_section(pen, "What it can miss", rule.misses);
  print_section(pen, "Found by", found_by(rule));
}

void print_list(const Pen& pen) {
  std::size_t width = 0;
  for (const model::Rule& rule : model::all_rules()) width = std::max(width, rule.id.size());
  for (const model::Rule& rule : model::all_rules()) {
    const std::string blanks(width - rule.id.size() + 2, ' ');
    fmt::print("{}{}{}\n", pen(Pen::of(rule.level), rule.id), blanks, rule.title);
  }
  fmt::print("\n`lockweave explain RULE` says more.\n");
}

}  // namespace

int explain_command(const ExplainOptions& options) {
  const Pen pen(screen_of(STDOUT_FILENO, options.color).color);
  if (options.rule.empty()) {
    print_list(pen);
    return kClean;
  }
  const model::Rule* rule = model::find_rule(options.rule);
  if (rule == nullptr) {
    complain(fmt::format("there is no rule {}", ticked(options.rule)),
             fmt::format("did you mean {}? `lockweave explain` lists all rules",
                         ticked(model::nearest_rule(options.rule))));
    return kUsage;
  }
  print_rule(pen, *rule);
  return kClean;
}

}  // namespace lockweave::cli
