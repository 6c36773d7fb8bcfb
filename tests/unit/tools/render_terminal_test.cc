// tests/unit/tools/render_terminal_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Golden texts are in golden/; LOCKWEAVE_UPDATE_GOLDEN=1 writes them anew.
#include "report/render_terminal.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>

#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

std::string normalised(const std::string& text) {
  return std::regex_replace(text, std::regex("fingerprint [0-9a-f]{16}"), "fingerprint HASH");
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(GOLDEN_FOLDER) + "/" + name;
  if (std::getenv("LOCKWEAVE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << normalised(text);
  std::ifstream file(path);
  const std::string golden((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(golden, normalised(text));
}

TerminalStyle style(std::size_t width) {
  TerminalStyle made;
  made.screen.width = width;
  made.folder = "/opt/sample";
  return made;
}

Scenario opposite_orders() {
  Scenario scenario;
  add_opposite_orders(scenario.process());
  return scenario;
}

TEST(RenderTerminal, OneThreadBelowTheOther) {
  expect_golden("cycle.txt", render_terminal(opposite_orders().results(), style(100)));
}

TEST(RenderTerminal, ThreadsSideBySide) {
  expect_golden("cycle_wide.txt", render_terminal(opposite_orders().results(), style(160)));
}

TEST(RenderTerminal, NotesAndFilteredCycles) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id a = process.object("a");
  const model::Id b = process.object("b");
  process.take(1, b, "f bank.cc:2", process.take(1, a, "f bank.cc:1"));
  process.take(1, a, "g bank.cc:4", process.take(1, b, "g bank.cc:3"));
  process.lost("observations", 2);
  TerminalStyle all = style(100);
  all.all = true;
  expect_golden("filtered.txt", render_terminal(scenario.results(), all));
}

TEST(RenderTerminal, CleanIsOneLine) {
  Scenario scenario;
  scenario.process();
  EXPECT_EQ(render_terminal(scenario.results(), style(100)),
            "lockweave: no findings in 1 process\n");
}

TEST(RenderTerminal, QuietIsOneLine) {
  TerminalStyle quiet = style(100);
  quiet.quiet = true;
  EXPECT_EQ(render_terminal(opposite_orders().results(), quiet),
            "lockweave: 1 error in 1 process\n");
}

TEST(RenderTerminal, ColourAddsNothingButColour) {
  const Results results = opposite_orders().results();
  TerminalStyle coloured = style(160);
  coloured.screen.color = true;
  const std::string plain = render_terminal(results, style(160));
  const std::string text = render_terminal(results, coloured);
  EXPECT_NE(text, plain);
  EXPECT_EQ(std::regex_replace(text, std::regex("\033\\[[0-9;]*m"), ""), plain);
}

TEST(RenderTerminal, WhatWasPrintedIsNotToldTwice) {
  Results results = opposite_orders().results();
  results.already_printed.insert(results.findings[0].fingerprint);
  TerminalStyle after_run = style(100);
  after_run.skip_printed = true;
  const std::string text = render_terminal(results, after_run);
  EXPECT_NE(text.find("shown in full above"), std::string::npos);
  EXPECT_EQ(text.find("wants `b`\n"), std::string::npos);
}

TEST(RenderTerminal, ShowsTheSourceLine) {
  const std::string path = testing::TempDir() + "snippet.cc";
  std::ofstream(path) << "void f() {\n\tmu.lock();\n}\n";
  Results results;
  model::Finding& finding = results.findings.emplace_back();
  finding.rule = "lock-leak";
  finding.level = model::Level::warning;
  model::Site site;
  site.file = path;
  site.line = 2;
  site.column = 10;  // of the closing parenthesis
  finding.flows.push_back({"main thread", "", {}, {{"takes `mu`", {site}, {}}}});
  const std::string text = render_terminal(results, style(100));
  EXPECT_NE(text.find("2 |     mu.lock();\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  |     ^^^^^^^^^\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace lockweave::cli::test
