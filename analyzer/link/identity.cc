// analyzer/link/identity.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "analyzer/link/paths.h"
#include "analyzer/link/program.h"

namespace lockweave::analyzer::link {
namespace {

bool is_element(const std::string& field) { return !field.empty() && field.front() == '['; }

// The last member, and the elements of it: "ns::Shards::mu[]"; empty: there is no member.
std::string member_of(const Path& path) {
  const auto element_end = path.fields.end();
  auto at = element_end;
  while (at != path.fields.begin() && is_element(*(at - 1))) --at;
  if (at == path.fields.begin()) return "";
  std::string text = *(at - 1);
  for (; at != element_end; ++at) text += "[]";
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
  const std::string member = member_of(path);
  if (!member.empty()) return member;
  std::string text = root_name(path);
  for (const std::string& field : path.fields) text += field;
  return text;
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
