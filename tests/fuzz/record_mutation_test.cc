// tests/fuzz/record_mutation_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fuzzing that always runs: thousands of mutations of a sample record from a fixed seed. No crash,
// no hang, and what is accepted keeps the reader's promises.
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/model/sample_record.h"
#include "use_record.h"

namespace lockweave::model {
namespace {

constexpr int kMutations = 20000;

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::string mutate(std::string text) {
    for (std::size_t i = below(4) + 1; i != 0 && !text.empty(); --i) mutate_once(text);
    return text;
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }

  void mutate_once(std::string& text) {
    static constexpr std::string_view kPieces[] = {
        "\"",          "{",
        "}",           "[",
        "]",           ",",
        ":",           "\n",
        "\\",          "\\u",
        "\\ud800",     "-",
        "0",           "1",
        "2",           "9",
        "4294967295",  "18446744073709551616",
        "1e9",         "null",
        "true",        "\xFF",
        "\"stack\":1", "\"object\":2",
        "\"outer\":1", "{\"seen\":1,\"thread\":1,\"segment\":0}\n"};
    const std::size_t at = below(text.size());
    const std::size_t length = below(12);
    switch (below(6)) {
      case 0: text[at] = static_cast<char>(random_()); break;
      case 1: text[at] = static_cast<char>(text[at] ^ (1 << below(8))); break;
      case 2: text.erase(at, length); break;
      case 3: text.insert(at, kPieces[below(std::size(kPieces))]); break;
      case 4: text.insert(at, text.substr(below(text.size()), below(200))); break;
      default: text[at] = static_cast<char>('0' + below(10)); break;
    }
  }

  std::mt19937_64 random_;
};

// More acquisitions than the sample has, so that mutations meet the graph.
std::string nested_record() {
  std::string text = testing::sample_record();
  for (Id id = 3; id < 20; ++id) {
    text += testing::lines_of(
        Object{.id = id},
        Acquisition{.id = id, .outer = id % 5 == 3 ? 0 : id - 1, .object = id % 4 + 1},
        Observation{.acquisition = id, .thread = id % 2 + 1, .segment = id % 3});
  }
  return text;
}

TEST(RecordMutation, NothingBreaksTheReader) {
  const std::string samples[] = {testing::sample_record(), nested_record()};
  Mutator mutator(20240501);
  int accepted = 0;
  for (int i = 0; i < kMutations; ++i) {
    const std::string text = mutator.mutate(samples[i % 2]);
    ASSERT_TRUE(fuzz::use_record(text)) << "mutation " << i << ":\n" << text;
    ReadError error;
    accepted += read_record_text(text, "", error) ? 1 : 0;
  }
  EXPECT_GT(accepted, kMutations / 50);
  EXPECT_LT(accepted, kMutations - kMutations / 50);
}

TEST(RecordMutation, RandomBytes) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_TRUE(fuzz::use_record(bytes));
    EXPECT_TRUE(fuzz::use_record(testing::header_line() + bytes));
  }
}

}  // namespace
}  // namespace lockweave::model
