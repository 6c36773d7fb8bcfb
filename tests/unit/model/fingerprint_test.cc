// tests/unit/model/fingerprint_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Golden values: baselines in users' repositories hold them, so they must never change.
#include "model/fingerprint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace lockweave::model {
namespace {

using Ring = std::array<KeySite, 4>;  // two edges: held, wanted, held, wanted

KeySite site(std::string_view function, std::uint32_t line, Mode mode = Mode::exclusive) {
  return {.function = function,
          .module = "/usr/bin/bank",
          .offset = 0x1139,
          .line = line,
          .mode = mode};
}

Ring transfer() {
  return {site("bank::pay(int)", 10), site("bank::pay(int)", 11), site("bank::refund(int)", 30),
          site("bank::refund(int)", 31)};
}

// FNV-1a over the text that the header describes, computed here from its definition.
std::string hash_of_text(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

std::string ring_of(const Ring& sites) { return fingerprint_of_ring("lock-order-cycle", sites); }

TEST(Fingerprint, GoldenValues) {
  EXPECT_EQ(ring_of(transfer()), "97c6950073580e6c");
  const std::array<KeySite, 1> one = {site("main", 5)};
  EXPECT_EQ(fingerprint_of_sequence("double-lock", one), "31874cb58fc0cfb9");
  const std::array<KeySite, 2> shared = {site("f", 5, Mode::shared), site("f", 7)};
  EXPECT_EQ(fingerprint_of_sequence("deadlock", shared), "10ea21fb0de91ac6");
  const std::array<KeySite, 1> nameless = {site("", 0)};
  EXPECT_EQ(fingerprint_of_sequence("deadlock", nameless), "98adcce90ef57ec1");
  EXPECT_EQ(fingerprint_of_sequence("deadlock", {}), "7ddea4a4287160f0");
}

TEST(Fingerprint, IsWhatTheHeaderSays) {
  using namespace std::string_view_literals;
  EXPECT_EQ(ring_of(transfer()),
            hash_of_text("lock-order-cycle\0bank::pay#0/exclusive\0bank::pay#1/exclusive"
                         "\0bank::refund#0/exclusive\0bank::refund#1/exclusive"sv));
}

TEST(Fingerprint, GoldenValuesOfAccesses) {
  const std::array<KeySite, 2> pair = {site("ns::reader()", 20), site("ns::writer(int)", 10)};
  EXPECT_EQ(fingerprint_of_accesses("data-race", "ns::total", pair), "9ae93a2a3bcef200");
  EXPECT_EQ(access_keys("ns::total", pair),
            (std::vector<std::string>{"9085572622e315d6", "b4213a9ae8116db2"}));
  EXPECT_EQ(variable_begun_in("main::$_0::operator()() const"), "begun in main::{lambda}");
}

TEST(Fingerprint, OfAccessesIsWhatTheHeaderSays) {
  using namespace std::string_view_literals;
  const std::array<KeySite, 2> pair = {site("ns::writer(int)", 10), site("ns::reader()", 20)};
  EXPECT_EQ(fingerprint_of_accesses("data-race", "ns::total", pair),
            hash_of_text("data-race\0variable ns::total\0ns::reader\0ns::writer"sv));
}

// `total += 1` reads and writes; which of the two meets the other thread is chance.
TEST(Fingerprint, OfAccessesKnowsNoOrderAndNoLines) {
  const std::array<KeySite, 2> pair = {site("f", 10), site("g", 20)};
  const std::array<KeySite, 2> turned = {site("g", 21), site("f", 10)};
  EXPECT_EQ(fingerprint_of_accesses("data-race", "x", pair),
            fingerprint_of_accesses("data-race", "x", turned));
  const std::array<KeySite, 2> one_line = {site("f", 10), site("f", 10)};
  const std::array<KeySite, 2> two_lines = {site("f", 10), site("f", 11)};
  EXPECT_EQ(fingerprint_of_accesses("data-race", "x", one_line),
            fingerprint_of_accesses("data-race", "x", two_lines));
}

TEST(Fingerprint, OfAccessesTellsVariablesApart) {
  const std::array<KeySite, 2> pair = {site("f", 10), site("g", 20)};
  EXPECT_NE(fingerprint_of_accesses("data-race", "x", pair),
            fingerprint_of_accesses("data-race", "y", pair));
}

TEST(Fingerprint, AccessKeysKnowNoRuleAndNoPartner) {
  const std::array<KeySite, 2> with_g = {site("f", 10), site("g", 20)};
  const std::array<KeySite, 1> alone = {site("f", 11)};
  const std::array<KeySite, 2> twice = {site("f", 10), site("f", 12)};
  EXPECT_EQ(access_keys("x", with_g).size(), 2u);
  EXPECT_EQ(access_keys("x", twice), access_keys("x", alone));
  EXPECT_NE(access_keys("y", alone), access_keys("x", alone));
}

TEST(Fingerprint, SurvivesLineShifts) {
  Ring moved = transfer();
  for (KeySite& each : moved) each.line += 100;
  EXPECT_EQ(ring_of(moved), ring_of(transfer()));
  moved[3].line += 7;
  EXPECT_EQ(ring_of(moved), ring_of(transfer()));
}

TEST(Fingerprint, SurvivesTurningTheRing) {
  const Ring ring = transfer();
  EXPECT_EQ(ring_of({ring[2], ring[3], ring[0], ring[1]}), ring_of(ring));
}

TEST(Fingerprint, SurvivesTurningARingWithEqualEdges) {
  const KeySite a = site("a", 1);
  const KeySite b = site("b", 1);
  const KeySite c = site("c", 1);
  const std::vector<KeySite> ring = {a, a, b, b, a, a, c, c};
  for (std::size_t turn = 2; turn < ring.size(); turn += 2) {
    std::vector<KeySite> turned = ring;
    std::rotate(turned.begin(), turned.begin() + static_cast<std::ptrdiff_t>(turn), turned.end());
    EXPECT_EQ(fingerprint_of_ring("r", turned), fingerprint_of_ring("r", ring));
  }
}

TEST(Fingerprint, SurvivesCompilersAndPlaces) {
  std::array<KeySite, 1> gcc = {site("auto main::{lambda()#1}::operator()() const", 5)};
  std::array<KeySite, 1> clang = {site("main::$_0::operator()() const", 50)};
  clang[0].module = "/elsewhere/other";
  clang[0].offset = 0x99;
  EXPECT_EQ(fingerprint_of_sequence("deadlock", gcc), fingerprint_of_sequence("deadlock", clang));
}

TEST(Fingerprint, WithoutSymbolsUsesTheModulesBaseName) {
  std::array<KeySite, 1> here = {site("", 0)};
  std::array<KeySite, 1> there = here;
  there[0].module = "/opt/bank";
  EXPECT_EQ(fingerprint_of_sequence("r", here), fingerprint_of_sequence("r", there));
  there[0].offset += 1;
  EXPECT_NE(fingerprint_of_sequence("r", here), fingerprint_of_sequence("r", there));
}

TEST(Fingerprint, TellsApart) {
  const Ring ring = transfer();
  EXPECT_NE(fingerprint_of_ring("deadlock", ring), ring_of(ring));
  Ring other = ring;
  other[0].function = "bank::pay2(int)";
  EXPECT_NE(ring_of(other), ring_of(ring));
  other = ring;
  other[1].mode = Mode::shared;
  EXPECT_NE(ring_of(other), ring_of(ring));
  EXPECT_NE(ring_of({ring[1], ring[0], ring[2], ring[3]}), ring_of(ring));
  EXPECT_NE(fingerprint_of_sequence("r", ring),
            fingerprint_of_sequence("r", Ring{ring[2], ring[3], ring[0], ring[1]}));
}

TEST(Fingerprint, OrdinalsRankTheLinesOfAFunction) {
  const std::array<KeySite, 3> three = {site("f", 30), site("f", 10), site("f", 30)};
  const std::array<KeySite, 3> shifted = {site("f", 8), site("f", 7), site("f", 8)};
  const std::array<KeySite, 3> distinct = {site("f", 30), site("f", 10), site("f", 40)};
  EXPECT_EQ(fingerprint_of_sequence("r", three), fingerprint_of_sequence("r", shifted));
  EXPECT_NE(fingerprint_of_sequence("r", three), fingerprint_of_sequence("r", distinct));
}

TEST(Fingerprint, ColumnsRankWithinALine) {
  std::array<KeySite, 2> sites = {site("f", 3), site("f", 3)};
  const std::string same = fingerprint_of_sequence("r", sites);
  sites[1].column = 20;
  EXPECT_NE(fingerprint_of_sequence("r", sites), same);
}

}  // namespace
}  // namespace lockweave::model
