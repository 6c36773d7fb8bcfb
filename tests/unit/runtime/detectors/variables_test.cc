// tests/unit/runtime/detectors/variables_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of watched variables: as many as there are, found while it grows, kept after their end.
#include "runtime/detectors/variables.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace lockweave::detectors {
namespace {

constexpr std::uintptr_t kFirst = 0x10000;

std::uintptr_t address_of(std::size_t number) { return kFirst + number * 4; }

class VariablesTest : public testing::Test {
 protected:
  WatchedVariable* begin(std::size_t number) {
    return variables.begin(address_of(number), 4, nullptr, nullptr);
  }
  void end_by_destructor(std::size_t number) {
    variables.find(address_of(number))->accesses.ended = true;
    variables.end(address_of(number));
  }

  std::unique_ptr<Variables> owner = std::make_unique<Variables>();
  Variables& variables = *owner;
};

TEST_F(VariablesTest, TheTableGrowsWithWhatItHolds) {
  constexpr std::size_t kMany = 100000;
  for (std::size_t i = 0; i < kMany; ++i) begin(i);
  EXPECT_GE(variables.buckets(), kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    ASSERT_NE(variables.find(address_of(i)), nullptr);
    variables.end(address_of(i));
    ASSERT_EQ(variables.find(address_of(i)), nullptr);
  }
}

TEST_F(VariablesTest, AVariableIsTheSameWhileTheTableGrows) {
  constexpr std::size_t kMany = 50000;
  const WatchedVariable* const watched = begin(0);
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const WatchedVariable* found = variables.find(address_of(0));
      if (found == nullptr) found = variables.find_or_begin(address_of(0), 4, nullptr);
      EXPECT_EQ(found, watched);
    }
  });
  for (std::size_t i = 1; i < kMany; ++i) begin(i);
  done = true;
  reader.join();
}

TEST_F(VariablesTest, WhatWasDestroyedIsFoundUntilItsPlaceIsUsedAgain) {
  begin(0);
  end_by_destructor(0);
  ASSERT_NE(variables.find(address_of(0)), nullptr);
  EXPECT_FALSE(begin(0)->accesses.ended);
}

TEST_F(VariablesTest, OnlyTheLastOnesDestroyedAreKept) {
  for (std::size_t i = 0; i <= Variables::kEndedMax; ++i) {
    begin(i);
    end_by_destructor(i);
  }
  EXPECT_EQ(variables.find(address_of(0)), nullptr);
  EXPECT_NE(variables.find(address_of(1)), nullptr);
  EXPECT_NE(variables.find(address_of(Variables::kEndedMax)), nullptr);
}

}  // namespace
}  // namespace lockweave::detectors
