// analyzer/driver/guard_text.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/guard_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "report/text.h"

namespace lockweave::analyzer::driver {
namespace {

using cli::counted;
using rules::GuardedClass;
using rules::GuardedMember;
using rules::GuardLock;

constexpr std::size_t kPlacesMax = 3;

std::string without_lock(const GuardedMember& member) {
  if (member.lock.name.empty() || member.not_at.empty()) return "";
  std::string text = "; not at ";
  const std::size_t told = std::min(member.not_at.size(), kPlacesMax);
  for (std::size_t i = 0; i < told; ++i) {
    text += (i == 0 ? "" : ", ") + place_of(member.not_at[i]);
  }
  if (told < member.not_at.size()) {
    text += fmt::format(" and {}", counted(member.not_at.size() - told, "other place"));
  }
  return text;
}

std::string counts_of(const GuardedMember& member) {
  const std::string writes = counted(member.writes, "write");
  if (member.lock.name.empty()) {
    return fmt::format("{}, {}", counted(member.accesses, "access"), writes);
  }
  return fmt::format("{} of {}, {}{}", member.held, counted(member.accesses, "access"), writes,
                     without_lock(member));
}

std::string verdict_of(const GuardedMember& member) {
  if (member.guarded) return "guarded by " + member.lock.name;
  return member.lock.name.empty() ? "no lock" : "unclear: " + member.lock.name;
}

std::string declared_of(const GuardedMember& member) {
  return member.annotated.empty() ? "" : fmt::format("; declared guarded_by({})", member.annotated);
}

std::string heading_of(const GuardedClass& one) {
  std::string text = one.name.empty() ? "global variables" : one.name;
  for (std::size_t i = 0; i < one.locks.size(); ++i) {
    const GuardLock& lock = one.locks[i];
    text += fmt::format("{} {} ({}, {})", i == 0 ? "  locks:" : ",", lock.name, lock.type,
                        lock.capability ? "a capability" : "no capability");
  }
  return text + "\n";
}

std::string told_class(const GuardedClass& one, bool all) {
  std::vector<const GuardedMember*> told;
  std::size_t name_width = 0;
  std::size_t verdict_width = 0;
  for (const GuardedMember& member : one.members) {
    // A variable that is never touched again says nothing; a member shows that it was seen.
    if (!member.guarded && (!all || (member.global && member.accesses == 0))) continue;
    told.push_back(&member);
    name_width = std::max(name_width, member.name.size());
    verdict_width = std::max(verdict_width, verdict_of(member).size());
  }
  if (told.empty()) return "";
  std::string text = heading_of(one);
  for (const GuardedMember* member : told) {
    text += fmt::format("  {:<{}}  {:<{}}   {}{}\n", member->name, name_width, verdict_of(*member),
                        verdict_width, counts_of(*member), declared_of(*member));
  }
  return text;
}

std::string told_fix(const GuardFix& fix, bool written) {
  if (fix.held_back.empty()) {
    return fmt::format("{}: {} {} to {}\n", place_of(fix.place), written ? "adds" : "would add",
                       fix.attribute, fix.member);
  }
  return fmt::format("{}: {} gets no attribute: {}{}\n", place_of(fix.place), fix.member,
                     fix.held_back, fix.liftable ? " (--fix-all adds it)" : "");
}

nlohmann::json json_of(const rules::SourcePlace& place) {
  nlohmann::json made{{"file", place.file}, {"line", place.line}, {"column", place.column}};
  if (!place.function.empty()) made["function"] = place.function;
  return made;
}
nlohmann::json json_of(const std::vector<rules::SourcePlace>& places) {
  nlohmann::json list = nlohmann::json::array();
  for (const rules::SourcePlace& place : places) list.push_back(json_of(place));
  return list;
}
nlohmann::json json_of(const GuardLock& lock) {
  return {{"name", lock.name}, {"type", lock.type}, {"capability", lock.capability}};
}
nlohmann::json json_of(const GuardedMember& member) {
  nlohmann::json made{{"name", member.name},
                      {"place", json_of(member.declared)},
                      {"guarded", member.guarded},
                      {"lock", nullptr},
                      {"accesses", member.accesses},
                      {"held", member.held},
                      {"writes", member.writes},
                      {"not_at", json_of(member.not_at)},
                      {"unseen_by_clang", json_of(member.unseen)},
                      {"declared", member.annotated}};
  if (!member.lock.name.empty()) made["lock"] = json_of(member.lock);
  return made;
}
nlohmann::json json_of(const GuardFix& fix, bool written) {
  const bool held_back = !fix.held_back.empty();
  return {{"member", fix.member},
          {"place", json_of(fix.place)},
          {"attribute", fix.attribute},
          {"state", held_back ? "held back"
                    : written ? "added"
                              : "proposed"},
          {"why", fix.held_back}};
}

}  // namespace

std::string guards_as_text(const std::vector<GuardedClass>& classes,
                           const std::vector<GuardFix>& fixes, const GuardStyle& style) {
  std::string text;
  std::size_t members = 0;
  std::size_t guarded = 0;
  for (const GuardedClass& one : classes) {
    if (!style.quiet) text += told_class(one, style.all);
    for (const GuardedMember& member : one.members) {
      if (member.accesses == 0) continue;
      ++members;
      guarded += member.guarded ? 1 : 0;
    }
  }
  if (!style.quiet && !fixes.empty()) {
    text += "\n";
    for (const GuardFix& fix : fixes) text += told_fix(fix, style.fix);
  }
  if (!text.empty()) text += "\n";
  return text +
         fmt::format("a lock guards {} of {}\n", guarded, counted(members, "accessed variable"));
}

std::string guards_as_json(const std::vector<GuardedClass>& classes,
                           const std::vector<GuardFix>& fixes, bool fix) {
  using nlohmann::json;
  json list = json::array();
  for (const GuardedClass& one : classes) {
    json locks = json::array();
    for (const GuardLock& lock : one.locks) locks.push_back(json_of(lock));
    json members = json::array();
    for (const GuardedMember& member : one.members) members.push_back(json_of(member));
    list.push_back(
        {{"name", one.name}, {"locks", std::move(locks)}, {"members", std::move(members)}});
  }
  json changes = json::array();
  for (const GuardFix& one : fixes) changes.push_back(json_of(one, fix));
  const json document = {{"lockweave", "guards"},
                         {"version", 1},
                         {"classes", std::move(list)},
                         {"fixes", std::move(changes)}};
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string changes_as_text(const FixesWritten& written) {
  std::string text;
  for (const auto& [file, fixes] : written.files) {
    text += fmt::format("changed {}: {}\n", cli::below(file, cli::current_folder()),
                        counted(fixes, "attribute"));
  }
  return text;
}

}  // namespace lockweave::analyzer::driver
