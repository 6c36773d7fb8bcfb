// analyzer/link/identity.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <span>

#include "analyzer/link/paths.h"
#include "analyzer/link/program.h"

namespace lockweave::analyzer::link {
namespace {

bool is_element(const std::string& field) { return !field.empty() && field.front() == '['; }

bool is_part(const std::string& field) { return field.ends_with('.'); }

std::string without_dot(const std::string& field) {
  return is_part(field) ? field.substr(0, field.size() - 1) : field;
}

// The last member with what it is a part of, and the elements. Two objects of one class that are
// parts of different members are two.
std::span<const std::string> own_part(const Path& path) {
  std::size_t first = path.fields.size();
  bool any = false;
  for (std::size_t at = path.fields.size(); at-- > 0;) {
    if (is_element(path.fields[at])) continue;
    if (any && !is_part(path.fields[at])) break;
    any = true;
    first = at;
  }
  return std::span(path.fields).subspan(first);
}

// "ns::Bank::vault.ns::Shards::mu[]"; empty: there is no member.
std::string member_of(const Path& path) {
  std::string text;
  for (const std::string& field : own_part(path)) text += is_element(field) ? "[]" : field;
  return is_part(text) ? without_dot(text) : text;
}

// The same for people: "ns::Bank::vault.mu[]".
std::string told_member(const Path& path) {
  std::string text;
  for (const std::string& field : own_part(path)) {
    if (is_element(field)) {
      text += "[]";
    } else if (text.empty()) {
      text = without_dot(field);
    } else {
      const std::string name = without_dot(field);
      const std::size_t colon = name.rfind("::");
      text += "." + (colon == std::string::npos ? name : name.substr(colon + 2));
    }
  }
  return text;
}

std::string root_name(const Path& path) {
  if (!path.name.empty()) return path.name;
  switch (path.root) {
    case Root::object: return "this";
    case Root::global:
    case Root::local: return path.symbol;
    default: return "an unnamed object";
  }
}

Grade grade_of(const Path& path, bool member) {
  const bool unknown_element =
      std::find(path.fields.begin(), path.fields.end(), "[]") != path.fields.end();
  const bool ends_in_element = !path.fields.empty() && path.fields.back() == "[]";
  switch (path.root) {
    case Root::global:
    case Root::object:
      if (!unknown_element) return Grade::object;
      break;
    case Root::local:
      if (!unknown_element && path.index == 0) return Grade::object;
      break;
    default: break;
  }
  return member && !ends_in_element ? Grade::same_class : Grade::unknown;
}

}  // namespace

std::string name_of(const Path& path) {
  const std::string member = told_member(path);
  if (!member.empty()) return member;
  std::string text = root_name(path);
  for (const std::string& field : path.fields) text += field;
  return without_dot(text);
}

const std::string& member_key(const Path& path) {
  static const std::string none;
  const auto last = std::find_if_not(path.fields.rbegin(), path.fields.rend(), is_element);
  return last == path.fields.rend() ? none : *last;
}

bool is_referred(const Path& path) {
  const std::span<const std::string> part = own_part(path);
  return std::any_of(path.fields.begin(), path.fields.end() - static_cast<long>(part.size()),
                     [](const std::string& field) { return !is_element(field); });
}

Identity identity_of(const Path& path) {
  Identity identity;
  identity.of_class = member_of(path);
  identity.grade = grade_of(path, !identity.of_class.empty());
  if (identity.grade == Grade::object) identity.object = key_of(path);
  if (identity.of_class.empty() && (path.root == Root::global || path.root == Root::local)) {
    identity.of_class = path.symbol;
    for (const std::string& field : path.fields) identity.of_class += is_element(field) ? "[]" : "";
  }
  identity.name = name_of(path);
  return identity;
}

}  // namespace lockweave::analyzer::link
