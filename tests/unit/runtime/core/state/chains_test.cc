// tests/unit/runtime/core/state/chains_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/chains.h"

#include <gtest/gtest.h>

namespace lockweave::core {
namespace {

struct Entry {
  int key = 0;
  std::atomic<Entry*> next{nullptr};
};
using Table = Chains<Entry, &Entry::next, 2>;

// A look-up in the first chain for `key`, during which something happens when it stands on `at`.
template <class Happens>
Entry* find_while(const Table& table, int key, const Entry& at, Happens happens) {
  bool pending = true;
  return table.find(0, [&](Entry& entry) {
    if (&entry == &at && pending) {
      pending = false;
      happens();
      return false;
    }
    return entry.key == key;
  });
}

class ChainsTest : public testing::Test {
 protected:
  void SetUp() override {
    sought.key = 1;
    stepping_stone.key = 2;
    table.insert(0, sought);
    table.insert(0, stepping_stone);  // in front of it
  }
  Table table;
  Entry sought;
  Entry stepping_stone;
};

TEST_F(ChainsTest, FindWhatIsThereAndNothingElse) {
  const auto is = [](int key) { return [key](const Entry& entry) { return entry.key == key; }; };
  EXPECT_EQ(table.find(0, is(1)), &sought);
  EXPECT_EQ(table.find(0, is(3)), nullptr);
  EXPECT_EQ(table.find(1, is(1)), nullptr);
  table.remove(0, sought);
  EXPECT_EQ(table.find(0, is(1)), nullptr);
  EXPECT_EQ(table.find(0, is(2)), &stepping_stone);
}

TEST_F(ChainsTest, AReaderOnANodeThatIsTakenOutReadsOn) {
  EXPECT_EQ(find_while(table, 1, stepping_stone, [&] { table.remove(0, stepping_stone); }),
            &sought);
}

TEST_F(ChainsTest, AReaderOnANodeThatIsInAnotherChainBeginsAnew) {
  EXPECT_EQ(find_while(table, 1, stepping_stone,
                       [&] {
                         table.remove(0, stepping_stone);
                         table.insert(1, stepping_stone);
                       }),
            &sought);
}

TEST_F(ChainsTest, AReaderOnANodeThatIsMadeAnewBeginsAnew) {
  EXPECT_EQ(find_while(table, 1, stepping_stone,
                       [&] {
                         table.remove(0, stepping_stone);
                         stepping_stone.next.store(nullptr);
                       }),
            &sought);
}

}  // namespace
}  // namespace lockweave::core
