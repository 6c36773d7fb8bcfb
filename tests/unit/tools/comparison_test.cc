// tests/unit/tools/comparison_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was accepted, and what luck makes of it in another run.
#include "report/comparison.h"

#include <gtest/gtest.h>

namespace lockweave::cli {
namespace {

using model::Level;

constexpr const char* kKeyOfF = "000000000000000f";
constexpr const char* kKeyOfG = "00000000000000f0";

model::Finding finding(const std::string& rule, Level level, const std::string& fingerprint,
                       std::vector<std::string> accesses = {}) {
  model::Finding finding;
  finding.rule = rule;
  finding.level = level;
  finding.fingerprint = fingerprint;
  finding.accesses = std::move(accesses);
  finding.message = "it happens";
  finding.place.file = "/src/bank.cc";
  finding.place.line = 42;
  return finding;
}

const model::Finding kRace =
    finding("data-race", Level::error, "aaaaaaaaaaaaaaaa", {kKeyOfF, kKeyOfG});
const model::Finding kLucky =
    finding("inconsistent-locking", Level::warning, "bbbbbbbbbbbbbbbb", {kKeyOfF});

Baseline accepting(const model::Finding& finding) {
  Baseline baseline;
  baseline.accept(finding, "/src");
  model::ReadError error;
  return *Baseline::parse(baseline.text(), "base.txt", error);  // as a later run reads it
}

TEST(Comparison, AnAcceptedRaceCoversTheRunThatIsLucky) {
  Baseline baseline = accepting(kRace);
  const std::string before = baseline.text();
  const Comparison comparison = compare({kLucky}, baseline);
  EXPECT_EQ(comparison.known, std::set<std::string>{kLucky.fingerprint});
  EXPECT_EQ(comparison.accepted_as.at(kLucky.fingerprint).rule, "data-race");
  EXPECT_TRUE(comparison.absent.empty());
  update(baseline, {kLucky}, comparison, "/src", true);
  EXPECT_EQ(baseline.text(), before);
}

TEST(Comparison, ARaceIsWorseThanTheLuckThatWasAccepted) {
  Baseline baseline = accepting(kLucky);
  const Comparison comparison = compare({kRace}, baseline);
  EXPECT_TRUE(comparison.known.empty());
  EXPECT_EQ(comparison.accepted_as.at(kRace.fingerprint).rule, "inconsistent-locking");
  EXPECT_TRUE(comparison.absent.empty());
}

TEST(Comparison, TheWorseTakesThePlaceOfWhatWasAccepted) {
  model::ReadError error;
  Baseline baseline = *Baseline::parse(
      "lockweave-baseline 1\n# ask Ann\n" + accepting(kLucky).text().substr(21), "base.txt", error);
  update(baseline, {kRace}, compare({kRace}, baseline), "/src", true);
  EXPECT_EQ(baseline.text(),
            "lockweave-baseline 1\n# ask Ann\n"
            "aaaaaaaaaaaaaaaa data-race error [000000000000000f 00000000000000f0] "
            "bank.cc:42: it happens\n");
}

TEST(Comparison, AnotherVariableIsNotCovered) {
  model::Finding other = kLucky;
  other.accesses = {"0000000000000f00"};
  const Comparison comparison = compare({other}, accepting(kRace));
  EXPECT_TRUE(comparison.known.empty());
  EXPECT_TRUE(comparison.accepted_as.empty());
  EXPECT_EQ(comparison.absent.size(), 1u);
}

// The same rule between other functions is another bug.
TEST(Comparison, ARaceOfTheVariableElsewhereIsNew) {
  model::Finding other = kRace;
  other.fingerprint = "cccccccccccccccc";
  EXPECT_TRUE(compare({other}, accepting(kRace)).known.empty());
}

TEST(Comparison, AnotherLevelOfAKnownFindingIsTold) {
  const model::Finding was = finding("lock-order-cycle", Level::warning, "dddddddddddddddd");
  const model::Finding now = finding("lock-order-cycle", Level::error, "dddddddddddddddd");
  const Comparison comparison = compare({now}, accepting(was));
  EXPECT_TRUE(comparison.known.contains(now.fingerprint));
  EXPECT_EQ(comparison.accepted_as.at(now.fingerprint).level, Level::warning);
  EXPECT_TRUE(compare({was}, accepting(was)).accepted_as.empty());
}

}  // namespace
}  // namespace lockweave::cli
