// tests/unit/tools/program_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/program.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace lockweave::cli {
namespace {

std::string file(const std::string& name, const std::string& content, mode_t mode = 0755) {
  const std::string path = testing::TempDir() + name;
  std::ofstream(path, std::ios::binary) << content;
  ::chmod(path.c_str(), mode);
  return path;
}

std::string message_of(const std::string& name) {
  const Program program = inspect_program(name);
  return program.obstacle ? program.obstacle->message : "none";
}

TEST(InspectProgram, DynamicProgramIsFine) {
  const Program program = inspect_program(ELF_SAMPLE);
  EXPECT_FALSE(program.obstacle) << program.obstacle->message;
  EXPECT_EQ(program.path, ELF_SAMPLE);
  EXPECT_EQ(program.binary, ELF_SAMPLE);
  EXPECT_TRUE(program.load_first.empty());
}

TEST(InspectProgram, LooksInThePath) {
  EXPECT_TRUE(inspect_program("sh").path.ends_with("/sh"));
  EXPECT_EQ(message_of("no-such-program-here"), "`no-such-program-here` was not found in PATH");
}

TEST(InspectProgram, SaysWhyItCannotBeStarted) {
  EXPECT_NE(message_of("/nowhere/x").find("does not exist"), std::string::npos);
  EXPECT_NE(message_of("/usr/").find("is a folder"), std::string::npos);
  EXPECT_NE(message_of(file("plain.txt", "x", 0644)).find("not executable"), std::string::npos);
}

TEST(InspectProgram, RefusesStaticPrograms) {
  EXPECT_NE(message_of(ELF_SAMPLE_STATIC).find("statically linked"), std::string::npos);
}

TEST(InspectProgram, RefusesOtherMachines) {
  std::string header(
      "\x7f"
      "ELF\x01\x01\x01",
      7);
  header.resize(64, '\0');
  EXPECT_NE(message_of(file("elf32", header)).find("32-bit"), std::string::npos);
}

TEST(InspectProgram, SaysThatAProgramIsCutOff) {
  std::ifstream whole(ELF_SAMPLE, std::ios::binary);
  std::string text(100, '\0');
  whole.read(text.data(), static_cast<std::streamsize>(text.size()));
  for (const std::size_t left : {8u, 40u}) {
    const std::string path = file("cut", text.substr(0, left));
    EXPECT_NE(message_of(path).find("is a damaged program: "), std::string::npos) << left;
    EXPECT_FALSE(inspect_program(path).shell_script);
  }
}

TEST(InspectProgram, FollowsScripts) {
  const Program script = inspect_program(file("s1", "#!/bin/sh -e\nexit 0\n"));
  EXPECT_EQ(script.binary, "/bin/sh");
  EXPECT_FALSE(script.obstacle);
  EXPECT_TRUE(inspect_program(file("s2", "#!/usr/bin/env -S sh -e\n")).binary.ends_with("/sh"));
  EXPECT_NE(message_of(file("s3", "#!/no/such/interpreter\n")).find("/no/such/interpreter"),
            std::string::npos);
}

TEST(InspectProgram, TextWithoutInterpreterIsRunByTheShell) {
  const Program program = inspect_program(file("s4", "echo hello\n"));
  EXPECT_TRUE(program.shell_script);
  EXPECT_EQ(program.binary, "/bin/sh");
}

TEST(InspectProgram, SetUserIdOfAnotherUser) {
  const std::string path = file("setuid", "");
  std::ifstream source(ELF_SAMPLE, std::ios::binary);
  std::ofstream(path, std::ios::binary) << source.rdbuf();
  constexpr uid_t kSomebody = 12345;
  if (::chown(path.c_str(), kSomebody, static_cast<gid_t>(-1)) != 0) {
    GTEST_SKIP() << "only root can give files away";
  }
  ::chmod(path.c_str(), 04755);
  EXPECT_NE(message_of(path).find("set-user-id"), std::string::npos);
}

}  // namespace
}  // namespace lockweave::cli
