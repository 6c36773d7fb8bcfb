// tests/unit/tools/baseline_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/baseline.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <random>
#include <sstream>

namespace lockweave::cli::test {
namespace {

constexpr const char* kEntry = "0123456789abcdef lock-leak warning src/a.cc:3: what happens";

std::optional<Baseline> parse(const std::string& text, model::ReadError* why = nullptr) {
  model::ReadError error;
  std::optional<Baseline> baseline = Baseline::parse(text, "base.txt", error);
  if (why != nullptr) *why = error;
  return baseline;
}

model::Finding finding(const std::string& fingerprint, const std::string& message = "it leaks") {
  model::Finding finding;
  finding.rule = "lock-leak";
  finding.level = model::Level::warning;
  finding.message = message;
  finding.place.file = "/src/bank.cc";
  finding.place.line = 42;
  finding.fingerprint = fingerprint;
  return finding;
}

std::string fingerprint(unsigned n) {
  std::ostringstream text;
  text << std::hex << std::setw(16) << std::setfill('0') << n;
  return text.str();
}

void expect_error(const std::string& text, std::size_t line, const std::string& part) {
  model::ReadError error;
  EXPECT_FALSE(parse(text, &error)) << text;
  EXPECT_EQ(error.path, "base.txt");
  EXPECT_EQ(error.line, line) << text;
  EXPECT_NE(error.message.find(part), std::string::npos) << error.message;
  EXPECT_FALSE(error.remedy.empty());
}

TEST(Baseline, ReadsWhatItWrites) {
  Baseline baseline;
  baseline.accept(finding(fingerprint(2)), "/src");
  baseline.accept(finding(fingerprint(1), "two\nlines"), "/elsewhere");
  const std::string text = baseline.text();
  EXPECT_EQ(text,
            "lockweave-baseline 1\n"
            "0000000000000001 lock-leak warning /src/bank.cc:42: two lines\n"
            "0000000000000002 lock-leak warning bank.cc:42: it leaks\n");
  const std::optional<Baseline> again = parse(text);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->text(), text);
  EXPECT_TRUE(again->contains(fingerprint(1)));
  EXPECT_EQ(again->entries().at(fingerprint(2)).text, "bank.cc:42: it leaks");
}

TEST(Baseline, CommentsStayWithTheirEntry) {
  const std::string text = std::string("lockweave-baseline 1\n# of the file\n\n# of the entry\n") +
                           kEntry + "\n# at the end\n";
  std::optional<Baseline> baseline = parse(text);
  ASSERT_TRUE(baseline);
  EXPECT_EQ(baseline->text(), std::string("lockweave-baseline 1\n# of the file\n# at the end\n\n"
                                          "# of the entry\n") +
                                  kEntry + "\n");
  EXPECT_EQ(parse(baseline->text())->text(), baseline->text());
  baseline->remove("0123456789abcdef");
  EXPECT_EQ(baseline->text(), "lockweave-baseline 1\n# of the file\n# at the end\n\n");
}

TEST(Baseline, CommentsBeforeTheHeader) {
  const std::optional<Baseline> baseline = parse("# mine\nlockweave-baseline 1\n");
  ASSERT_TRUE(baseline);
  EXPECT_EQ(baseline->text(), "lockweave-baseline 1\n# mine\n\n");
}

TEST(Baseline, AnEntryThatStaysIsNotRewritten) {
  std::optional<Baseline> baseline = parse(std::string("lockweave-baseline 1\n") + kEntry + "\n");
  ASSERT_TRUE(baseline);
  const std::string before = baseline->text();
  model::Finding known = finding("0123456789abcdef", "told otherwise");
  baseline->accept(known, "/src");
  EXPECT_EQ(baseline->text(), before);
  known.level = model::Level::error;
  baseline->accept(known, "/src");
  EXPECT_EQ(baseline->text(),
            "lockweave-baseline 1\n0123456789abcdef lock-leak error bank.cc:42: told otherwise\n");
}

TEST(Baseline, WindowsLineEndsAndByteOrderMark) {
  const std::optional<Baseline> baseline =
      parse(std::string("\xEF\xBB\xBFlockweave-baseline 1\r\n# comment\r\n") + kEntry + "\r\n");
  ASSERT_TRUE(baseline);
  EXPECT_EQ(baseline->text(), std::string("lockweave-baseline 1\n# comment\n") + kEntry + "\n");
}

TEST(Baseline, AnEmptyFileIsAnEmptyBaseline) {
  for (const char* text : {"", "\n\n", "lockweave-baseline 1", "lockweave-baseline 1\n\n"}) {
    const std::optional<Baseline> baseline = parse(text);
    ASSERT_TRUE(baseline) << text;
    EXPECT_TRUE(baseline->entries().empty());
  }
}

TEST(Baseline, ADuplicateIsSaidAndCountsOnce) {
  const std::string text =
      std::string("lockweave-baseline 1\n# one\n") + kEntry + "\n# two\n" + kEntry + " again\n";
  const std::optional<Baseline> baseline = parse(text);
  ASSERT_TRUE(baseline);
  EXPECT_EQ(baseline->entries().size(), 1u);
  ASSERT_EQ(baseline->remarks().size(), 1u);
  EXPECT_EQ(baseline->remarks()[0], "base.txt:5: the entry 0123456789abcdef stands there twice");
  EXPECT_EQ(baseline->text(), std::string("lockweave-baseline 1\n# one\n# two\n") + kEntry + "\n");
}

TEST(Baseline, OtherFilesAreRefused) {
  expect_error("hello\n", 1, "no baseline");
  expect_error(std::string(kEntry) + "\n", 1, "no baseline");
  expect_error("# comment\n\n{\"runs\": []}\n", 3, "no baseline");
  expect_error(std::string("\0\0\0\0", 4), 1, "no baseline");
}

TEST(Baseline, UnknownVersionIsRefused) {
  expect_error("lockweave-baseline 2\n", 1, "version `2`");
  expect_error("lockweave-baseline \n", 1, "no baseline");
  expect_error("lockweave-baseline 1.5\n", 1, "version `1.5`");
}

TEST(Baseline, MalformedEntriesAreRefused) {
  const std::string header = "lockweave-baseline 1\n";
  expect_error(header + kEntry + "\n0123456789abc", 3, "`0123456789abc`");  // cut
  expect_error(header + "0123456789abcdef\n", 2, "no entry");
  expect_error(header + "0123456789abcdef lock-leak\n", 2, "no entry");
  expect_error(header + "0123456789abcdef lock-leak fatal x: y\n", 2, "no entry");
  expect_error(header + "0123456789ABCDEF lock-leak error x: y\n", 2, "no entry");
  expect_error(header + "<<<<<<< HEAD\n" + kEntry + "\n", 2, "<<<<<<< HEAD");
}

TEST(Baseline, ACutMessageIsStillAnEntry) {
  const std::optional<Baseline> baseline =
      parse("lockweave-baseline 1\n0123456789abcdef lock-leak warning");
  ASSERT_TRUE(baseline);
  EXPECT_TRUE(baseline->contains("0123456789abcdef"));
}

TEST(Baseline, WhatIsNoFileIsSaid) {
  model::ReadError error;
  EXPECT_FALSE(Baseline::load("/nowhere/base.txt", error));
  EXPECT_NE(error.message.find("No such file"), std::string::npos);
  EXPECT_NE(error.remedy.find("--update-baseline"), std::string::npos);
  EXPECT_FALSE(Baseline::load("/", error));
  EXPECT_NE(error.message.find("it is a directory"), std::string::npos) << error.message;
  EXPECT_FALSE(Baseline::load("/dev/zero", error));
  EXPECT_NE(error.message.find("it is no regular file"), std::string::npos) << error.message;
  EXPECT_TRUE(Baseline::load("/dev/null", error));
}

TEST(Baseline, TextDoesNotDependOnTheOrderOfAcceptance) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  std::vector<unsigned> numbers(50);
  for (unsigned i = 0; i < numbers.size(); ++i) numbers[i] = i;
  std::string first;
  for (int turn = 0; turn < 20; ++turn) {
    std::shuffle(numbers.begin(), numbers.end(), random);
    Baseline baseline;
    for (const unsigned n : numbers) baseline.accept(finding(fingerprint(n)), "/src");
    if (first.empty()) first = baseline.text();
    EXPECT_EQ(baseline.text(), first) << "seed " << seed;
  }
}

