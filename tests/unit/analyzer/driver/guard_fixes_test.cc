// tests/unit/analyzer/driver/guard_fixes_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/guard_fixes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/unit/analyzer/driver/scratch.h"

namespace lockweave::analyzer::driver {
namespace {

// The text with `@` where the attribute goes; `n` is declared at the first `n` that is a word.
std::string placed(const std::string& text, const std::string& name = "n") {
  const std::size_t at = text.find(" " + name) + 1;
  const Spot spot = attribute_spot(text, 1, at + 1, name);
  if (!spot.problem.empty()) return spot.problem;
  std::string marked = text;
  return marked.insert(spot.offset, "@");
}

TEST(AttributeSpot, StandsBehindTheDeclarator) {
  EXPECT_EQ(placed("int n;"), "int n@;");
  EXPECT_EQ(placed("int n = 0;"), "int n@ = 0;");
  EXPECT_EQ(placed("int n{0};"), "int n@{0};");
  EXPECT_EQ(placed("int n(0);"), "int n@(0);");
  EXPECT_EQ(placed("int n, m;"), "int n@, m;");
  EXPECT_EQ(placed("int m, n;"), "int m, n@;");
  EXPECT_EQ(placed("int n[4][sizeof(int) * 2] = {};"), "int n[4][sizeof(int) * 2]@ = {};");
  EXPECT_EQ(placed("unsigned n : 3;"), "unsigned n : 3@;");
  EXPECT_EQ(placed("int n [[maybe_unused]];"), "int n [[maybe_unused]]@;");
  EXPECT_EQ(placed("std::map<int, long> n;"), "std::map<int, long> n@;");
  EXPECT_EQ(placed("int n /* = 3; */ = 4;"), "int n@ /* = 3; */ = 4;");
  EXPECT_EQ(placed("int n  // = 3;\n = 4;"), "int n@  // = 3;\n = 4;");
}

TEST(AttributeSpot, OfAPointerToAFunction) {
  const std::string text = "void (*call)(int, long) = nullptr;";
  const Spot spot = attribute_spot(text, 1, 8, "call");
  EXPECT_EQ(std::string(text).insert(spot.offset, "@"), "void (*call)(int, long)@ = nullptr;");
}

TEST(AttributeSpot, IsRefused) {
  EXPECT_EQ(placed("int n GUARDED_BY(mu);"), "it has such an attribute already");
  EXPECT_EQ(placed("int n __attribute__((guarded_by(mu))) = 1;"),
            "it has such an attribute already");
  EXPECT_EQ(placed("int n"), "the end of its declaration is not found");
  EXPECT_EQ(placed("int n\n#if A\n[3]\n#endif\n;"), "a directive stands in its declaration");
  const std::string changed = "its declaration is made by a macro, or has changed";
  EXPECT_EQ(attribute_spot("MEMBER(int, n);", 1, 1, "n").problem, changed);
  EXPECT_EQ(attribute_spot("int number;", 1, 5, "n").problem, changed);
  EXPECT_EQ(attribute_spot("int n;", 1, 50, "n").problem, changed);
  EXPECT_EQ(attribute_spot("int n;", 1, 0, "n").problem, changed);
  EXPECT_EQ(attribute_spot("int n;", 7, 5, "n").problem, "its declaration is not where it was");
}

// ---- which are written --------------------------------------------------------------------------

struct Project {
  Project() : file(scratch.write("src/bank.h", "struct Account {\n  Mutex mu;\n  int n;\n};\n")) {
    member.name = "Account::n";
    member.spelling = "n";
    member.declared = {file, 3, 7, ""};
    member.lock = {"mu", "Mutex", true, true, {}};
    member.accesses = member.held = 4;
    member.writes = 1;
    member.guarded = true;
  }
  std::vector<GuardFix> fixes(const FixPolicy& policy = {}) const {
    return guard_fixes({{"Account", {}, {member}}}, policy);
  }
  std::string why(const FixPolicy& policy = {}) const { return fixes(policy).at(0).held_back; }
  std::string text() const {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  Scratch scratch;
  std::string file;
  rules::GuardedMember member;
};

TEST(GuardFixes, AreWrittenOnceAndKeepTheMode) {
  const Project project;
  namespace fs = std::filesystem;
  fs::permissions(project.file, fs::perms::owner_read | fs::perms::owner_write);
  const FixesWritten written = write_fixes(project.fixes());
  ASSERT_EQ(written.files.size(), 1u);
  EXPECT_EQ(written.files[0].second, 1u);
  EXPECT_TRUE(written.problems.empty());
  const std::string expected =
      "struct Account {\n  Mutex mu;\n  int n __attribute__((guarded_by(mu)));\n};\n";
  EXPECT_EQ(project.text(), expected);
  EXPECT_EQ(fs::status(project.file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(project.why(), "it has such an attribute already");
  EXPECT_TRUE(write_fixes(project.fixes()).files.empty());
  EXPECT_EQ(project.text(), expected);
}

TEST(GuardFixes, WithAnAttributeThereIsNothingToDo) {
  Project project;
  project.member.annotated = "mu";
  EXPECT_TRUE(project.fixes().empty());
}

TEST(GuardFixes, DoubtsHoldBackUnlessAllAreWanted) {
  const FixPolicy all{true, false, {}};
  Project part;
  part.member.held = 3;
  EXPECT_EQ(part.why(), "only 3 of 4 accesses hold `mu`");
  EXPECT_EQ(part.why(all), "");
  Project no_capability;
  no_capability.member.lock.capability = false;
  EXPECT_EQ(no_capability.why(), "`Mutex` is no capability for clang");
  EXPECT_EQ(no_capability.why(all), "");
  Project unseen;
  unseen.member.unseen = {{"/src/bank.cc", 7, 3, "add_locked"}};
  EXPECT_EQ(unseen.why(), "clang does not see in `add_locked` (/src/bank.cc:7) that `mu` is held");
  EXPECT_EQ(unseen.why(all), "");
  const Project whole;
  EXPECT_EQ(whole.why({false, true, {}}), "some units were not analysed");
  EXPECT_EQ(whole.why({true, true, {}}), "");
}

TEST(GuardFixes, ObstaclesHoldBackAlways) {
  const FixPolicy all{true, false, {}};
  Project foreign;
  const std::string folder = std::filesystem::canonical(foreign.scratch.path()).string();
  EXPECT_EQ(foreign.why({true, false, {folder}}), "it is not in a file of the project");
  EXPECT_EQ(foreign.why({true, false, {folder + "/sr"}}), "");
  Project in_c;
  in_c.member.in_c = true;
  EXPECT_EQ(in_c.why(all), "in C an attribute cannot name another member");
  Project below;
  below.member.lock = {"mu", "Mutex", true, false, {below.file, 4, 1, ""}};
  EXPECT_EQ(below.why(all), "`mu` is not declared above it");
  below.member.lock.declared.line = 2;
  EXPECT_EQ(below.why(all), "");
  Project gone;
  std::filesystem::remove(gone.file);
  EXPECT_EQ(gone.why(all), "its file cannot be read");
}

TEST(ForeignFolders, AreThoseOfTheCompilerAndOfTheCommands) {
  extract::Job job;
  job.directory = "/build";
  job.arguments = {"c++",       "-isystem",   "/deps/a", "-isystem/deps/b", "--sysroot=/target/x",
                   "-Iinclude", "-idirafter", "late"};
  const std::vector<std::string> folders = foreign_folders({job});
  const auto has = [&](const std::string& folder) {
    return std::find(folders.begin(), folders.end(), folder) != folders.end();
  };
  for (const char* folder : {"/usr/include", "/deps/a", "/deps/b", "/target/x", "/build/late"}) {
    EXPECT_TRUE(has(folder)) << folder;
  }
  EXPECT_FALSE(has("/build/include"));
}

}  // namespace
}  // namespace lockweave::analyzer::driver
