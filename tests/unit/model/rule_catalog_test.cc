// tests/unit/model/rule_catalog_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The catalogue holds exactly the public rule ids, with their levels and finders, and a text in
// every field; the rules page lists them all.
#include "model/rule_catalog.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace lockweave::model {
namespace {

struct Public {
  const char* id;
  const char* by;  // R runtime, A analyzer, X needs accesses
  Level level;
};

constexpr Level kError = Level::error;
constexpr Level kWarning = Level::warning;
constexpr Public kPublic[] = {
    {"data-race", "RXA", kError},
    {"inconsistent-locking", "RXA", kWarning},
    {"lock-order-cycle", "RA", kError},
    {"deadlock", "R", kError},
    {"double-lock", "RA", kError},
    {"unlock-not-held", "RA", kError},
    {"lock-leak", "RA", kWarning},
    {"destroyed-while-held", "RA", kError},
    {"wait-without-predicate", "RA", kWarning},
    {"lost-wakeup", "RA", kError},
    {"wait-while-holding", "RA", kWarning},
    {"blocking-under-lock", "RA", kWarning},
    {"condvar-two-mutexes", "RA", kWarning},
    {"semaphore-imbalance", "RA", kWarning},
    {"queue-imbalance", "RA", kWarning},
    {"unnamed-guard", "A", kError},
    {"local-mutex", "A", kWarning},
    {"escaping-reference", "A", kError},
    {"joinable-destroyed", "A", kError},
    {"write-under-shared-lock", "RXA", kWarning},
    {"double-checked-locking", "A", kWarning},
    {"volatile-as-sync", "A", kWarning},
    {"atomic-check-then-act", "A", kWarning},
    {"callback-under-lock", "A", kWarning},
    {"signal-unsafe-lock", "RA", kWarning},
    {"fork-while-locked", "RA", kWarning},
};

TEST(RuleCatalog, HoldsThePublicRulesInOrder) {
  ASSERT_EQ(all_rules().size(), std::size(kPublic));
  for (std::size_t i = 0; i < std::size(kPublic); ++i) {
    const Rule& rule = all_rules()[i];
    const std::string by = kPublic[i].by;
    EXPECT_EQ(rule.id, kPublic[i].id);
    EXPECT_EQ(rule.level, kPublic[i].level) << rule.id;
    EXPECT_EQ(rule.by_runtime, by.find('R') != by.npos) << rule.id;
    EXPECT_EQ(rule.by_analyzer, by.find('A') != by.npos) << rule.id;
    EXPECT_EQ(rule.needs_accesses, by.find('X') != by.npos) << rule.id;
  }
}

TEST(RuleCatalog, EveryTextIsThere) {
  std::set<std::string_view> titles;
  for (const Rule& rule : all_rules()) {
    EXPECT_TRUE(titles.insert(rule.title).second) << rule.id;
    EXPECT_LE(rule.title.size(), 70u) << rule.id;
    EXPECT_NE(rule.title.back(), '.') << rule.id;
    EXPECT_FALSE(rule.example.empty()) << rule.id;
    for (const std::string_view text : {rule.meaning, rule.place, rule.misses}) {
      ASSERT_FALSE(text.empty()) << rule.id;
      EXPECT_TRUE(text.ends_with('.')) << rule.id << ": " << text;
      EXPECT_EQ(text.find("  "), text.npos) << rule.id << ": " << text;
    }
    EXPECT_FALSE(rule.fix.empty()) << rule.id;
  }
}

TEST(RuleCatalog, ExamplesFitATerminal) {
  for (const Rule& rule : all_rules()) {
    std::size_t width = 0;
    for (const char c : rule.example) {
      width = c == '\n' ? 0 : width + 1;
      EXPECT_LE(width, 84u) << rule.id;
    }
  }
}

TEST(RuleCatalog, FindRule) {
  ASSERT_NE(find_rule("deadlock"), nullptr);
  EXPECT_EQ(find_rule("deadlock")->id, "deadlock");
  EXPECT_EQ(find_rule("dead-lock"), nullptr);
  EXPECT_EQ(find_rule(""), nullptr);
}

TEST(RuleCatalog, NearestRule) {
  EXPECT_EQ(nearest_rule("dead-lock"), "deadlock");
  EXPECT_EQ(nearest_rule("datarace"), "data-race");
  EXPECT_EQ(nearest_rule("lock-order-inversion"), "lock-order-cycle");
  EXPECT_EQ(nearest_rule("lostwakeup"), "lost-wakeup");
  for (const Rule& rule : all_rules()) EXPECT_EQ(nearest_rule(rule.id), rule.id);
}

TEST(RuleCatalog, NamesOfLevelHowAndConfidence) {
  EXPECT_EQ(to_string(Level::note), "note");
  EXPECT_EQ(to_string(Level::warning), "warning");
  EXPECT_EQ(to_string(Level::error), "error");
  EXPECT_EQ(to_string(How::observed), "observed");
  EXPECT_EQ(to_string(How::predicted), "predicted");
  EXPECT_EQ(to_string(How::static_analysis), "static");
  EXPECT_EQ(to_string(How::confirmed), "confirmed");
  EXPECT_EQ(to_string(Confidence::low), "low");
  EXPECT_EQ(to_string(Confidence::medium), "medium");
  EXPECT_EQ(to_string(Confidence::high), "high");
}

TEST(RuleCatalog, RulesPageListsThemAll) {
  std::ifstream file(LOCKWEAVE_RULES_PAGE);
  const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::size_t at = 0;
  for (const Rule& rule : all_rules()) {
    std::string row = "| `";
    row.append(rule.id).append("` |");
    at = page.find(row, at);
    ASSERT_NE(at, page.npos) << rule.id;
    EXPECT_NE(page.find(rule.title, at), page.npos) << rule.id;
  }
}

}  // namespace
}  // namespace lockweave::model
