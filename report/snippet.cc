// report/snippet.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/snippet.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>

#include "report/text.h"

namespace lockweave::cli {
namespace {

constexpr std::uintmax_t kFileBytesMax = std::uintmax_t{16} << 20;
constexpr std::size_t kLineColumnsMax = 300;

// What the kernel makes up while it is read, and may never end, has size 0.
bool is_of_a_source(std::uintmax_t size) { return size != 0 && size <= kFileBytesMax; }

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Back over `a.b->c::d` to where the name begins.
std::size_t begin_of_name(std::string_view text, std::size_t end) {
  std::size_t at = end;
  while (at > 0) {
    const char before = text[at - 1];
    const bool arrow = before == '>' && at > 1 && text[at - 2] == '-';
    if (!in_word(before) && before != '.' && before != ':' && !arrow) break;
    at -= arrow ? 2 : 1;
  }
  return at;
}

// Some compilers give the column of a call's closing parenthesis, others that of its name: what is
// marked is the name up to that parenthesis, or the word.
Range expression_at(std::string_view text, std::size_t at) {
  if (in_word(text[at])) {
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) ++end;
    return {at, end};
  }
  if (text[at] != ')' && text[at] != '(') return {at, at + 1};
  std::size_t open = at;
  for (int depth = text[at] == ')' ? 1 : 0; depth > 0 && open > 0;) {
    --open;
    if (text[open] == ')') ++depth;
    if (text[open] == '(') --depth;
  }
  if (text[open] != '(') return {at, at + 1};
  return {begin_of_name(text, open), at + 1};
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
                      is_of_a_source(std::filesystem::file_size(file, error)) && !error;
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
    const Range marked = expression_at(line.text, line.begin);
    line.begin = marked.begin;
    line.end = marked.end;
  }
  return line;
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> Sources::columns_of(const std::string& file,
                                                                           std::uint32_t number,
                                                                           std::uint32_t column) {
  const std::vector<std::string>& all = lines(file);
  if (number == 0 || number > all.size()) return std::nullopt;
  const std::string& raw = all[number - 1];
  if (column == 0 || column > raw.size()) {
    const auto begin = raw.find_first_not_of(" \t");
    if (begin == std::string::npos) return std::nullopt;
    return std::pair(static_cast<std::uint32_t>(begin + 1),
                     static_cast<std::uint32_t>(raw.find_last_not_of(" \t\r") + 2));
  }
  const Range marked = expression_at(raw, column - 1);
  return std::pair(static_cast<std::uint32_t>(marked.begin + 1),
                   static_cast<std::uint32_t>(marked.end + 1));
}

}  // namespace lockweave::cli
