// tests/unit/tools/losses_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/losses.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "model/loss.h"
#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

TEST(Losses, EveryKindHasWordsOfItsOwn) {
  std::set<std::string> texts;
  for (const std::string_view name : model::kLossNames) {
    Scenario scenario;
    scenario.process().lost(std::string(name), 2);
    const Results results = scenario.results();
    ASSERT_EQ(results.notes.size(), 1u) << name;
    const std::string& text = results.notes[0].text;
    EXPECT_EQ(text.find("bank: 2 "), 0u) << text;
    EXPECT_NE(text.find("s not recorded: "), std::string::npos) << text;
    EXPECT_TRUE(texts.insert(text).second) << text;
  }
}

TEST(Losses, NamesLeadBack) {
  for (std::size_t i = 0; i < model::kLossKinds; ++i) {
    const auto kind = static_cast<model::Loss>(i);
    EXPECT_EQ(model::loss_from(to_string(kind)), kind);
  }
  EXPECT_FALSE(model::loss_from("something-newer"));
}

TEST(Losses, CountsOfOneProgramAreAddedUp) {
  Scenario scenario;
  scenario.process().lost("record-lines", 2);
  scenario.process("/opt/bank", 2).lost("record-lines", 3);
  const Results results = scenario.results();
  ASSERT_EQ(results.notes.size(), 1u);
  EXPECT_EQ(results.notes[0].text.find("bank: 5 record lines not recorded"), 0u);
  EXPECT_EQ(results.notes[0].level, model::Level::warning);
}

TEST(Losses, OneOfAKindThatIsNotKnownYet) {
  Scenario scenario;
  scenario.process().lost("dreams", 1);
  EXPECT_EQ(scenario.results().notes[0].text, "bank: 1 dreams not recorded");
}

}  // namespace
}  // namespace lockweave::cli::test
