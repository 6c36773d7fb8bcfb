// tests/unit/analyzer/driver/flags_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/flags.h"

#include <gtest/gtest.h>

#include <sstream>

namespace lockweave::analyzer::driver {
namespace {

// Both as one line; what always follows is left out of the result.
std::string cleaned(const std::string& line) {
  std::istringstream words(line);
  std::vector<std::string> arguments;
  for (std::string word; words >> word;) arguments.push_back(word);
  std::vector<std::string> result = parser_arguments(arguments, "/src/a.cc");
  EXPECT_GE(result.size(), 3u);
  EXPECT_EQ(result[result.size() - 2], "-w");
  EXPECT_EQ(result.back(), "/src/a.cc");
  std::string text;
  for (std::size_t i = 0; i + 2 < result.size(); ++i) text += (i == 0 ? "" : " ") + result[i];
  return text;
}

TEST(Flags, WhatDecidesMeaningIsKept) {
  const std::string all =
      "g++-12 -std=gnu++20 -Iinclude -I /x -D NDEBUG -DA=1 -UB -isystem /s -iquote q -idirafter d "
      "-include config.h -imacros m.h -x c++ -pthread -m32 -march=native -mavx2 -mno-sse4 -O2 "
      "-fno-exceptions -fno-rtti -fPIC -fopenmp -fno-threadsafe-statics -ftemplate-depth=900 "
      "--sysroot=/r -nostdinc -Wp,-D_FORTIFY_SOURCE=2 -fno-builtin-malloc";
  EXPECT_EQ(cleaned(all), all);
}

TEST(Flags, OutputsAndDependencyFilesGo) {
  EXPECT_EQ(
      cleaned("g++ -c -o a.o -MD -MT a.o -MF a.d -MMD -Wp,-MD,a.d -save-temps -g3 -pipe a.cc"),
      "g++");
  EXPECT_EQ(cleaned("g++ a.cc -Wl,--as-needed -L/lib -lfoo b.o -static"), "g++");
}

TEST(Flags, WhatOnlyGccKnowsGoes) {
  EXPECT_EQ(cleaned("g++ -fno-gnu-unique -fconcepts-diagnostics-depth=2 -fmodules-ts "
                    "-fmodule-mapper=a.modmap -fdeps-format=p1689r5 -fanalyzer -fipa-pta "
                    "-fno-lifetime-dse -fcallgraph-info --param max-inline=3 -mlongcalls "
                    "-mindirect-branch=thunk -fwhole-program -mno-direct-extern-access "
                    "-fplugin=x.so -specs=/y @a.modmap"),
            "g++");
}

TEST(Flags, WarningsGoSoThatNoneIsAnError) {
  EXPECT_EQ(cleaned("g++ -Wall -Werror -Werror=shadow -pedantic-errors -Wduplicated-cond"), "g++");
}

TEST(Flags, LaunchersGo) {
  EXPECT_EQ(cleaned("/usr/bin/ccache /usr/bin/c++ -DA"), "/usr/bin/c++ -DA");
  EXPECT_EQ(cleaned("ccache distcc g++ -DA"), "g++ -DA");
  EXPECT_EQ(cleaned("env CCACHE_DIR=/x ccache g++ -DA=B"), "g++ -DA=B");
  EXPECT_EQ(cleaned("g++ -DA"), "g++ -DA");
}

TEST(Flags, PrecompiledHeadersBecomeTheirText) {
  EXPECT_EQ(cleaned("clang++ -Xclang -include-pch -Xclang a.pch -Xclang -include -Xclang pch.hxx"),
            "clang++ -include pch.hxx");
  EXPECT_EQ(cleaned("g++ -Winvalid-pch -include pch.hxx"), "g++ -include pch.hxx");
  EXPECT_EQ(cleaned("g++ -include a.gch -include-pch b.pch -fpch-preprocess"), "g++");
  EXPECT_EQ(cleaned("clang++ -Xclang -load -Xclang plugin.so -DA"), "clang++ -DA");
}

TEST(Flags, AnIncompleteOptionIsNoCrash) {
  EXPECT_EQ(cleaned("g++ -I"), "g++");
  EXPECT_EQ(cleaned("g++ -Xclang"), "g++");
  EXPECT_EQ(cleaned("g++ -Xclang -include"), "g++");
  EXPECT_EQ(cleaned(""), "clang++");
  EXPECT_EQ(cleaned("ccache"), "clang++");
}

}  // namespace
}  // namespace lockweave::analyzer::driver
