// report/text.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small helpers on text and paths that several steps share. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockweave::cli {

std::string_view base_name(std::string_view path);
// `path` relative to `folder` if it lies below it, else unchanged.
std::string below(std::string_view path, std::string_view folder);
std::string current_folder();

std::string counted(std::uint64_t n, std::string_view noun);  // "1 error", "2 errors"
std::string ticked(std::string_view name);                    // "`name`"
std::string joined(std::span<const std::string> parts, std::string_view separator);
std::string listed(std::span<const std::string> parts);  // "a, b and c"
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trimmed(std::string_view text);
std::string hex(std::uint64_t value);  // "0x1f"

// '%', control characters and the characters of `reserved` as %XX.
std::string percent_escape(std::string_view text, std::string_view reserved);

// "(anonymous namespace)::f" -> "f": it says nothing to the reader.
std::string without_anonymous(std::string_view symbol);

// Whole-text match; '*' stands for any text, '?' for one character.
// Cost: |pattern| * |text| at worst.
bool glob_match(std::string_view pattern, std::string_view text);

// `text` in lines of at most `width` columns, broken at blanks.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

// Writes `text` to `path` ("-": standard output). Returns an empty text or what went wrong.
std::string write_file(const std::string& path, std::string_view text);

}  // namespace lockweave::cli
