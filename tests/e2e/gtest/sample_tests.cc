// tests/e2e/gtest/sample_tests.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A GoogleTest program that links lockweave::gtest. run_gtest.py runs its tests one by one and says
// what must come of each; none of them knows of Lockweave.
#include <gtest/gtest.h>
#include <pthread.h>
#include <stdlib.h>

#include <mutex>
#include <stdexcept>
#include <thread>

#include "lockweave/shared.h"
#include "tests/e2e/programs/steps.h"

namespace {

std::mutex a;
std::mutex b;
std::mutex c;

// Two threads that live at the same time and take the locks one after the other.
void take_in_two_threads(std::mutex& first_of_one, std::mutex& second_of_one,
                         std::mutex& first_of_two, std::mutex& second_of_two) {
  const int before = steps_done;
  std::thread two([&] {
    await_step(before + 1);
    std::lock_guard outer(first_of_two);
    std::lock_guard inner(second_of_two);
  });
  std::thread one([&] {
    {
      std::lock_guard outer(first_of_one);
      std::lock_guard inner(second_of_one);
    }
    next_step();
  });
  one.join();
  two.join();
}

void unlock_what_is_free() {
  pthread_mutex_t free_lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_unlock(&free_lock);
}

lockweave::shared<int> total{0};

void add_in_two_threads() {
  std::thread one([] { total += 1; });
  std::thread two([] { total += 1; });
  one.join();
  two.join();
}

TEST(Race, First) { add_in_two_threads(); }
TEST(Race, Second) { add_in_two_threads(); }
TEST(Race, Harmless) { total += 1; }

class Amounts : public testing::TestWithParam<int> {};
TEST_P(Amounts, Unlock) {
  if (GetParam() > 0) unlock_what_is_free();
}
INSTANTIATE_TEST_SUITE_P(Of, Amounts, testing::Values(0, 1, 2));

class Fixture : public testing::Test {
 protected:
  void SetUp() override {
    unlock_what_is_free();
    FAIL() << "no bank today";
  }
};
TEST_F(Fixture, NeverRuns) {}

TEST(Throws, AfterAFinding) {
  unlock_what_is_free();
  throw std::runtime_error("out of money");
}
TEST(Throws, Nothing) {}

TEST(Order, Opposite) { take_in_two_threads(a, b, b, a); }
TEST(Order, Same) { take_in_two_threads(a, c, a, c); }
TEST(Order, OppositeAgain) { take_in_two_threads(a, b, b, a); }

TEST(Misuse, UnlocksAFreeLock) { unlock_what_is_free(); }
TEST(Misuse, FailsByItself) { EXPECT_EQ(1, 2); }

class Suite : public testing::Test {
 protected:
  static void SetUpTestSuite() { unlock_what_is_free(); }
};
TEST_F(Suite, First) {}
TEST_F(Suite, Second) {}

class TearsDown : public testing::Test {
 protected:
  static void TearDownTestSuite() { unlock_what_is_free(); }
};
TEST_F(TearsDown, First) {}

TEST(ChildDeathTest, DiesOfAbort) { EXPECT_DEATH(abort(), ""); }
TEST(ChildDeathTest, AfterAFinding) {
  EXPECT_EXIT(
      {
        unlock_what_is_free();
        exit(3);
      },
      testing::ExitedWithCode(3), "");
}
TEST(ChildDeathTest, CleanChildOfAProcessWithFindings) {
  take_in_two_threads(a, b, b, a);
  EXPECT_EXIT(exit(0), testing::ExitedWithCode(0), "");
}

TEST(Ends, InADeadlock) {
  const int both = steps_done + 2;
  std::thread one([both] {
    std::lock_guard outer(a);
    next_step();
    await_step(both);
    std::lock_guard inner(b);
  });
  std::thread two([both] {
    std::lock_guard outer(b);
    next_step();
    await_step(both);
    std::lock_guard inner(a);
  });
  one.join();
  two.join();
}

class Careless : public testing::Environment {
  void SetUp() override {
    if (getenv("CARELESS_SET_UP") != nullptr) unlock_what_is_free();
  }
  void TearDown() override {
    if (getenv("CARELESS_TEAR_DOWN") != nullptr) unlock_what_is_free();
  }
};
testing::Environment* const careless = testing::AddGlobalTestEnvironment(new Careless);

}  // namespace
