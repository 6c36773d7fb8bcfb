// analyzer/driver/flags.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/flags.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <string_view>

namespace lockweave::analyzer::driver {
namespace {

namespace fs = std::filesystem;
using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 9> kLaunchers = {
    "ccache", "distcc", "sccache", "icecc", "icerun", "buildcache", "gomacc", "colorgcc", "env"};

// Kept with the word that follows, unless the value stands in the same word.
constexpr std::array<std::string_view, 20> kWithValue = {
    "-I",          "-D",           "-U",        "-x",           "-iquote",
    "-isystem",    "-idirafter",   "-include",  "-imacros",     "-iprefix",
    "-isysroot",   "-iwithprefix", "-target",   "-arch",        "-Xpreprocessor",
    "-iframework", "-F",           "--sysroot", "-cxx-isystem", "-iwithprefixbefore"};

constexpr std::array<std::string_view, 13> kAlone = {
    "-ansi", "-undef", "-nostdinc", "-nostdinc++", "-nostdlibinc", "-pthread",  "-m32",
    "-m64",  "-mx32",  "-mthumb",   "-marm",       "-pthreads",    "-trigraphs"};

constexpr std::array<std::string_view, 12> kBeginnings = {
    "-std=",   "--std=", "-stdlib=", "--sysroot=",   "--target=", "--gcc-toolchain=",
    "-march=", "-mcpu=", "-mfpu=",   "-mfloat-abi=", "-O",        "--gcc-install-dir="};

// Without -f and -fno-.
constexpr std::array<std::string_view, 36> kLanguage = {"exceptions",
                                                        "cxx-exceptions",
                                                        "rtti",
                                                        "char8_t",
                                                        "signed-char",
                                                        "unsigned-char",
                                                        "short-enums",
                                                        "short-wchar",
                                                        "ms-extensions",
                                                        "permissive",
                                                        "freestanding",
                                                        "hosted",
                                                        "builtin",
                                                        "openmp",
                                                        "coroutines",
                                                        "gnu89-inline",
                                                        "gnu-keywords",
                                                        "asm",
                                                        "operator-names",
                                                        "blocks",
                                                        "declspec",
                                                        "dollars-in-identifiers",
                                                        "threadsafe-statics",
                                                        "sized-deallocation",
                                                        "aligned-new",
                                                        "aligned-allocation",
                                                        "pic",
                                                        "PIC",
                                                        "pie",
                                                        "PIE",
                                                        "ms-compatibility",
                                                        "delayed-template-parsing",
                                                        "relaxed-template-template-args",
                                                        "fast-math",
                                                        "finite-math-only",
                                                        "trapping-math"};
constexpr std::array<std::string_view, 7> kLanguageWithValue = {
    "template-depth=", "constexpr-depth=", "constexpr-steps=", "constexpr-loop-limit=",
    "input-charset=",  "exec-charset=",    "openmp="};

// Without -m and -mno-.
constexpr std::array<std::string_view, 20> kInstructions = {
    "sse",  "ssse3", "avx",   "aes",   "bmi",   "fma",  "popcnt", "lzcnt", "pclmul", "sha",
    "f16c", "rdrnd", "crc32", "movbe", "xsave", "gfni", "vaes",   "mmx",   "adx",    "cx16"};

bool is_one_of(Words words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}
bool begins_with_one_of(Words words, std::string_view word) {
  return std::any_of(words.begin(), words.end(),
                     [word](std::string_view beginning) { return word.starts_with(beginning); });
}

// What follows `-f` or `-fno-`.
std::string_view stem(std::string_view word) {
  word.remove_prefix(2);
  if (word.starts_with("no-")) word.remove_prefix(3);
  return word;
}

bool decides_meaning(std::string_view word) {
  if (is_one_of(kAlone, word) || begins_with_one_of(kBeginnings, word)) return true;
  if (word.starts_with("-fno-builtin-")) return true;
  if (word.starts_with("-f")) {
    const std::string_view name = stem(word);
    return is_one_of(kLanguage, name) || begins_with_one_of(kLanguageWithValue, name);
  }
  return word.starts_with("-m") && begins_with_one_of(kInstructions, stem(word));
}

bool is_precompiled(std::string_view path) {
  return path.ends_with(".gch") || path.ends_with(".pch");
}

class Cleaner {
 public:
  Cleaner(const std::vector<std::string>& arguments, const std::string& file)
      : from_(arguments), file_(file) {}

  std::vector<std::string> clean() {
    take_compiler();
    while (at_ < from_.size()) take(from_[at_++]);
    to_.emplace_back("-w");
    to_.push_back(file_);
    return std::move(to_);
  }

 private:
  void take_compiler() {
    while (at_ < from_.size() && is_before_compiler(from_[at_])) ++at_;
    to_.push_back(at_ < from_.size() ? from_[at_++] : std::string("clang++"));
  }
  // Launchers, and the NAME=value words that `env` and some launchers take.
  bool is_before_compiler(const std::string& word) const {
    return is_one_of(kLaunchers, fs::path(word).filename().string()) ||
           (at_ != 0 && word.find('=') != std::string::npos);
  }

  void take(const std::string& word) {
    if (word == "-Xclang") return take_for_frontend();
    if (is_one_of(kWithValue, word)) return take_with_value(word);
    if (is_joined(word) || decides_meaning(word)) to_.push_back(word);
  }
  // "-Ifolder", "-includeheader.h"; not "-include-pch", "-Dump".
  static bool is_joined(std::string_view word) {
    if (word.starts_with("-include-") || word.starts_with("-iwith") || word.starts_with("-FI")) {
      return false;
    }
    if (word.starts_with("-Wp,")) return word.starts_with("-Wp,-D") || word.starts_with("-Wp,-U");
    return std::any_of(kWithValue.begin(), kWithValue.end(), [word](std::string_view option) {
      return option != "-target" && option != "-arch" && option != "-Xpreprocessor" &&
             option != "--sysroot" && word.size() > option.size() && word.starts_with(option);
    });
  }
  void take_with_value(const std::string& word) {
    if (at_ == from_.size()) return;
    const std::string& value = from_[at_++];
    if (word == "-include" && is_precompiled(value)) return;
    to_.push_back(word);
    to_.push_back(value);
  }
  // CMake hands the header of a precompiled header over as -Xclang -include -Xclang FILE.
  void take_for_frontend() {
    if (at_ == from_.size()) return;
    const std::string& option = from_[at_++];
    const bool has_value = option == "-include" || option == "-include-pch";
    if (!has_value || at_ + 1 >= from_.size() || from_[at_] != "-Xclang") return;
    const std::string& value = from_[at_ + 1];
    at_ += 2;
    if (option == "-include" && !is_precompiled(value)) {
      to_.insert(to_.end(), {"-include", value});
    }
  }

  const std::vector<std::string>& from_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::vector<std::string> to_;
};

}  // namespace

std::vector<std::string> parser_arguments(const std::vector<std::string>& arguments,
                                          const std::string& file) {
  return Cleaner(arguments, file).clean();
}

}  // namespace lockweave::analyzer::driver
