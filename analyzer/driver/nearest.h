// analyzer/driver/nearest.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "Did you mean": the word of a list that is nearest by edit distance, the first of several.
#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

namespace lockweave::analyzer::driver {

inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// Errors: `words` must not be empty.
inline std::string_view nearest(std::string_view word, std::span<const std::string_view> words) {
  return *std::min_element(words.begin(), words.end(), [word](auto a, auto b) {
    return edit_distance(word, a) < edit_distance(word, b);
  });
}

}  // namespace lockweave::analyzer::driver
