// tests/unit/tools/inputs_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/inputs.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

std::string file(const std::string& name, const std::string& content) {
  const std::string path = testing::TempDir() + name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

std::string sample_text(std::uint64_t pid) {
  Places places;
  RecordBuilder builder(places, kModule, pid);
  add_opposite_orders(builder);
  return builder.text();
}

TEST(LoadFiles, OrderAndRepetitionDoNotMatter) {
  const std::string one = file("one.jsonl", sample_text(1));
  const std::string two = file("two.jsonl", sample_text(2));
  const std::string copy = file("copy.jsonl", sample_text(1));
  for (const auto& names : std::vector<std::vector<std::string>>{
           {one, two}, {two, one}, {two, one, one, two}, {one, copy, two}}) {
    const Inputs inputs = load_files(names);
    EXPECT_TRUE(inputs.problems.empty());
    ASSERT_EQ(inputs.records.size(), 2u);
    EXPECT_EQ(inputs.records[0].header.pid, 1u);
    EXPECT_EQ(inputs.records[1].header.pid, 2u);
  }
}

TEST(LoadFiles, MissingFileIsAProblemNotTheEnd) {
  const std::string good = file("good.jsonl", sample_text(1));
  const Inputs inputs = load_files({"/nowhere/x.jsonl", good});
  EXPECT_EQ(inputs.records.size(), 1u);
  ASSERT_EQ(inputs.problems.size(), 1u);
  EXPECT_EQ(describe(inputs.problems[0]),
            "/nowhere/x.jsonl: cannot be read: No such file or directory");
  EXPECT_EQ(inputs.problems[0].remedy, "check its name and permissions");
}

TEST(LoadFiles, ADamagedLineKeepsWhatCameBefore) {
  std::string text = sample_text(1);
  text.insert(text.rfind("{\"end\""), "{\"broken\n");
  const Inputs inputs = load_files({file("damaged.jsonl", text)});
  ASSERT_EQ(inputs.records.size(), 1u);
  EXPECT_EQ(inputs.records[0].acquisitions.size(), 4u);
  ASSERT_EQ(inputs.problems.size(), 1u);
  EXPECT_NE(inputs.problems[0].line, 0u);
}

TEST(LoadFiles, ACutLastLineIsNoProblem) {
  std::string text = sample_text(1);
  text.resize(text.size() - 5);
  const Inputs inputs = load_files({file("cut.jsonl", text)});
  EXPECT_EQ(inputs.records.size(), 1u);
  EXPECT_TRUE(inputs.problems.empty());
}

TEST(LoadFiles, ForeignFilesAreRefused) {
  for (const char* content :
       {"", "hello\n", "{}\n", "{\"lockweave\":\"record\",\"version\":99}\n"}) {
    const Inputs inputs = load_files({file("foreign.jsonl", content)});
    EXPECT_TRUE(inputs.records.empty()) << content;
    ASSERT_EQ(inputs.problems.size(), 1u) << content;
    EXPECT_FALSE(inputs.problems[0].message.empty());
    EXPECT_FALSE(inputs.problems[0].remedy.empty()) << content;
  }
}

}  // namespace
}  // namespace lockweave::cli::test
