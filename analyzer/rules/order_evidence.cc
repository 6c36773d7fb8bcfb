// analyzer/rules/order_evidence.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/order_evidence.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

namespace lockweave::analyzer::rules {
namespace {

bool is_word(char c) {
  return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') || c == '_';
}

std::set<std::string, std::less<>> words_of(std::string_view text) {
  std::set<std::string, std::less<>> words;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end > at) words.emplace(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

// `<` or `>`, but not an arrow, a shift or a template's brackets with a type inside.
bool compares(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '<' && text[i] != '>') continue;
    const bool arrow = i > 0 && text[i - 1] == '-';
    const bool doubled =
        (i > 0 && text[i - 1] == text[i]) || (i + 1 < text.size() && text[i + 1] == text[i]);
    if (!arrow && !doubled) return true;
  }
  return false;
}

bool calls_an_ordering(const Linked& function) {
  static constexpr std::array<std::string_view, 6> kOrderings = {"min",  "max",  "minmax",
                                                                 "less", "swap", "sort"};
  return std::any_of(function.moments.begin(), function.moments.end(), [](const Moment& moment) {
    return std::any_of(
        moment.op->callees.begin(), moment.op->callees.end(), [](const auto& callee) {
          std::string_view name = callee.name;
          if (const auto colon = name.rfind("::"); colon != std::string_view::npos) {
            name = name.substr(colon + 2);
          }
          return std::find(kOrderings.begin(), kOrderings.end(), name) != kOrderings.end();
        });
  });
}

bool compares_owners(const Linked& function, const LockPair& pair) {
  std::set<std::string> owners;
  for (const auto& parameter : function.function->parameters) {
    if (!parameter.name.empty()) owners.insert(parameter.name);
  }
  for (const Path* path : {&pair.held.lock, &pair.wanted}) {
    if (!path->name.empty()) owners.insert(path->name);
  }
  owners.insert("this");
  return std::any_of(
      function.function->conditions.begin(), function.function->conditions.end(),
      [&](const summary::Condition& condition) {
        if (!compares(condition.words)) return false;
        const auto words = words_of(condition.words);
        return std::count_if(owners.begin(), owners.end(),
                             [&](const std::string& owner) { return words.contains(owner); }) >= 2;
      });
}

}  // namespace

bool ordered_by_comparison(const Program& program, const LockPair& pair) {
  for (const link::TraceStep* step = pair.context.trace.get(); step != nullptr;
       step = step->inner.get()) {
    const Linked& function = program.functions[step->function];
    if (calls_an_ordering(function) || compares_owners(function, pair)) return true;
  }
  return false;
}

}  // namespace lockweave::analyzer::rules
