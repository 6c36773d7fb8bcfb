// analyzer/driver/guard_fixes.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/guard_fixes.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

#include "report/text.h"

namespace lockweave::analyzer::driver {
namespace {

namespace fs = std::filesystem;
using cli::counted;
using cli::ticked;
using rules::GuardedMember;

std::optional<std::string> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool names_a_guard(std::string_view text) {
  std::string lower;
  for (const char c : text) {
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower.find("guarded_by") != std::string::npos;
}

// The position after the comment or literal that begins at `at`; `at` itself: none does.
std::size_t past_comment(std::string_view text, std::size_t at) {
  const auto after = [&](std::string_view end, std::size_t from) {
    const std::size_t found = text.find(end, from);
    return found == std::string_view::npos ? text.size() : found + end.size();
  };
  if (text.substr(at, 2) == "//") return after("\n", at);
  if (text.substr(at, 2) == "/*") return after("*/", at + 2);
  return at;
}
std::size_t past_literal(std::string_view text, std::size_t at) {
  const char quote = text[at];
  if (quote != '"' && quote != '\'') return at;
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      return i + 1;
    }
  }
  return text.size();
}

bool begins_initializer(char c) { return c == ';' || c == ',' || c == '=' || c == '{'; }

// From behind the name to behind the last word of the declarator.
Spot end_of_declarator(std::string_view text, std::size_t from) {
  std::size_t end = from;
  int depth = 0;
  for (std::size_t i = from; i < text.size();) {
    const char c = text[i];
    if (const std::size_t next = past_comment(text, i); next != i) {
      i = next;
      continue;
    }
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++i;
      continue;
    }
    if (c == '#') return {0, "a directive stands in its declaration"};
    const bool parenthesised = c == '(' && end == from;
    if (depth == 0 && (begins_initializer(c) || parenthesised)) return {end, ""};
    // The `)` of `(*name)` was opened before the name.
    if (c == '(' || c == '[') ++depth;
    if ((c == ')' || c == ']') && depth > 0) --depth;
    i = std::max(past_literal(text, i), i + 1);
    end = i;
  }
  return {0, "the end of its declaration is not found"};
}

// ---- what speaks against it ---------------------------------------------------------------------

std::string absolute_folder(const std::string& folder, const std::string& directory) {
  std::error_code error;
  const fs::path path = fs::path(directory) / folder;
  const fs::path real = fs::weakly_canonical(path, error);
  return error ? path.lexically_normal().string() : real.string();
}

bool is_below(const std::string& file, std::string folder) {
  if (folder.empty()) return false;
  if (folder.back() != '/') folder += '/';
  return file.starts_with(folder);
}

// Whatever the policy.
std::string obstacle(const GuardedMember& member, const FixPolicy& policy) {
  std::error_code error;
  const std::string file = fs::canonical(member.declared.file, error).string();
  if (error) return "its file cannot be read";
  const bool foreign = std::any_of(policy.foreign.begin(), policy.foreign.end(),
                                   [&](const auto& folder) { return is_below(file, folder); });
  if (foreign) return "it is not in a file of the project";
  if (member.local_static) return "it is a local of a function";
  if (member.lock.sibling) {
    return member.in_c ? "in C an attribute cannot name another member" : "";
  }
  const rules::SourcePlace& lock = member.lock.declared;
  const bool above = lock.file == member.declared.file && lock.line < member.declared.line;
  return above ? "" : fmt::format("{} is not declared above it", ticked(member.lock.name));
}

// Unless FixPolicy::all.
std::string doubt(const GuardedMember& member, const FixPolicy& policy) {
  if (member.held < member.accesses) {
    return fmt::format("only {} of {} hold {}", member.held, counted(member.accesses, "access"),
                       ticked(member.lock.name));
  }
  if (!member.lock.capability) {
    return fmt::format("{} is no capability for clang", ticked(member.lock.type));
  }
  if (!member.unseen.empty()) {
    const rules::SourcePlace& first = member.unseen.front();
    return fmt::format("clang does not see in {} ({}) that {} is held", ticked(first.function),
                       place_of(first), ticked(member.lock.name));
  }
  return policy.incomplete ? "some units were not analysed" : "";
}

GuardFix fix_for(const GuardedMember& member, const FixPolicy& policy,
                 const std::string& spot_problem, std::size_t offset) {
  GuardFix fix{member.declared,
               member.name,
               fmt::format("__attribute__((guarded_by({})))", member.lock.name),
               offset,
               "",
               false};
  fix.held_back = obstacle(member, policy);
  if (fix.held_back.empty()) fix.held_back = spot_problem;
  if (!fix.held_back.empty() || policy.all) return fix;
  fix.held_back = doubt(member, policy);
  fix.liftable = !fix.held_back.empty();
  return fix;
}

