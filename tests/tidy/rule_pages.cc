// tests/tidy/rule_pages.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/rules/ is written from the rule catalogue, so that the pages, `lockweave explain` and SARIF
// say the same.
//   lockweave_rule_pages FOLDER            compares; exit code 1 and the names if pages differ
//   lockweave_rule_pages --update FOLDER   writes the pages that differ
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include "model/rule_catalog.h"

namespace {

using lockweave::model::Rule;

std::string found_by(const Rule& rule) {
  std::string text;
  if (rule.by_runtime) text = "the runtime";
  if (rule.by_analyzer) text += text.empty() ? "the analyzer" : ", the analyzer";
  if (rule.needs_accesses) text += " (the runtime needs instrumented memory accesses)";
  return text;
}

std::string page(const Rule& rule) {
  std::string text = "# " + std::string(rule.id) + "\n\n";
  const auto paragraph = [&text](std::string_view head, std::string_view body) {
    if (body.empty()) return;
    if (!head.empty()) text.append("## ").append(head).append("\n\n");
    text.append(body);
    while (text.ends_with('\n')) text.pop_back();
    text.append("\n\n");
  };
  paragraph("", std::string(rule.title) + ".");
  paragraph("", "Level: " + std::string(to_string(rule.level)) + ". Found by: " + found_by(rule) +
                    ". Place: " + std::string(rule.place));
  paragraph("What it means", rule.meaning);
  if (!rule.example.empty()) {
    std::string example = "```cpp\n";
    example.append(rule.example);
    while (example.ends_with('\n')) example.pop_back();
    paragraph("Example", example + "\n```");
  }
  paragraph("How to fix it", rule.fix);
  paragraph("What it misses", rule.misses);
  text.pop_back();
  return text;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int count, char** arguments) {
  const bool update = count == 3 && std::string_view(arguments[1]) == "--update";
  if (count != (update ? 3 : 2)) {
    std::cerr << "usage: lockweave_rule_pages [--update] FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = arguments[count - 1];
  std::set<std::string> pages;
  int differ = 0;
  for (const Rule& rule : lockweave::model::all_rules()) {
    const std::filesystem::path path = folder / (std::string(rule.id) + ".md");
    pages.insert(path.filename());
    const std::string wanted = page(rule);
    if (read(path) == wanted) continue;
    ++differ;
    std::cout << (update ? "written: " : "differs from the catalogue: ") << path.string() << '\n';
    if (update) std::ofstream(path) << wanted;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (pages.contains(entry.path().filename()) || entry.path().filename() == "README.md") continue;
    ++differ;
    std::cout << "no such rule: " << entry.path().string() << '\n';
  }
  return differ == 0 || update ? 0 : 1;
}
