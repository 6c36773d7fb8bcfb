// tests/unit/tools/case_expectation_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/cases/case_expectation.h"

#include <gtest/gtest.h>

namespace lockweave::cli {
namespace {

using Lines = std::set<std::uint32_t>;

Expectation parsed(std::string_view text, const std::string& path = "a.cc") {
  model::ReadError error;
  const auto result = parse_expectation(text, path, error);
  EXPECT_TRUE(result) << error.path << ":" << error.line << ": " << error.message;
  return result.value_or(Expectation());
}

model::ReadError error_of(std::string_view text, const std::string& path = "a.cc") {
  model::ReadError error;
  EXPECT_FALSE(parse_expectation(text, path, error)) << text;
  EXPECT_EQ(error.path, path);
  EXPECT_FALSE(error.remedy.empty());
  return error;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(CaseExpectation, SpeaksOfItsLine) {
  const Expectation one = parsed("int x;\nlock(a);  // expect: double-lock, lock-leak\n");
  EXPECT_EQ(one.runtime.exact, (std::set<Spot>{{"double-lock", 2}, {"lock-leak", 2}}));
  EXPECT_EQ(one.analyzer.exact, one.runtime.exact);
}

TEST(CaseExpectation, AboveCodeItSpeaksOfTheNextLineOfCode) {
  const Expectation one = parsed(
      "// expect-run: deadlock\n"
      "// and some prose\n"
      "\n"
      "lock(a);\n");
  EXPECT_EQ(one.runtime.exact, (std::set<Spot>{{"deadlock", 4}}));
}

TEST(CaseExpectation, HalvesAreKeptApart) {
  const Expectation one = parsed(
      "lock(a);  // expect-run: deadlock // expect-code: lock-order-cycle\n"
      "give(a);  // expect-code: local-mutex\n");
  EXPECT_EQ(one.runtime.exact, (std::set<Spot>{{"deadlock", 1}}));
  EXPECT_EQ(one.analyzer.exact, (std::set<Spot>{{"local-mutex", 2}, {"lock-order-cycle", 1}}));
}

TEST(CaseExpectation, EitherIsOneGroupARule) {
  const Expectation one = parsed(
      "lock(a);  // expect-either: lock-order-cycle\n"
      "lock(b);  // expect-either: lock-order-cycle  // expect-either-run: deadlock\n"
      "lock(c);  // expect-either-code: lock-order-cycle\n");
  EXPECT_TRUE(one.runtime.exact.empty());
  EXPECT_EQ(one.runtime.either.at("lock-order-cycle"), (Lines{1, 2}));
  EXPECT_EQ(one.runtime.either.at("deadlock"), (Lines{2}));
  EXPECT_EQ(one.analyzer.either.at("lock-order-cycle"), (Lines{1, 2, 3}));
  EXPECT_FALSE(one.analyzer.either.contains("deadlock"));
}

TEST(CaseExpectation, WhatOnlyTheAnalyzerFindsLeavesTheRuntimeSilent) {
  const Expectation one = parsed("}  // expect-code: joinable-destroyed\n");
  EXPECT_TRUE(one.runtime.silent());
  EXPECT_FALSE(one.analyzer.silent());
}

TEST(CaseExpectation, Settings) {
  const Expectation one = parsed(
      "// expect-none\n"
      "// forms: lockweave, std\n"
      "// args:  3  fast\n"
      "// exits: 134\n"
      "// later: when it is seen\n"
      "int main() {}\n");
  EXPECT_TRUE(one.runtime.silent());
  EXPECT_EQ(one.forms, (std::vector<std::string>{"lockweave", "std"}));
  EXPECT_EQ(one.arguments, (std::vector<std::string>{"3", "fast"}));
  EXPECT_EQ(one.exit_code, 134);
  EXPECT_EQ(one.later, "when it is seen");
  EXPECT_FALSE(one.rules_only);
}

TEST(CaseExpectation, ProseIsLeftAlone) {
  const Expectation one = parsed(
      "// args and forms of a dance, later also exits\n"
      "// note: nothing is expected of http://example.org // or here\n"
      "int main() {}  // expect-none\n");
  EXPECT_TRUE(one.runtime.silent());
  EXPECT_TRUE(one.arguments.empty());
}

TEST(CaseExpectation, ScriptsNameRulesOnly) {
  const Expectation one = parsed("# finds: deadlock\nimport threading\n", "a.py");
  EXPECT_TRUE(one.rules_only);
  EXPECT_EQ(one.runtime.exact, (std::set<Spot>{{"deadlock", 0}}));
  EXPECT_TRUE(one.analyzer.silent());
  EXPECT_TRUE(parsed("# finds-none\n", "a.py").runtime.silent());
}

TEST(CaseExpectation, CarriageReturnsAndAMissingLastNewline) {
  const Expectation one = parsed("lock(a);  // expect: double-lock\r\nint x;\r\n// prose");
  EXPECT_EQ(one.runtime.exact, (std::set<Spot>{{"double-lock", 1}}));
}

TEST(CaseExpectationErrors, UnknownRuleNamesTheNearest) {
  const model::ReadError error = error_of("\nlock(a);  // expect: lock-ordr-cycle\n");
  EXPECT_EQ(error.line, 2u);
  EXPECT_TRUE(has(error.message, "`lock-ordr-cycle`"));
  EXPECT_TRUE(has(error.remedy, "`lock-order-cycle`"));
}

TEST(CaseExpectationErrors, WordsThatAreNoDirective) {
  EXPECT_TRUE(has(error_of("f();  // expect-runtime: deadlock\n").message, "`expect-runtime`"));
  EXPECT_TRUE(has(error_of("f();  // expected: deadlock\n").remedy, "expect-either-run"));
  EXPECT_TRUE(has(error_of("f();  // expct: deadlock\n").message, "`expct`"));
  EXPECT_TRUE(has(error_of("f();  // finds: deadlock\n").message, "`finds`"));
  EXPECT_TRUE(has(error_of("# expect: deadlock\nf()\n", "a.py").message, "`expect`"));
}

TEST(CaseExpectationErrors, MalformedDirectives) {
  EXPECT_TRUE(has(error_of("f();  // expect deadlock\n").message, "colon"));
  EXPECT_TRUE(has(error_of("f();  // expect:\n").message, "no value"));
  EXPECT_TRUE(has(error_of("f();  // expect: lock-leak,\n").message, "no rule"));
  EXPECT_TRUE(has(error_of("// expect-none: really\n").message, "no value"));
  EXPECT_TRUE(has(error_of("f();  // expect: lock-leak, lock-leak\n").message, "twice"));
  EXPECT_TRUE(has(error_of("// exits: soon\n").message, "`soon`"));
  EXPECT_TRUE(has(error_of("// exits: 0\n").message, "`0`"));
  EXPECT_TRUE(has(error_of("// exits: 256\n").message, "`256`"));
  EXPECT_TRUE(has(error_of("// forms: boost\n").message, "`boost`"));
  EXPECT_TRUE(has(error_of("f();\n// expect: lock-leak\n").message, "no line of code"));
}

TEST(CaseExpectationErrors, NoHalfIsAskedForWhatItCannotFind) {
  EXPECT_TRUE(has(error_of("f();  // expect: deadlock\n").remedy, "expect-run"));
  EXPECT_TRUE(has(error_of("f();  // expect-code: deadlock\n").message, "only the runtime"));
  EXPECT_TRUE(has(error_of("f();  // expect-either: local-mutex\n").remedy, "expect-either-code"));
  EXPECT_TRUE(has(error_of("# finds: local-mutex\nf()\n", "a.py").message, "only the analyzer"));
}

TEST(CaseExpectationErrors, SilenceAndContradiction) {
  const model::ReadError silent = error_of("int main() {}\n");
  EXPECT_EQ(silent.line, 0u);
  EXPECT_TRUE(has(silent.remedy, "expect-none"));
  EXPECT_TRUE(has(error_of("// expect-none\nf();  // expect: lock-leak\n").message, "both"));
  EXPECT_TRUE(has(error_of("", "a.py").remedy, "finds-none"));
}

}  // namespace
}  // namespace lockweave::cli
