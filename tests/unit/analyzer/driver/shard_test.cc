// tests/unit/analyzer/driver/shard_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/shard.h"

#include <gtest/gtest.h>

#include <chrono>

#include "analyzer/driver/cache.h"
#include "scratch.h"

namespace lockweave::analyzer::driver {
namespace {

namespace fs = std::filesystem;

Shard sample(const std::vector<FileFacts>& read = {{"/src/a.cc", 10, 5, {1, 2}}}) {
  return {read, true, std::string("unit\0bytes", 10)};
}

TEST(Shard, GivesBackWhatWasWritten) {
  EXPECT_EQ(read_shard(write_shard(sample())), sample());
  EXPECT_EQ(read_shard(write_shard(Shard())), Shard());
}

TEST(Shard, EveryDamageIsNoticed) {
  const std::string bytes = write_shard(sample());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    EXPECT_FALSE(read_shard(damaged)) << i;
    EXPECT_FALSE(read_shard(bytes.substr(0, i))) << i;
  }
  EXPECT_FALSE(read_shard(bytes + "x"));
}

void set_time(const std::string& path, std::chrono::seconds ago) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - ago);
}

TEST(FileWatch, TheSameContentAtAnotherTimeIsTheSame) {
  const Scratch scratch;
  const std::string path = scratch.write("a.h", "int a;");
  const FileFacts then = FileWatch().facts(path).value();
  EXPECT_TRUE(FileWatch().unchanged(then));
  set_time(path, std::chrono::hours(1));
  EXPECT_TRUE(FileWatch().unchanged(then));
}

TEST(FileWatch, OtherContentIsNot) {
  const Scratch scratch;
  const std::string path = scratch.write("a.h", "int a;");
  const FileFacts then = FileWatch().facts(path).value();
  scratch.write("a.h", "int b;");
  set_time(path, std::chrono::hours(1));
  EXPECT_FALSE(FileWatch().unchanged(then));
  scratch.write("a.h", "int aa;");
  EXPECT_FALSE(FileWatch().unchanged(then));
  fs::remove(path);
  EXPECT_FALSE(FileWatch().unchanged(then));
}

extract::Job job_of(const std::string& source) {
  return {source, "/src", {"g++", "-DA", source}, "/resources", {}, {}};
}

class CacheTest : public ::testing::Test {
 protected:
  std::optional<Shard> find(const extract::Job& job, const std::string& tool = "tool") {
    FileWatch watch;
    damaged_.clear();
    return Cache(scratch_.path(), tool).find(job, watch, damaged_);
  }
  void keep(const extract::Job& job) {
    Cache(scratch_.path(), "tool").keep(job, sample({FileWatch().facts(source_).value()}));
  }

  const Scratch scratch_;
  const std::string source_ = scratch_.write("a.cc", "int main() {}");
  std::string damaged_;
};

TEST_F(CacheTest, WhatWasKeptIsFound) {
  const extract::Job job = job_of(source_);
  EXPECT_FALSE(find(job));
  keep(job);
  EXPECT_TRUE(find(job));
}

TEST_F(CacheTest, AnotherCommandModelOrToolIsAnotherUnit) {
  const extract::Job job = job_of(source_);
  keep(job);
  extract::Job other = job;
  other.arguments[1] = "-DB";
  EXPECT_FALSE(find(other));
  other = job;
  other.models.blocking = {"f"};
  EXPECT_FALSE(find(other));
  other = job;
  other.models.locks.push_back({});
  EXPECT_FALSE(find(other));
  other = job;
  other.resource_directory = "/other";
  EXPECT_FALSE(find(other));
  EXPECT_FALSE(find(job, "newer tool"));
  EXPECT_TRUE(find(job));
}

TEST_F(CacheTest, AChangedSourceIsRead) {
  const extract::Job job = job_of(source_);
  keep(job);
  scratch_.write("a.cc", "int main() { return 1; }");
  EXPECT_FALSE(find(job));
  EXPECT_EQ(damaged_, "");
}

TEST_F(CacheTest, ADamagedShardIsNamed) {
  const extract::Job job = job_of(source_);
  keep(job);
  const std::string path = Cache(scratch_.path(), "tool").path_of(job);
  for (const std::string text : {"", "rubbish"}) {
    std::ofstream(path, std::ios::binary) << text;
    EXPECT_FALSE(find(job));
    EXPECT_EQ(damaged_, path);
  }
}

TEST_F(CacheTest, NothingButShardsIsLeftBehind) {
  keep(job_of(source_));
  std::size_t files = 0;
  for (const auto& one : fs::directory_iterator(scratch_.path())) files += one.is_regular_file();
  EXPECT_EQ(files, 2u);
}

TEST(Cache, WithoutAFolderNothingIsKept) {
  const Cache none({}, {});
  none.keep(job_of("/a.cc"), sample());
  FileWatch watch;
  std::string damaged;
  EXPECT_FALSE(none.find(job_of("/a.cc"), watch, damaged));
}

TEST(Cache, AFolderThatCannotBeMadeIsNone) {
  const Scratch scratch;
  EXPECT_EQ(cache_folder(scratch / "a/b"), scratch / "a/b");
  EXPECT_EQ(cache_folder(scratch.write("file", "") + "/c"), "");
  EXPECT_EQ(cache_folder(""), "");
}

}  // namespace
}  // namespace lockweave::analyzer::driver
