// model/rule_search.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "Did you mean": apart from the catalogue, which the runtime compiles too, because this allocates.
#include <algorithm>
#include <numeric>
#include <vector>

#include "model/rule_catalog.h"

namespace lockweave::model {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
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

}  // namespace

// Of several equally near ones the first of the catalogue.
std::string_view nearest_rule(std::string_view id) {
  const std::span<const Rule> rules = all_rules();
  const auto distance = [id](const Rule& rule) { return edit_distance(id, rule.id); };
  return std::min_element(rules.begin(), rules.end(),
                          [&](const Rule& a, const Rule& b) { return distance(a) < distance(b); })
      ->id;
}

}  // namespace lockweave::model
