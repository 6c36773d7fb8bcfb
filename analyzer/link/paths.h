// analyzer/link/paths.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Paths compared by what they name. `name` and `type` are words about a path and do not count.
// Thread-safety: pure functions. Cost: linear in the length of the paths.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::link {

using summary::Path;
using summary::Root;

bool same(const Path& a, const Path& b);
bool contains(const std::vector<Path>& paths, const Path& path);
void add_unique(std::vector<Path>& paths, const Path& path);

bool has_unknown_element(const Path& path);

// The same bytes for the same object: for maps.
std::string key_of(const Path& path);

// What stands for the same member of all objects, or for a variable; empty: neither.
std::string slot_key(const Path& slot);

inline bool nameable(const Path& path) { return path.root != Root::none || !path.fields.empty(); }
// Does the path mean the same in every function? (Not: parameters, `this`, results.)
inline bool fixed(const Path& path) {
  return path.root != Root::parameter && path.root != Root::object && path.root != Root::result;
}

// `base` and then the fields of `path` from `first` on. What would become too long to be a name
// that anybody gave (a list walked node by node) keeps its last field only and has no root.
Path joined(const Path& base, const Path& path, std::size_t first = 0);

// If `path` is `prefix` or inside of it: `to` instead of `prefix`.
std::optional<Path> replaced(const Path& path, const Path& prefix, const Path& to);

}  // namespace lockweave::analyzer::link
