// tests/unit/runtime/detectors/once_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/once.h"

#include <gtest/gtest.h>

#include "runtime/core/events/detector.h"

namespace lockweave::core {

namespace {
std::uint32_t round = 1;
}
std::uint32_t current_round() { return round; }

}  // namespace lockweave::core

namespace lockweave::detectors {
namespace {

constexpr const char* kRule = "double-lock";

struct Place : core::InternedStack {
  explicit Place(model::Id number) : InternedStack{} { id = number; }
};

class Once : public testing::Test {
 protected:
  void SetUp() override { forget_told_after_fork(); }
  bool tells(const core::InternedStack& at, model::Id id) {
    object_.id = id;
    return first_time(kRule, &at, &object_);
  }
  core::Object object_;
};

TEST_F(Once, EachObjectAtEachPlaceOnceARound) {
  const Place one(1);
  const Place other(2);
  EXPECT_TRUE(tells(one, 1));
  EXPECT_FALSE(tells(one, 1));
  EXPECT_TRUE(tells(one, 2));
  EXPECT_TRUE(tells(other, 1));
  ++core::round;
  EXPECT_TRUE(tells(one, 1));
  EXPECT_FALSE(tells(one, 1));
}

TEST_F(Once, APlaceItselfIsNoneOfItsObjects) {
  const Place here(1);
  EXPECT_TRUE(tells(here, 1));
  EXPECT_TRUE(first_time(kRule, &here, nullptr));
  EXPECT_FALSE(first_time(kRule, &here, nullptr));
}

TEST_F(Once, EverNewObjectsAtOnePlaceAreToldSixtyFourTimes) {
  const Place here(1);
  int told = 0;
  for (model::Id id = 1; id <= 100000; ++id) told += tells(here, id) ? 1 : 0;
  EXPECT_EQ(told, 64);
  const Place there(2);
  EXPECT_TRUE(tells(there, 100001));
  ++core::round;
  EXPECT_TRUE(tells(here, 1)) << "what was told is told again in the next round";
}

}  // namespace
}  // namespace lockweave::detectors
