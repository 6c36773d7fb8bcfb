// tests/unit/tools/elf_file_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/elf_file.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

#include "tools/lockweave/symbols/symbolizer.h"

namespace lockweave::cli {
namespace {

struct Addresses {
  std::size_t member = 0;
  std::size_t variable = 0;
  std::size_t return_address = 0;
};

Addresses addresses_in_sample() {
  const std::unique_ptr<FILE, int (*)(FILE*)> output(::popen(ELF_SAMPLE, "r"), &::pclose);
  Addresses at;
  EXPECT_EQ(3,
            std::fscanf(output.get(), "%zu %zu %zu", &at.member, &at.variable, &at.return_address));
  return at;
}

ElfFile open_file(const std::string& path) {
  std::string error;
  std::optional<ElfFile> file = ElfFile::open(path, error);
  EXPECT_TRUE(file) << error;
  return std::move(*file);
}

TEST(ElfFile, ReadsHowAProgramIsLinked) {
  const ElfFile file = open_file(ELF_SAMPLE);
  EXPECT_TRUE(file.facts().is_64_bit);
  EXPECT_EQ(file.facts().machine, EM_X86_64);
  EXPECT_NE(file.facts().interpreter.find("ld-linux"), std::string::npos);
  EXPECT_NE(std::find(file.facts().needed.begin(), file.facts().needed.end(), "libc.so.6"),
            file.facts().needed.end());
  EXPECT_TRUE(file.facts().has_debug_info);
  EXPECT_TRUE(file.defines("_Z9call_herev"));
  EXPECT_FALSE(file.defines("printf"));
}

TEST(ElfFile, StaticProgramHasNoInterpreter) {
  EXPECT_EQ(open_file(ELF_SAMPLE_STATIC).facts().interpreter, "");
}

TEST(ElfFile, FindsTheVariableAtAnAddress) {
  const ElfFile file = open_file(ELF_SAMPLE);
  const Addresses at = addresses_in_sample();
  const auto variable = file.variable_at(at.variable);
  ASSERT_TRUE(variable);
  EXPECT_EQ(variable->name, "sample::free_standing");
  EXPECT_EQ(variable->offset, 0u);
  const auto member = file.variable_at(at.member);
  ASSERT_TRUE(member);
  EXPECT_EQ(member->name, "sample::account");
  EXPECT_EQ(member->offset, 8u);
  EXPECT_FALSE(file.variable_at(1));
}

TEST(ElfFile, RefusesWhatIsNoElfFile) {
  std::string error;
  EXPECT_FALSE(ElfFile::open("/etc/passwd", error));
  EXPECT_EQ(error, "it is not an ELF file");
  EXPECT_FALSE(ElfFile::open("/nowhere", error));
  EXPECT_FALSE(ElfFile::open("/", error));
}

// Every length of a real file, and every byte of its headers changed: no crash, only absence.
TEST(ElfFile, SurvivesDamagedFiles) {
  std::ifstream original(ELF_SAMPLE, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(original)), {});
  const std::string path = testing::TempDir() + "damaged_elf";
  const auto read_back = [&path](const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
    std::string error;
    if (const auto file = ElfFile::open(path, error)) {
      file->defines("main");
      file->variable_at(0x4000);
    }
  };
  for (std::size_t length = 0; length < bytes.size(); length += 1 + length / 8) {
    read_back(bytes.substr(0, length));
  }
  for (std::size_t at = 4; at < 64; ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(0xff);
    read_back(changed);
  }
}

TEST(Demangled, KeepsNamesOfC) {
  EXPECT_EQ(demangled("i"), "i");
  EXPECT_EQ(demangled("_Z9call_herev"), "call_here()");
}

TEST(LlvmSymbolizer, FindsTheLineOfACall) {
  const Addresses at = addresses_in_sample();
  LlvmSymbolizer symbolizer;
  SymbolCache symbols(symbolizer);
  const auto& sites = symbols.sites({ELF_SAMPLE, at.return_address});
  if (!symbols.note().empty()) GTEST_FAIL() << symbols.note();
  EXPECT_EQ(sites.front().function, "call_here()");
  EXPECT_EQ(sites.front().file, ELF_SAMPLE_SOURCE);
  EXPECT_EQ(sites.front().line, 38u);
}

}  // namespace
}  // namespace lockweave::cli
