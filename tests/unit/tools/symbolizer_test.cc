// tests/unit/tools/symbolizer_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbolizer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <fstream>

#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli {
namespace {

// A stand-in for the tool: a shell script.
std::string script(const std::string& name, const std::string& body) {
  const std::string path = testing::TempDir() + name;
  std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
  ::chmod(path.c_str(), 0755);
  return path;
}

std::vector<CodePosition> many(std::size_t count) {
  std::vector<CodePosition> positions;
  for (std::size_t i = 1; i <= count; ++i) positions.push_back({"/some/module", i});
  return positions;
}

TEST(SymbolizerReply, InlinedFramesInnermostFirst) {
  const auto sites = parse_symbolizer_reply(
      R"({"Symbol":[{"FunctionName":"inner","FileName":"a.h","Line":3,"Column":7},)"
      R"({"FunctionName":"outer","FileName":"b.cc","Line":9,"Column":0}]})");
  ASSERT_EQ(sites.size(), 2u);
  EXPECT_EQ(sites[0].function, "inner");
  EXPECT_TRUE(sites[0].inlined);
  EXPECT_EQ(sites[1].line, 9u);
  EXPECT_FALSE(sites[1].inlined);
}

TEST(SymbolizerReply, NothingForErrorsAndGarbage) {
  for (const char* line : {"", "{", "[]", "null", R"({"Error":{"Message":"no"}})",
                           R"({"Symbol":3})", R"({"Symbol":[1,{"Line":"x"}]})", "\xff\xfe"}) {
    EXPECT_TRUE(parse_symbolizer_reply(line).empty()) << line;
  }
}

TEST(LlvmSymbolizer, MissingToolIsANoteNotAnError) {
  LlvmSymbolizer symbolizer({"no-such-symbolizer"});
  SymbolCache symbols(symbolizer);
  const auto& sites = symbols.sites({"/some/module", 0x10});
  ASSERT_EQ(sites.size(), 1u);
  EXPECT_EQ(sites[0].module, "/some/module");
  EXPECT_EQ(sites[0].offset, 0x10u);
  EXPECT_NE(symbols.note().find("install"), std::string::npos);
}

TEST(LlvmSymbolizer, SurvivesAToolThatDies) {
  LlvmSymbolizer symbolizer({script("dies", "read line; echo '{}'; exit 3")});
  const auto answers = symbolizer.resolve(many(1000));
  EXPECT_EQ(answers.size(), 1000u);
  EXPECT_NE(symbolizer.note().find("stopped answering"), std::string::npos);
  EXPECT_EQ(symbolizer.resolve(many(2)).size(), 2u);
}

TEST(LlvmSymbolizer, BigBatchesDoNotBlock) {
  const std::string wide(200, 'x');
  LlvmSymbolizer symbolizer(
      {script("wide", "while read line; do echo '{\"Symbol\":[{\"FunctionName\":\"" + wide +
                          "\"}]}'; done")});
  const auto answers = symbolizer.resolve(many(20000));
  ASSERT_EQ(answers.size(), 20000u);
  EXPECT_EQ(answers.back().at(0).function, wide);
}

TEST(LlvmSymbolizer, LeavesNoChildBehind) {
  {
    LlvmSymbolizer symbolizer({script("waits", "cat > /dev/null")});
    LlvmSymbolizer other({script("echoes", "while read line; do echo '{}'; done")});
    other.resolve(many(3));
  }
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(SymbolCache, AsksOncePerPosition) {
  test::Places places;
  const std::uint64_t offset = places.offset_of("f() a.cc:1:1");
  test::FakeSymbols source(places);
  SymbolCache symbols(source);
  symbols.prefetch(std::vector<CodePosition>{{test::kModule, offset}, {test::kModule, offset}});
  EXPECT_EQ(symbols.sites({test::kModule, offset}).front().line, 1u);
  EXPECT_EQ(source.batches, 1u);
}

}  // namespace
}  // namespace lockweave::cli
