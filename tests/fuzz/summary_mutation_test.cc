// tests/fuzz/summary_mutation_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fuzzing that always runs: thousands of mutations of random units from a fixed seed. No crash, no
// hang, no memory that the bytes do not justify, and what is accepted keeps the reader's promises.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <random>

#include "tests/unit/analyzer/summary/random_unit.h"
#include "use_summary.h"

namespace lockweave::analyzer::summary {
namespace {

constexpr int kMutations = 20'000;

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::string mutate(std::string bytes) {
    for (std::size_t i = below(3) + 1; i != 0 && !bytes.empty(); --i) mutate_once(bytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }

  void mutate_once(std::string& bytes) {
    const std::size_t at = below(bytes.size());
    switch (below(6)) {
      case 0: bytes[at] = static_cast<char>(random_()); break;
      case 1: bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8))); break;
      case 2: bytes.erase(at, below(12)); break;
      case 3: bytes.insert(at, below(10) + 1, '\xFF'); break;
      case 4: bytes.insert(at, bytes.substr(below(bytes.size()), below(100))); break;
      default: bytes[at] = static_cast<char>(below(4)); break;
    }
  }

  std::mt19937_64 random_;
};

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(SummaryMutation, NothingBreaksTheReader) {
  Mutator mutator(20240501);
  int accepted = 0;
  for (int i = 0; i < kMutations; ++i) {
    const std::string bytes = mutator.mutate(write_unit(testing::random_unit(i % 50)));
    ASSERT_TRUE(fuzz::use_summary(bytes)) << "mutation " << i;
    std::string error;
    accepted += read_unit(bytes, error) ? 1 : 0;
  }
  EXPECT_GT(accepted, kMutations / 50);
  EXPECT_LT(accepted, kMutations - kMutations / 50);
  EXPECT_LT(peak_kilobytes(), 1 << 20);
}

TEST(SummaryMutation, RandomBytes) {
  const std::string header = write_unit(Unit()).substr(0, 9);
  std::mt19937_64 random(7);
  for (int i = 0; i < 5000; ++i) {
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_TRUE(fuzz::use_summary(bytes));
    EXPECT_TRUE(fuzz::use_summary(header + bytes));
  }
}

}  // namespace
}  // namespace lockweave::analyzer::summary
