// analyzer/link/paths.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/paths.h"

#include <algorithm>

#include "analyzer/link/program.h"

namespace lockweave::analyzer::link {
namespace {

constexpr std::size_t kFieldsMax = 8;

}  // namespace

bool same(const Path& a, const Path& b) {
  return a.root == b.root && a.index == b.index && a.fields == b.fields && a.symbol == b.symbol;
}

bool contains(const std::vector<Path>& paths, const Path& path) {
  return std::any_of(paths.begin(), paths.end(), [&](const Path& one) { return same(one, path); });
}

void add_unique(std::vector<Path>& paths, const Path& path) {
  if (!contains(paths, path)) paths.push_back(path);
}

std::string slot_key(const Path& slot) {
  for (auto field = slot.fields.rbegin(); field != slot.fields.rend(); ++field) {
    if (!field->empty() && field->front() != '[') return *field;
  }
  const bool variable = slot.root == Root::global || slot.root == Root::local;
  return variable ? slot.symbol : "";
}

bool has_unknown_element(const Path& path) {
  return std::find(path.fields.begin(), path.fields.end(), "[]") != path.fields.end();
}

std::string key_of(const Path& path) {
  std::string key(1, static_cast<char>('a' + static_cast<int>(path.root)));
  key += std::to_string(path.index);
  key += ':';
  key += path.symbol;
  for (const std::string& field : path.fields) {
    key += '\x1f';
    key += field;
  }
  return key;
}

bool extends(const Path& a, const Path& b) {
  return a.root == b.root && a.index == b.index && a.symbol == b.symbol &&
         a.fields.size() <= b.fields.size() &&
         std::equal(a.fields.begin(), a.fields.end(), b.fields.begin());
}

Path joined(const Path& base, const Path& path, std::size_t first) {
  Path result = base;
  result.pointers |= (path.pointers >> (first + 1)) << (base.fields.size() + 1);
  if (base.root == Root::none && base.fields.empty()) result.type = path.type;
  result.fields.insert(result.fields.end(), path.fields.begin() + static_cast<long>(first),
                       path.fields.end());
  if (result.fields.size() <= kFieldsMax) return result;
  return {Root::none, 0, "", "", "", {result.fields.back()}, 0};
}

std::optional<Path> replaced(const Path& path, const Path& prefix, const Path& to) {
  if (!extends(prefix, path)) return std::nullopt;
  return joined(to, path, prefix.fields.size());
}

}  // namespace lockweave::analyzer::link
