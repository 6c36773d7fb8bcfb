// analyzer/rules/names.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/names.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace lockweave::analyzer::rules {
namespace {

bool is_element(const std::string& field) { return !field.empty() && field.front() == '['; }

std::string last_part(std::string key) {
  if (key.ends_with('.')) key.pop_back();
  const std::size_t colon = key.rfind("::");
  const std::string part = colon == std::string::npos ? key : key.substr(colon + 2);
  const std::size_t bar = part.rfind('|');
  return bar == std::string::npos ? part : part.substr(bar + 1);
}

}  // namespace

bool is_behind_pointer(const Path& path) {
  std::size_t last = path.fields.size();
  while (last > 0 && is_element(path.fields[last - 1])) --last;
  if (last < 2) return false;
  const std::uint32_t members = (1U << std::min<std::size_t>(last, 31)) - 2;
  return (path.pointers & members) != 0;
}

bool is_fixed(const Path& path) {
  // Another index: of a function called, which makes a new one each time.
  const bool own_local = path.root == Root::local && path.index == 0;
  return (path.root == Root::global || own_local) && !has_unknown_element(path) &&
         !is_behind_pointer(path);
}

bool depends_on_caller(const Path& path) {
  return path.root == Root::parameter || path.root == Root::object;
}

std::string class_key(const Path& path) { return link::identity_of(path).of_class; }

Path owner_of(const Path& path) {
  Path owner = path;
  while (!owner.fields.empty() && is_element(owner.fields.back())) owner.fields.pop_back();
  if (!owner.fields.empty()) owner.fields.pop_back();
  if (owner.fields.size() < 31) owner.pointers &= (2U << owner.fields.size()) - 1;
  return owner;
}

bool surely_same(const Path& a, const Path& b) {
  return a.root != Root::none && !has_unknown_element(a) && link::same(a, b);
}

// What somebody refers to may be a part of something: `*mutex_` of a condition variable, and
// `Queue::mutex_`.
static bool may_be_a_part(const Path& path, const std::string& key, const std::string& whole) {
  return (!is_fixed(path) || link::is_referred(path)) && whole.size() > key.size() &&
         whole.ends_with(key) && whole[whole.size() - key.size() - 1] == '.';
}

// Members whose names alone tell them apart: cheaper than what their classes' keys say.
static bool are_other_members(const Path& a, const Path& b) {
  if (a.fields.empty() || b.fields.empty()) return false;
  std::string_view last = a.fields.back();
  std::string_view other = b.fields.back();
  if (last.starts_with('[') || other.starts_with('[')) return false;
  if (last.ends_with('.')) last.remove_suffix(1);
  if (other.ends_with('.')) other.remove_suffix(1);
  return last != other;
}

bool perhaps_same(const Path& a, const Path& b) {
  if (is_fixed(a) && is_fixed(b) &&
      (link::same(a, b) || (!link::is_referred(a) && !link::is_referred(b)))) {
    return link::same(a, b);
  }
  if (are_other_members(a, b)) return false;
  const std::string key = class_key(a);
  const std::string other = class_key(b);
  if (key.empty() || other.empty()) return false;
  const bool one_class = key == other && !(is_fixed(a) && is_fixed(b));
  return one_class || may_be_a_part(a, key, other) || may_be_a_part(b, other, key);
}

std::string without_anonymous(std::string text) {
  constexpr std::string_view kAnonymous = "(anonymous namespace)::";
  for (auto at = text.find(kAnonymous); at != std::string::npos; at = text.find(kAnonymous, at)) {
    text.erase(at, kAnonymous.size());
  }
  return text;
}

std::string told_name(const Path& path) {
  if (!is_fixed(path) || path.name.empty()) return without_anonymous(link::name_of(path));
  std::string text = path.name;
  for (const std::string& field : path.fields) {
    text += is_element(field) ? field : "." + last_part(field);
  }
  return without_anonymous(std::move(text));
}

}  // namespace lockweave::analyzer::rules
