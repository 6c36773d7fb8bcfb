// tests/unit/runtime/types/shared_conformance_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// shared<T> stands where a T stood: for numbers, pointers, classes, arrays, and what only moves.
#include "lockweave/shared.h"

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace {

using lockweave::shared;
using lockweave::variable_name;

TEST(SharedTest, NumbersCalculateAsPlainOnes) {
  shared<int> a{1};
  shared<int> b{2};
  EXPECT_EQ(a++ + ++a, 4);
  EXPECT_EQ(a -= 1, 2);
  EXPECT_EQ(a.exchange(7), 2);
  a = b;
  EXPECT_EQ(a, 2);
  shared<int> c{5};
  a = c = 6;
  EXPECT_EQ(a + c, 12);
  shared<bool> flag{false};
  flag |= true;
  EXPECT_TRUE(flag);
}

TEST(SharedTest, WhatOnlyMovesIsAssignedAndTakenOut) {
  shared<std::unique_ptr<int>> owner;
  owner = std::make_unique<int>(3);
  EXPECT_EQ(**owner.read(), 3);
  const std::unique_ptr<int> taken = owner.exchange(nullptr);
  EXPECT_EQ(*taken, 3);
  EXPECT_TRUE(owner == nullptr);
  shared<std::mutex> immovable;
  EXPECT_TRUE(immovable.write()->try_lock());
  immovable.write()->unlock();
}

TEST(SharedTest, PointersPointOn) {
  struct Node {
    int value;
  } node{3};
  shared<Node*> head{nullptr};
  head = &node;
  EXPECT_EQ(head->value, 3);
  EXPECT_EQ((*head).value, 3);
}

TEST(SharedTest, ClassesCompareAndChange) {
  shared<std::string> text{variable_name{"text"}, "abc"};
  EXPECT_TRUE(text == "abc");
  EXPECT_TRUE(text != std::string("ab"));
  shared<std::string> copy;
  copy = text;
  EXPECT_TRUE(copy == "abc");
  shared<std::vector<std::string>> list;
  list.write()->emplace_back("x");
  EXPECT_EQ(list.read()->size(), 1U);
}

TEST(SharedTest, AggregatesTakeTheirMembersAfterTheName) {
  struct Point {
    int x;
    int y;
  };
  const shared<Point> point{variable_name{"point"}, 1, 2};
  EXPECT_EQ(point.read()->y, 2);
}

TEST(SharedTest, ArraysBeginWithTheirValues) {
  shared<int[3]> cells{1, 2, 3};
  EXPECT_EQ(cells[2], 3);
  const shared<int[2]> named{variable_name{"named"}, 4};
  EXPECT_EQ(named[0], 4);
  EXPECT_EQ(named[1], 0);
  shared<int[2][3]> table{variable_name{"table"}};
  table[1][2] = 3;
  EXPECT_EQ(table[1][2], 3);
}

}  // namespace
