// report/suppressions.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/suppressions.h"

#include <fmt/core.h>

#include <algorithm>

#include "model/file_text.h"
#include "model/fingerprint.h"
#include "model/rule_catalog.h"
#include "report/text.h"

namespace lockweave::cli {
namespace {

// A comment begins with '#' at the start of the line or after a blank: globs may contain '#'.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) {
      return trimmed(line.substr(0, i));
    }
  }
  return trimmed(line);
}

}  // namespace

std::optional<Suppressions> Suppressions::load(const std::string& path, model::ReadError& error) {
  std::string text;
  std::string why;
  if (!model::read_file_text(path, text, why)) {
    error = {path, 0, "suppressions cannot be read: " + why,
             "check the name given with --suppressions"};
    return std::nullopt;
  }
  return parse(text, path, error);
}

std::optional<Suppressions> Suppressions::parse(std::string_view text, std::string path,
                                                model::ReadError& error) {
  Suppressions parsed;
  std::size_t number = 0;
  for (const std::string& raw : split(text, '\n')) {
    ++number;
    const std::string_view line = without_comment(raw);
    if (line.empty()) continue;
    const auto colon = line.find(':');
    const std::string_view rule = trimmed(line.substr(0, colon));
    const std::string_view glob =
        colon == std::string_view::npos ? std::string_view() : trimmed(line.substr(colon + 1));
    if (rule.empty() || glob.empty()) {
      error = {path, number, fmt::format("`{}` is no suppression", line),
               "write rule:glob, for example lock-order-cycle:Bank::*"};
      return std::nullopt;
    }
    if (rule != "*" && model::find_rule(rule) == nullptr) {
      error = {path, number, fmt::format("there is no rule `{}`", rule),
               fmt::format("did you mean `{}`? `lockweave explain` lists all rules, `*` stands for "
                           "any",
                           model::nearest_rule(rule))};
      return std::nullopt;
    }
    parsed.entries_.push_back({std::string(rule), std::string(glob), number, false});
  }
  parsed.path_ = std::move(path);
  return parsed;
}

bool Suppressions::concerns(std::string_view rule) const {
  return std::any_of(entries_.begin(), entries_.end(), [rule](const Entry& entry) {
    return entry.rule == "*" || entry.rule == rule;
  });
}

bool Suppressions::match(std::string_view rule, const std::set<std::string>& texts) {
  bool matched = false;
  for (Entry& entry : entries_) {
    if (entry.rule != "*" && entry.rule != rule) continue;
    const bool hit = std::any_of(texts.begin(), texts.end(), [&entry](const std::string& text) {
      return glob_match(entry.glob, text);
    });
    entry.used |= hit;
    matched |= hit;
  }
  return matched;
}

std::vector<std::string> Suppressions::unused() const {
  std::vector<std::string> lines;
  for (const Entry& entry : entries_) {
    if (!entry.used) {
      lines.push_back(fmt::format("{}:{}: {}:{}", path_, entry.line, entry.rule, entry.glob));
    }
  }
  return lines;
}

void add_texts(std::span<const model::Site> stack, std::set<std::string>& texts) {
  const std::string here = current_folder();
  for (const model::Site& site : stack) {
    if (!site.function.empty()) {
      texts.insert(site.function);
      texts.insert(model::plain_function_name(site.function));
    }
    for (const std::string& file : {site.file, site.module}) {
      if (file.empty()) continue;
      texts.insert(file);
      texts.insert(below(file, here));
      texts.insert(std::string(base_name(file)));
    }
  }
}

std::set<std::string> texts_of(const model::Finding& finding) {
  std::set<std::string> texts(finding.locks.begin(), finding.locks.end());
  add_texts(std::span(&finding.place, 1), texts);
  for (const model::Flow& flow : finding.flows) {
    for (const model::FlowStep& step : flow.steps) {
      add_texts(step.stack, texts);
      for (const model::HeldLock& held : step.held) {
        texts.insert(held.lock);
        add_texts(held.stack, texts);
      }
    }
  }
  return texts;
}

}  // namespace lockweave::cli
