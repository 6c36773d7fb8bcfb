// model/id_index.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Id of an entry -> its place among the entries of its kind. Private to record_reader.cc.
// Ids are small integers in every record the runtime wrote, and then this is an array; ids that are
// far beyond the number of entries go to a hash map, so that a damaged file cannot ask for memory.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "model/record.h"

namespace lockweave::model {

class IdIndex {
 public:
  std::optional<std::size_t> find(Id id) const {
    if (id < dense_.size() && dense_[id] != 0) return dense_[id] - 1;
    if (sparse_.empty()) return std::nullopt;
    const auto found = sparse_.find(id);
    return found == sparse_.end() ? std::nullopt : std::optional(found->second);
  }

  // Requires: `id` is not there yet.
  void insert(Id id, std::size_t place) {
    if (id >= (place + kSlack) * 4) {
      sparse_.emplace(id, place);
      return;
    }
    if (id >= dense_.size()) dense_.resize(id + std::size_t{1} + dense_.size() / 2);
    dense_[id] = place + 1;
  }

 private:
  static constexpr std::size_t kSlack = 64;

  std::vector<std::size_t> dense_;  // place + 1, 0: none
  std::unordered_map<Id, std::size_t> sparse_;
};

}  // namespace lockweave::model
