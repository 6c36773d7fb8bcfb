// report/snippet.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lines of source, read once per file. Files that are gone, or shorter than the line asked for (the
// source changed since the program was built), give nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockweave::cli {

struct SourceLine {
  std::string text;       // tabs are four blanks, trailing blanks cut
  std::size_t begin = 0;  // columns to mark: [begin, end), from 0
  std::size_t end = 0;
};

class Sources {
 public:
  // `column` 0: the whole line is marked, without its indentation.
  std::optional<SourceLine> line(const std::string& file, std::uint32_t number,
                                 std::uint32_t column);
  // 1-based [first, last+1) columns of the expression at `column` in the file as it is.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> columns_of(const std::string& file,
                                                                    std::uint32_t number,
                                                                    std::uint32_t column);

 private:
  const std::vector<std::string>& lines(const std::string& file);
  std::map<std::string, std::vector<std::string>, std::less<>> files_;
};

}  // namespace lockweave::cli
