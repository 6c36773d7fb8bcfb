// tests/unit/analyzer/driver/units_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/units.h"

#include <gtest/gtest.h>

#include "scratch.h"

namespace lockweave::analyzer::driver {
namespace {

std::string entry(const std::string& folder, const std::string& file, const std::string& command) {
  return "{\"directory\": \"" + folder + "\", \"file\": \"" + file + "\", \"command\": \"" +
         command + "\"}";
}

class UnitsTest : public ::testing::Test {
 protected:
  void database(const std::string& entries) {
    scratch_.write("build/compile_commands.json", "[" + entries + "]");
  }
  std::optional<Selection> select(const std::vector<std::string>& sources = {}) {
    Request request;
    request.build = scratch_ / "build";
    request.sources = sources;
    return select_units(request, error_);
  }
  std::string at(const std::string& name) const { return scratch_ / name; }

  const Scratch scratch_;
  model::ReadError error_;
};

TEST_F(UnitsTest, AllOfTheDatabaseSortedAndCleaned) {
  database(entry(at("build"), "../b.cc", "ccache /opt/x/g++ -Werror -DB -o b.o -c ../b.cc") + "," +
           entry(at("build"), at("a.c"), "gcc -DA -c a.c"));
  const auto selection = select();
  ASSERT_TRUE(selection) << error_.message;
  ASSERT_EQ(selection->units.size(), 2u);
  EXPECT_EQ(selection->units[0].file, at("a.c"));
  EXPECT_EQ(selection->units[1].file, at("b.cc"));
  EXPECT_EQ(selection->units[1].directory, at("build"));
  EXPECT_EQ(selection->units[1].arguments,
            (std::vector<std::string>{"/opt/x/g++", "-DB", "-w", at("b.cc")}));
  EXPECT_EQ(selection->database, at("build/compile_commands.json"));
}

TEST_F(UnitsTest, TheSameCommandTwiceIsOneUnit) {
  database(entry(at("build"), "../a.cc", "g++ -o x.o -c ../a.cc") + "," +
           entry(at("build"), "../a.cc", "g++ -o y.o -c ../a.cc") + "," +
           entry(at("build"), "../a.cc", "g++ -DOTHER -c ../a.cc"));
  const auto selection = select();
  ASSERT_EQ(selection->units.size(), 2u);
  EXPECT_TRUE(selection->units[0].objects.empty());
  EXPECT_EQ(selection->units[1].objects,
            (std::vector<std::string>{at("build/x.o"), at("build/y.o")}));
}

TEST_F(UnitsTest, WhereTheObjectGoes) {
  database(entry(at("build"), "../a.cc", "g++ -ojoined.o -c ../a.cc") + "," +
           entry(at("build"), "../b.cc", "g++ -o /elsewhere/b.o -c ../b.cc") + "," +
           "{\"directory\": \"" + at("build") +
           "\", \"file\": \"../c.cc\", \"output\": \"sub/c.o\", \"command\": \"g++ -c ../c.cc\"}");
  const auto selection = select();
  ASSERT_EQ(selection->units.size(), 3u);
  EXPECT_EQ(selection->units[0].objects, std::vector{at("build/joined.o")});
  EXPECT_EQ(selection->units[1].objects, std::vector<std::string>{"/elsewhere/b.o"});
  EXPECT_EQ(selection->units[2].objects, std::vector{at("build/sub/c.o")});
}

TEST_F(UnitsTest, ResponseFilesAreExpanded) {
  scratch_.write("build/flags.rsp", "-DFROM_FILE -Idir");
  database(entry(at("build"), "../a.cc", "/opt/x/g++ @flags.rsp @missing.modmap -c ../a.cc"));
  EXPECT_EQ(select()->units[0].arguments,
            (std::vector<std::string>{"/opt/x/g++", "-DFROM_FILE", "-Idir", "-w", at("a.cc")}));
}

TEST_F(UnitsTest, NamedFilesAndFoldersSelect) {
  for (const char* name : {"src/a.cc", "src/b.cc", "srcs/c.cc"}) scratch_.write(name, "");
  database(entry(at("build"), at("src/a.cc"), "g++ a") + "," +
           entry(at("build"), at("src/b.cc"), "g++ b") + "," +
           entry(at("build"), at("srcs/c.cc"), "g++ c"));
  EXPECT_EQ(select({at("src/b.cc")})->units.size(), 1u);
  EXPECT_EQ(select({at("src/../src/./b.cc")})->units.size(), 1u);
  EXPECT_EQ(select({at("src")})->units.size(), 2u);
  EXPECT_EQ(select({at("src"), at("srcs/c.cc")})->units.size(), 3u);
}

TEST_F(UnitsTest, SourcesOfAUnityBuildSelectTheFileThatJoinsThem) {
  scratch_.write("src/a.cc", "int a;\n");
  scratch_.write("src/b.cc", "int b;\n");
  scratch_.write("build/unity_0.cxx",
                 "/* generated\n   by CMake */\n#undef ID\n#define ID a\n"
                 "#include \"" +
                     at("src/a.cc") +
                     "\"\n"
                     "# include \"../src/b.cc\"  // the other\n");
  scratch_.write("build/own.cc", "#include \"../src/a.cc\"\nint c;\n");
  database(entry(at("build"), "unity_0.cxx", "g++ -c unity_0.cxx") + "," +
           entry(at("build"), "own.cc", "g++ -c own.cc"));
  for (const char* name : {"src", "src/a.cc", "src/b.cc"}) {
    const auto selection = select({at(name)});
    ASSERT_TRUE(selection) << name << ": " << error_.message;
    ASSERT_EQ(selection->units.size(), 1u) << name;
    EXPECT_EQ(selection->units[0].file, at("build/unity_0.cxx"));
  }
  EXPECT_EQ(select({at("build")})->units.size(), 2u);
}

TEST_F(UnitsTest, AFileThatIsNotInItIsAnError) {
  database(entry(at("build"), at("a.cc"), "g++ a"));
  EXPECT_FALSE(select({at("header.h")}));
  EXPECT_NE(error_.message.find("header.h` is not in "), std::string::npos) << error_.message;
}

TEST_F(UnitsTest, OtherLanguagesAreCountedOnly) {
  database(entry(at("build"), at("a.cc"), "g++ a") + "," +
           entry(at("build"), at("b.S"), "gcc b.S"));
  const auto selection = select();
  EXPECT_EQ(selection->units.size(), 1u);
  EXPECT_EQ(selection->foreign, 1u);
  database(entry(at("build"), at("b.S"), "gcc b.S"));
  EXPECT_FALSE(select());
}

TEST_F(UnitsTest, AMissingDatabaseSaysWhereAndHow) {
  EXPECT_FALSE(select());
  EXPECT_NE(error_.message.find("looked for " + at("build/compile_commands.json")),
            std::string::npos)
      << error_.message;
  EXPECT_NE(error_.remedy.find("CMAKE_EXPORT_COMPILE_COMMANDS=ON"), std::string::npos);
  EXPECT_NE(error_.remedy.find("bear -- make"), std::string::npos);
}

TEST_F(UnitsTest, ADamagedDatabaseIsNamedWithItsLine) {
  scratch_.write("build/compile_commands.json", "[\n{\"directory\": \"/\",\n  ]");
  EXPECT_FALSE(select());
  EXPECT_EQ(error_.path, at("build/compile_commands.json"));
  EXPECT_EQ(error_.line, 3u);
  scratch_.write("build/compile_commands.json", "{}");
  EXPECT_FALSE(select());
  EXPECT_NE(error_.message.find("no list of compile commands"), std::string::npos);
  database("");
  EXPECT_FALSE(select());
  EXPECT_EQ(error_.message, "names no C or C++ source");
}

TEST_F(UnitsTest, TheDatabaseIsFoundAboveTheSource) {
  scratch_.write("src/deep/a.cc", "");
  scratch_.write("compile_commands.json", "[" + entry(at(""), at("src/deep/a.cc"), "g++ a") + "]");
  Request request;
  request.sources = {at("src/deep/a.cc")};
  const auto selection = select_units(request, error_);
  ASSERT_TRUE(selection) << error_.message;
  EXPECT_EQ(selection->database, at("compile_commands.json"));
}

TEST_F(UnitsTest, FlagsOfOnesOwnNeedNoDatabase) {
  Request request;
  request.own_flags = true;
  request.flags = {"-std=c++20", "-Wall"};
  request.sources = {scratch_.write("b.cc", ""), scratch_.write("a.c", "")};
  const auto selection = select_units(request, error_);
  ASSERT_TRUE(selection) << error_.message;
  const std::vector<std::string>& c = selection->units[0].arguments;
  const std::vector<std::string>& cxx = selection->units[1].arguments;
  EXPECT_TRUE(c.front().starts_with('/') && c.front().ends_with("/clang")) << c.front();
  EXPECT_TRUE(cxx.front().starts_with('/') && cxx.front().ends_with("/clang++")) << cxx.front();
  EXPECT_EQ(std::vector(cxx.begin() + 1, cxx.end()),
            (std::vector<std::string>{"-std=c++20", "-w", at("b.cc")}));
  request.sources = {at("missing.cc")};
  EXPECT_FALSE(select_units(request, error_));
  request.sources.clear();
  EXPECT_FALSE(select_units(request, error_));
}

}  // namespace
}  // namespace lockweave::analyzer::driver