// The whole file or nothing: a full disk must not cost a source.
std::string replace_file(const fs::path& file, const std::string& text) {
  const fs::path fresh = file.string() + ".lockweave-new";
  std::string problem = cli::write_file(fresh.string(), text);
  std::error_code error;
  if (problem.empty()) {
    fs::permissions(fresh, fs::status(file).permissions(), error);
    if (!error) fs::rename(fresh, file, error);
    if (error) problem = fmt::format("cannot write {}: {}", file.string(), error.message());
  }
  if (!problem.empty()) fs::remove(fresh, error);
  return problem;
}

}  // namespace

std::string place_of(const rules::SourcePlace& place) {
  return fmt::format("{}:{}", cli::below(place.file, cli::current_folder()), place.line);
}

Spot attribute_spot(std::string_view text, std::size_t line, std::size_t column,
                    std::string_view spelling) {
  std::size_t start = 0;
  for (std::size_t i = 1; i < line; ++i) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string_view::npos) return {0, "its declaration is not where it was"};
    start = end + 1;
  }
  start += column - 1;
  const std::size_t end = start + spelling.size();
  const bool named = column != 0 && !spelling.empty() && end <= text.size() &&
                     text.substr(start, spelling.size()) == spelling &&
                     (end == text.size() || !is_word(text[end])) &&
                     (start == 0 || !is_word(text[start - 1]));
  if (!named) return {0, "its declaration is made by a macro, or has changed"};
  Spot spot = end_of_declarator(text, end);
  if (spot.problem.empty() && names_a_guard(text.substr(end, spot.offset - end))) {
    return {0, "it has such an attribute already"};
  }
  return spot;
}

std::vector<std::string> foreign_folders(const std::vector<extract::Job>& jobs) {
  std::vector<std::string> folders{"/usr/include", "/usr/lib", "/usr/local/include"};
  for (const extract::Job& job : jobs) {
    if (!job.resource_directory.empty()) folders.push_back(job.resource_directory);
    const auto& words = job.arguments;
    for (std::size_t i = 0; i < words.size(); ++i) {
      for (const std::string_view option :
           {"-isystem", "-idirafter", "-cxx-isystem", "-isysroot", "--sysroot"}) {
        if (!words[i].starts_with(option)) continue;
        std::string folder = words[i].substr(option.size());
        if (folder.starts_with('=')) folder.erase(0, 1);
        if (folder.empty() && i + 1 < words.size()) folder = words[i + 1];
        const std::string whole = absolute_folder(folder, job.directory);
        if (!folder.empty() && whole != "/") folders.push_back(whole);
      }
    }
  }
  std::sort(folders.begin(), folders.end());
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  return folders;
}

std::vector<GuardFix> guard_fixes(const std::vector<rules::GuardedClass>& classes,
                                  const FixPolicy& policy) {
  std::map<std::string, std::optional<std::string>> texts;
  std::vector<GuardFix> fixes;
  for (const rules::GuardedClass& one : classes) {
    for (const GuardedMember& member : one.members) {
      if (!member.guarded || !member.annotated.empty()) continue;
      const std::string& file = member.declared.file;
      const auto [text, fresh] = texts.try_emplace(file);
      if (fresh) text->second = content_of(file);
      Spot spot{0, "its file cannot be read"};
      if (text->second) {
        spot = attribute_spot(*text->second, member.declared.line, member.declared.column,
                              member.spelling);
      }
      fixes.push_back(fix_for(member, policy, spot.problem, spot.offset));
    }
  }
  std::sort(fixes.begin(), fixes.end(), [](const GuardFix& a, const GuardFix& b) {
    return std::tie(a.place.file, a.offset, a.member) < std::tie(b.place.file, b.offset, b.member);
  });
  return fixes;
}

FixesWritten write_fixes(const std::vector<GuardFix>& fixes) {
  std::map<std::string, std::map<std::size_t, const GuardFix*>> files;  // one file may have names
  for (const GuardFix& fix : fixes) {
    if (!fix.held_back.empty()) continue;
    std::error_code error;
    const fs::path real = fs::canonical(fix.place.file, error);
    files[error ? fix.place.file : real.string()].try_emplace(fix.offset, &fix);
  }
  FixesWritten written;
  for (const auto& [file, edits] : files) {
    std::optional<std::string> text = content_of(file);
    for (auto edit = edits.rbegin(); text && edit != edits.rend(); ++edit) {
      text->insert(std::min(edit->first, text->size()), " " + edit->second->attribute);
    }
    const std::string problem = text ? replace_file(file, *text) : "cannot read " + file;
    if (problem.empty()) {
      written.files.emplace_back(file, edits.size());
    } else {
      written.problems.push_back(problem);
    }
  }
  return written;
}

}  // namespace lockweave::analyzer::driver