// Whatever is in a file: an answer, never a crash; and what is read is written and read the same.
TEST(Baseline, DamagedTextsAreReadOrRefused) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  const std::string good = std::string("lockweave-baseline 1\n# c\n\n# d\n") + kEntry + "\n";
  for (int turn = 0; turn < 2000; ++turn) {
    std::string text = good;
    for (int change = 0; change < 3; ++change) {
      const std::size_t at = random() % text.size();
      if (random() % 2 == 0) {
        text[at] = static_cast<char>(random() % 256);
      } else {
        text.erase(at, random() % 8);
      }
      if (text.empty()) text = "\n";
    }
    const std::optional<Baseline> baseline = parse(text);
    if (!baseline) continue;
    const std::optional<Baseline> again = parse(baseline->text());
    ASSERT_TRUE(again) << "seed " << seed << "\n" << text;
    EXPECT_EQ(again->text(), baseline->text()) << "seed " << seed;
  }
}

class ReplaceFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(testing::TempDir()) / ("replace_file." + std::to_string(::getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  static std::string content(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::filesystem::path folder_;
};

TEST_F(ReplaceFile, MakesAndReplaces) {
  const std::filesystem::path path = folder_ / "x";
  EXPECT_EQ(replace_file(path, "one"), "");
  EXPECT_EQ(replace_file(path, "two"), "");
  EXPECT_EQ(content(path), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(ReplaceFile, FailureLeavesTheOldOne) {
  const std::filesystem::path path = folder_ / "x";
  std::filesystem::create_directories(path / "in_the_way");
  EXPECT_NE(replace_file(path, "one"), "");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  EXPECT_NE(replace_file("/nowhere/x", "one").find("/nowhere/x"), std::string::npos);
}

}  // namespace
}  // namespace lockweave::cli::test
