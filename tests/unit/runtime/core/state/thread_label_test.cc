// tests/unit/runtime/core/state/thread_label_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/thread_label.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace lockweave::core {
namespace {

std::string text(const ThreadLabel& label) { return label.text; }

TEST(ThreadLabel, IsThePlaceInTheTreeOfCreations) {
  const ThreadLabel main = label_of_main();
  EXPECT_EQ(text(main), "0");
  EXPECT_EQ(text(label_of_child(main, 0)), "0.0");
  EXPECT_EQ(text(label_of_child(label_of_child(main, 12), 4000000000U)), "0.12.4000000000");
  EXPECT_EQ(text(label_of_unannounced(0)), "?0");
  EXPECT_EQ(text(label_of_child(label_of_unannounced(41), 7)), "?41.7");
}

TEST(ThreadLabel, IsCutAtItsBeginningBehindADigest) {
  ThreadLabel label = label_of_main();
  for (std::uint32_t i = 0; i < 40; ++i) label = label_of_child(label, 1000 + i);
  const std::string cut = text(label);
  EXPECT_LT(cut.size(), ThreadLabel::kSize);
  EXPECT_EQ(cut.front(), '~');
  EXPECT_EQ(cut.substr(17), ".1034.1035.1036.1037.1038.1039");
}

// Two of a kind that a cut end alone does not tell apart, and a whole tree of them.
TEST(ThreadLabel, OfDifferentPlacesAreDifferent) {
  std::set<std::string> texts;
  std::size_t made = 0;
  const auto add = [&](const ThreadLabel& label) {
    texts.insert(text(label));
    ++made;
  };
  for (std::uint32_t first = 0; first < 100; ++first) {
    ThreadLabel label = label_of_child(label_of_main(), first);
    add(label);
    for (int deep = 0; deep < 200; ++deep) {
      label = label_of_child(label, 0);
      add(label);
    }
  }
  for (std::uint32_t i = 0; i < 100; ++i) add(label_of_unannounced(i));
  EXPECT_EQ(texts.size(), made);
}

TEST(ThreadLabel, AreTheSameEachTime) {
  ThreadLabel once = label_of_main();
  ThreadLabel again = label_of_main();
  for (std::uint32_t i = 0; i < 100; ++i) {
    once = label_of_child(once, i);
    again = label_of_child(again, i);
    ASSERT_EQ(text(once), text(again));
  }
}

}  // namespace
}  // namespace lockweave::core
