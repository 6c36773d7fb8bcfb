// tests/unit/tools/symbolizer_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/symbolizer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>

#include "model/fingerprint.h"
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

// The reply for `frames`, innermost first.
struct ReplyFrame {
  std::string function;
  unsigned line;
  unsigned first_line = 0;
  std::string file = "/src/a.cc";
};
std::vector<std::string> functions(std::initializer_list<ReplyFrame> frames) {
  std::string symbols;
  for (const ReplyFrame& frame : frames) {
    if (!symbols.empty()) symbols += ',';
    symbols += R"({"FunctionName":")" + frame.function + R"(","FileName":")" + frame.file +
               R"(","Line":)" + std::to_string(frame.line) + R"(,"StartLine":)" +
               std::to_string(frame.first_line) + "}";
  }
  std::vector<std::string> names;
  for (const model::Site& site : parse_symbolizer_reply(R"({"Symbol":[)" + symbols + "]}")) {
    names.push_back(site.function);
  }
  return names;
}

const std::string kInvoke = "/usr/include/c++/12/bits/invoke.h";

TEST(SymbolizerReply, InlinedLambdaIsNamedByTheCodeMadeForIt) {
  const std::string run =
      "std::thread::_State_impl<std::thread::_Invoker<std::tuple<bank::pay(int)::'lambda0'(), "
      "int>>>::_M_run() (.cold)";
  EXPECT_EQ(functions({{"operator()", 9},
                       {"_M_invoke<0>", 2, 1, kInvoke},
                       {"operator()", 3, 1, kInvoke},
                       {run, 4, 1, kInvoke}})
                .front(),
            "bank::pay::{lambda}");
  const std::string entry = "bank::pay(int)::'lambda'()::_FUN()";
  EXPECT_EQ(functions({{"operator()", 9}, {entry, 9}}).front(), "bank::pay::{lambda}");
}

TEST(SymbolizerReply, InlinedLambdaIsNamedAsGccPrintsIt) {
  const auto invoked = [](const std::string& argument) {
    const std::string invoke = "__invoke_impl<void, " + argument + " >";
    return functions({{"operator()", 9}, {invoke, 60, 0, kInvoke}}).front();
  };
  EXPECT_EQ(invoked("main()::<lambda()>"), "main::{lambda}");
  EXPECT_EQ(invoked("const main()::<lambda(auto:1)>&"), "main::{lambda}");
  EXPECT_EQ(invoked("C::get(int) const::<lambda()>"), "C::get::{lambda}");
  EXPECT_EQ(invoked("{anonymous}::f()::<lambda()>"), "f::{lambda}");
  EXPECT_EQ(invoked("g(T) [with T = std::tuple<int>]::<lambda()>"), "g::{lambda}");
  EXPECT_EQ(invoked("twice<main()::<lambda()> >(main()::<lambda()>)::<lambda()>"),
            "twice::{lambda}");
}

TEST(SymbolizerReply, InlinedLambdaIsNamedByTheFunctionAroundIt) {
  EXPECT_EQ(functions({{"operator()", 12}, {"ns::f(int)", 14, 10}}).front(), "ns::f::{lambda}");
  const std::string made_for_another = "twice<main()::<lambda()> >";
  EXPECT_EQ(functions({{"operator()", 6}, {made_for_another, 7, 5}, {"main", 20, 15}}),
            (std::vector<std::string>{"twice::{lambda}", made_for_another, "main"}));
  EXPECT_EQ(functions({{"operator()", 16}, {made_for_another, 7, 5}, {"main", 20, 15}}).front(),
            "main::{lambda}");
}

TEST(SymbolizerReply, InlinedLambdaThatCouldBeAnybodysStaysNameless) {
  // made elsewhere, handed over
  EXPECT_EQ(functions({{"operator()", 4}, {"main", 20, 15}}).front(), "operator()");
  EXPECT_EQ(functions({{"operator()", 16, 0, "/src/b.h"}, {"main", 20, 15}}).front(), "operator()");
  // called by another one, or by a function of the user's
  const ReplyFrame invoke{"__invoke<main()::<lambda()> >", 60, 0, kInvoke};
  EXPECT_EQ(functions({{"operator()", 4}, {"operator()", 16}, invoke}),
            (std::vector<std::string>{"operator()", "main::{lambda}", invoke.function}));
  EXPECT_EQ(functions({{"operator()", 4}, {"call", 30, 29}, invoke}).front(), "operator()");
  // made for two
  EXPECT_EQ(
      functions({{"operator()", 9}, {"call<f()::<lambda()>, g()::<lambda()> >", 3, 2}}).front(),
      "operator()");
  // a functor says where it begins
  EXPECT_EQ(functions({{"operator()", 12, 11}, {"f", 14, 10}}).front(), "operator()");
}

TEST(SymbolizerReply, NamesWithoutSenseAreRead) {
  for (const char* name : {"<", ">", "f<'lambda", "f<<lambda(", "f<{lambda(>", "f<(", "f<,,>>>",
                           "f<{lambda()#1}>", "f< [with >", "operator<< <main()::<lambda()> >"}) {
    EXPECT_EQ(functions({{"operator()", 9}, {name, 3, 2, kInvoke}}).front(), "operator()") << name;
  }
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

TEST(LlvmSymbolizer, NamesLambdasOfOptimisedPrograms) {
  const std::unique_ptr<FILE, int (*)(FILE*)> output(::popen(LAMBDA_SAMPLE, "r"), &::pclose);
  LlvmSymbolizer symbolizer;
  char name[100];
  std::size_t address = 0;
  int lambdas = 0;
  for (; std::fscanf(output.get(), "%99s %zu", name, &address) == 2; ++lambdas) {
    const auto sites = symbolizer.resolve(std::vector<CodePosition>{{LAMBDA_SAMPLE, address}});
    ASSERT_FALSE(sites.front().empty()) << symbolizer.note();
    EXPECT_EQ(model::plain_function_name(sites.front().front().function), name);
  }
  EXPECT_EQ(lambdas, 6);
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
