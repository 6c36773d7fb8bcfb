// tests/unit/tools/visible_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/visible.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/baseline.h"
#include "report/render_json.h"
#include "report/render_sarif.h"
#include "report/render_terminal.h"
#include "report/results.h"

namespace lockweave::cli::test {
namespace {

TEST(Visible, WhatCanBeSeenStays) {
  for (const char* text : {"", "a::b<int>(c const&)", "/tmp/a b.cc:3", "größe", "锁", "C:\\x"}) {
    EXPECT_EQ(visible(text), text);
  }
}

TEST(Visible, WhatATerminalWouldActOnIsShown) {
  EXPECT_EQ(visible("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(visible("\033]0;title\007"), "\\x1b]0;title\\x07");
  EXPECT_EQ(visible(std::string_view("a\0b\x7f", 4)), "a\\x00b\\x7f");
  EXPECT_EQ(visible("\xc2\x9b"
                    "31m"),
            "\\u{9b}31m");
  EXPECT_EQ(visible("x\u202ey\u2066z\u2028"), "x\\u{202e}y\\u{2066}z\\u{2028}");
  EXPECT_EQ(visible("a\xff\xc3"), "a\\xff\\xc3");
}

// GitHub and Azure look for them anywhere in a line.
TEST(Visible, CommandsOfBuildServicesAreShown) {
  EXPECT_EQ(visible("a##[error]b"), "a\\x23#[error]b");
  EXPECT_EQ(visible("##vso[task.setvariable variable=PATH]x"),
            "\\x23#vso[task.setvariable variable=PATH]x");
  EXPECT_EQ(visible("###[x]##teamcity[y]##["), "#\\x23#[x]\\x23#teamcity[y]\\x23#[");
  EXPECT_EQ(visible("a ## b[0] ##vs #[x] ##"), "a ## b[0] ##vs #[x] ##");
}

TEST(Visible, TwiceIsAsOnce) {
  const std::string once = visible("a\n\033\xff\u202e##[x]###vso[");
  EXPECT_EQ(visible(once), once);
}

constexpr const char* kEvil = "evil\n::error::x\033[31m\u202e\xff";

model::Finding evil_finding() {
  model::Finding finding;
  finding.rule = "double-lock";
  finding.message = finding.hint = kEvil;
  finding.place.file = finding.place.function = kEvil;
  finding.place.line = 3;
  finding.locks = finding.seen_in = {kEvil, kEvil};
  finding.fingerprint = "0123456789abcdef";
  model::FlowStep step;
  step.action = model::Action::wants;
  step.object = step.other = kEvil;
  step.stack = {finding.place, finding.place};
  step.held = {{kEvil, model::Mode::exclusive, {finding.place}}};
  model::FlowStep worded;
  worded.text = kEvil;
  finding.flows = {{kEvil, kEvil, {finding.place}, {step, worded}}};
  return finding;
}

void expect_tame(const std::string& text) {
  for (const char c : text) {
    EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << static_cast<int>(c);
  }
  EXPECT_EQ(text.find("\n::error"), std::string::npos);
  EXPECT_NE(text.find("evil\\n::error::x\\x1b[31m"), std::string::npos);
}

TEST(Visible, EverythingTheTerminalShowsIs) {
  Results results;
  results.findings = {evil_finding()};
  results.low_confidence = {evil_finding()};
  results.filtered = {{evil_finding(), kEvil}};
  results.notes = {{"unreadable-input", model::Level::error, kEvil, kEvil}};
  TerminalStyle style;
  style.all = true;
  style.records_in = kEvil;
  expect_tame(render_terminal(results, style));
  results.comparison.emplace();
  results.comparison->known.insert(results.findings[0].fingerprint);
  results.comparison->absent = {{"fedcba9876543210", kEvil, model::Level::error, kEvil, {}}};
  expect_tame(render_terminal(results, style));
}

TEST(Visible, JsonIs) {
  Results results;
  results.findings = {evil_finding()};
  results.findings[0].message += "\x7f\xc2\x9b";
  for (const std::string& text : {render_json(results), render_sarif(results, "/")}) {
    constexpr const char* kOverride = "\xe2\x80\xae";  // U+202E
    for (const char* raw : {"\x7f", "\xc2\x9b", kOverride}) {
      EXPECT_EQ(text.find(raw), std::string::npos);
    }
    const std::string values = nlohmann::json::parse(text).dump();
    EXPECT_NE(values.find(kOverride), std::string::npos);
  }
}

TEST(Visible, TheBaselineIs) {
  Baseline baseline;
  baseline.accept(evil_finding(), "/");
  const std::string text = baseline.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f));
}

}  // namespace
}  // namespace lockweave::cli::test
