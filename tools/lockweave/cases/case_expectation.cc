// tools/lockweave/cases/case_expectation.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/cases/case_expectation.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "model/rule_catalog.h"
#include "report/text.h"

namespace lockweave::cli {
namespace {

constexpr std::array<std::string_view, 7> kExpects = {
    "expect",        "expect-run",        "expect-code",       "expect-none",
    "expect-either", "expect-either-run", "expect-either-code"};
constexpr std::array<std::string_view, 2> kFinds = {"finds", "finds-none"};
constexpr std::array<std::string_view, 4> kOthers = {"args", "exits", "forms", "later"};

bool is_one_of(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "deadlock" of " deadlock, lock-leak: more".
std::string_view leading_word(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(),
                                    [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

class Parser {
 public:
  Parser(const std::string& path, model::ReadError& error)
      : error_(error), path_(path), script_(path.ends_with(".py")) {
    parsed_.rules_only = script_;
  }

  std::optional<Expectation> parse(std::string_view text) {
    for (const std::string& line : split(text, '\n')) {
      ++line_;
      if (!read_line(line)) return std::nullopt;
    }
    if (!pending_.empty()) {
      line_ = pending_.front().line;
      fail("no line of code follows it", "write it beside the line it speaks of, or above it");
      return std::nullopt;
    }
    return check_whole() ? std::optional(std::move(parsed_)) : std::nullopt;
  }

 private:
  struct Directive {
    std::string word;
    std::string value;
    std::size_t line = 0;
  };

  bool fail(std::string message, std::string remedy) {
    error_ = {path_, line_, std::move(message), std::move(remedy)};
    return false;
  }
  bool read_line(std::string_view line);
  bool read_comment(std::string_view comment, std::vector<Directive>& found);
  bool apply(const Directive& directive);
  bool apply_exits(const std::string& value);
  bool apply_forms(const std::string& value);
  bool apply_expect(const Directive& directive);
  bool add(const Directive& directive, std::string_view rule);
  bool check_rule(const Directive& directive, const model::Rule* rule, std::string_view name);
  bool check_whole();

  model::ReadError& error_;
  const std::string path_;
  const bool script_;
  std::size_t line_ = 0;
  bool none_ = false;
  bool any_ = false;
  std::vector<Directive> pending_;  // on lines of their own: they speak of the next line of code
  Expectation parsed_;
};

bool Parser::read_line(std::string_view line) {
  const std::string_view mark = script_ ? "#" : "//";
  const auto first = line.find(mark);
  const bool has_code = !trimmed(line.substr(0, first)).empty();
  std::vector<Directive> found;
  for (auto at = first; at != std::string_view::npos;) {
    const auto begin = at + mark.size();
    at = line.find(mark, begin);
    if (!read_comment(trimmed(line.substr(begin, at - begin)), found)) return false;
  }
  if (!has_code) {
    pending_.insert(pending_.end(), found.begin(), found.end());
    return true;
  }
  found.insert(found.end(), pending_.begin(), pending_.end());
  pending_.clear();
  return std::all_of(found.begin(), found.end(),
                     [this](const Directive& one) { return apply(one); });
}

bool Parser::read_comment(std::string_view comment, std::vector<Directive>& found) {
  const std::string word(leading_word(comment));
  const std::string_view rest = comment.substr(word.size());
  const bool colon = rest.starts_with(':');
  const std::string value(colon ? trimmed(rest.substr(1)) : std::string_view());
  const std::span<const std::string_view> judged =
      script_ ? std::span<const std::string_view>(kFinds) : kExpects;
  const bool known = is_one_of(judged, word);
  if (!known && !is_one_of(kOthers, word)) {
    const bool meant = word.starts_with("expect") || (script_ && word.starts_with("finds")) ||
                       (colon && model::find_rule(leading_word(value)) != nullptr);
    if (!meant) return true;  // prose
    const std::vector<std::string> choice(judged.begin(), judged.end());
    return fail(fmt::format("there is no directive {}", ticked(word)),
                "there are " + listed(choice));
  }
  if (word.ends_with("-none")) {
    if (!rest.empty()) return fail(word + " has no value", "end the comment after it");
    none_ = true;
    return true;
  }
  if (!colon) {
    if (!known) return true;  // prose that begins with "args", "forms"...
    return fail(fmt::format("{} lacks its colon", ticked(word)),
                fmt::format("write {}: RULE", word));
  }
  if (value.empty()) return fail(word + " has no value", "write it after the colon");
  if (known && !script_) {
    found.push_back({word, value, line_});
    return true;
  }
  return apply({word, value, line_});
}

bool Parser::apply(const Directive& directive) {
  if (directive.word == "args") {
    for (const std::string& one : split(directive.value, ' ')) {
      if (!one.empty()) parsed_.arguments.push_back(one);
    }
    return true;
  }
  if (directive.word == "exits") return apply_exits(directive.value);
  if (directive.word == "forms") return apply_forms(directive.value);
  if (directive.word == "later") {
    parsed_.later = directive.value;
    return true;
  }
  return apply_expect(directive);
}

bool Parser::apply_exits(const std::string& value) {
  const char* end = value.data() + value.size();
  const auto [stopped, problem] = std::from_chars(value.data(), end, parsed_.exit_code);
  if (problem == std::errc() && stopped == end && parsed_.exit_code > 0 &&
      parsed_.exit_code <= 255) {
    return true;
  }
  return fail(ticked(value) + " is no exit code", "write a number from 1 to 255");
}

bool Parser::apply_forms(const std::string& value) {
  for (const std::string& part : split(value, ',')) {
    const std::string form(trimmed(part));
    if (form != "lockweave" && form != "std") {
      return fail("there is no form " + ticked(form), "there are lockweave and std");
    }
    parsed_.forms.push_back(form);
  }
  return true;
}

bool Parser::apply_expect(const Directive& directive) {
  any_ = true;
  for (const std::string& part : split(directive.value, ',')) {
    if (!add(directive, trimmed(part))) return false;
  }
  return true;
}

bool Parser::add(const Directive& directive, std::string_view name) {
  if (!check_rule(directive, model::find_rule(name), name)) return false;
  const std::string rule(name);
  const std::uint32_t line = script_ ? 0 : static_cast<std::uint32_t>(line_);
  const bool either = directive.word.starts_with("expect-either");
  for (Wish* wish : {&parsed_.runtime, &parsed_.analyzer}) {
    const std::string_view other = wish == &parsed_.runtime ? "-code" : "-run";
    if (directive.word.ends_with(other) || (script_ && wish == &parsed_.analyzer)) continue;
    if (either) {
      wish->either[rule].insert(line);
    } else if (!wish->exact.insert({rule, line}).second) {
      return fail(fmt::format("{} is expected twice here", ticked(rule)), "leave one out");
    }
  }
  return true;
}

bool Parser::check_rule(const Directive& directive, const model::Rule* rule,
                        std::string_view name) {
  if (rule == nullptr) {
    return fail("there is no rule " + ticked(name),
                fmt::format("did you mean {}? `lockweave explain` lists all rules",
                            ticked(model::nearest_rule(name))));
  }
  const bool either = directive.word.starts_with("expect-either");
  const std::string stem = either ? "expect-either" : "expect";
  if (!rule->by_runtime && !directive.word.ends_with("-code")) {
    return fail("only the analyzer finds " + ticked(name), fmt::format("write {}-code", stem));
  }
  if (!rule->by_analyzer && !script_ && !directive.word.ends_with("-run")) {
    return fail("only the runtime finds " + ticked(name), fmt::format("write {}-run", stem));
  }
  return true;
}

bool Parser::check_whole() {
  line_ = 0;
  const std::string stem = script_ ? "finds" : "expect";
  if (none_ && any_) {
    return fail(fmt::format("it says both {0}-none and {0}", stem), "leave one of them out");
  }
  if (!none_ && !any_) {
    return fail("it does not say what should be found",
                fmt::format("write // {0}: RULE beside a line, or // {0}-none", stem));
  }
  return true;
}

}  // namespace

std::optional<Expectation> parse_expectation(std::string_view text, const std::string& path,
                                             model::ReadError& error) {
  return Parser(path, error).parse(text);
}

}  // namespace lockweave::cli
