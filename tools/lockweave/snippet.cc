// tools/lockweave/snippet.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/snippet.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>

#include "tools/lockweave/text.h"

namespace lockweave::cli {
namespace {

constexpr std::uintmax_t kFileBytesMax = std::uintmax_t{16} << 20;
constexpr std::size_t kLineColumnsMax = 300;

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::size_t end_of_word(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && in_word(text[end])) ++end;
  return std::max(end, begin + 1);
}

// From a column of the file to one of the text with its tabs expanded.
std::string expanded(std::string_view raw, std::size_t& column) {
  std::string text;
  const std::size_t asked = column;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (i == asked) column = text.size();
    if (raw[i] == '\t') {
      text += "    ";
    } else if (static_cast<unsigned char>(raw[i]) >= 0x20) {
      text += raw[i];
    }
  }
  return text;
}

}  // namespace

const std::vector<std::string>& Sources::lines(const std::string& file) {
  const auto known = files_.find(file);
  if (known != files_.end()) return known->second;
  std::vector<std::string> lines;
  std::error_code error;
  const bool usable = std::filesystem::is_regular_file(file, error) &&
                      std::filesystem::file_size(file, error) <= kFileBytesMax && !error;
  if (usable) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
  }
  return files_.emplace(file, std::move(lines)).first->second;
}

std::optional<SourceLine> Sources::line(const std::string& file, std::uint32_t number,
                                        std::uint32_t column) {
  const std::vector<std::string>& all = lines(file);
  if (number == 0 || number > all.size()) return std::nullopt;
  const std::string& raw = all[number - 1];
  SourceLine line;
  const bool whole = column == 0 || column > raw.size();
  line.begin = whole ? 0 : column - 1;
  line.text = expanded(raw, line.begin).substr(0, kLineColumnsMax);
  while (!line.text.empty() && line.text.back() == ' ') line.text.pop_back();
  if (line.text.empty()) return std::nullopt;
  if (whole || line.begin >= line.text.size()) {
    line.begin = std::min(line.text.find_first_not_of(' '), line.text.size() - 1);
    line.end = line.text.size();
  } else {
    line.end = end_of_word(line.text, line.begin);
  }
  return line;
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> Sources::columns_of(
    const std::string& file, std::uint32_t number, std::uint32_t column) {
  const std::vector<std::string>& all = lines(file);
  if (number == 0 || number > all.size()) return std::nullopt;
  const std::string& raw = all[number - 1];
  if (column == 0 || column > raw.size()) {
    const auto begin = raw.find_first_not_of(" \t");
    if (begin == std::string::npos) return std::nullopt;
    return std::pair(static_cast<std::uint32_t>(begin + 1),
                     static_cast<std::uint32_t>(raw.find_last_not_of(" \t\r") + 2));
  }
  return std::pair(column, static_cast<std::uint32_t>(end_of_word(raw, column - 1) + 1));
}

}  // namespace lockweave::cli
