// analyzer/driver/config.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/config.h"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "analyzer/driver/nearest.h"
#include "model/rule_catalog.h"
#include "report/text.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace lockweave::analyzer::driver {
namespace {

namespace fs = std::filesystem;
using cli::ticked;
using Words = std::span<const std::string_view>;
constexpr const char* kFileName = ".lockweave.toml";
constexpr const char* kSeePage = "docs/analyze.md lists the keys";

// Reads one document; after the first problem nothing more.
class Parser {
 public:
  Parser(std::string_view path, model::ReadError& error) : path_(path), error_(error) {
    config_.path = path_;
  }

  std::optional<Config> parse(const toml::table& document) {
    static constexpr std::array<std::string_view, 8> kKeys = {
        "lock",     "guard", "blocking",     "thread_roots",
        "spawning", "rules", "suppressions", "system_bodies"};
    summary::Models& models = config_.models;
    check_keys(document, kKeys, "");
    take(document, "blocking", models.blocking);
    take(document, "thread_roots", models.thread_roots);
    take(document, "spawning", models.spawning);
    take(document, "system_bodies", models.system_bodies);
    each_table(document, "lock", [this](const toml::table& table) { take_lock(table); });
    each_table(document, "guard", [this](const toml::table& table) { take_guard(table); });
    take_rules(document);
    take_suppressions(document);
    return good_ ? std::optional(std::move(config_)) : std::nullopt;
  }

 private:
  void fail(const toml::source_region& at, std::string message, std::string remedy) {
    if (!good_) return;
    good_ = false;
    error_ = {path_, at.begin.line, std::move(message), std::move(remedy)};
  }

  void check_keys(const toml::table& table, Words known, std::string_view where) {
    for (const auto& [key, value] : table) {
      if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
      const std::string place = where.empty() ? std::string() : fmt::format(" in [[{}]]", where);
      fail(key.source(), fmt::format("there is no key {}{}", ticked(key.str()), place),
           fmt::format("did you mean {}? {}", ticked(nearest(key.str(), known)), kSeePage));
    }
  }

  void take(const toml::table& table, std::string_view key, std::string& into) {
    const toml::node* const node = table.get(key);
    if (node == nullptr) return;
    if (const auto text = node->value_exact<std::string>()) {
      into = *text;
    } else {
      fail(node->source(), fmt::format("{} is no text", ticked(key)),
           fmt::format("write {} = \"...\"", key));
    }
  }
  void take(const toml::table& table, std::string_view key, bool& into) {
    const toml::node* const node = table.get(key);
    if (node == nullptr) return;
    if (const auto truth = node->value_exact<bool>()) {
      into = *truth;
    } else {
      fail(node->source(), fmt::format("{} is neither true nor false", ticked(key)),
           fmt::format("write {} = true", key));
    }
  }
  // One name, or a list of names.
  void take(const toml::table& table, std::string_view key, std::vector<std::string>& into) {
    const toml::node* const node = table.get(key);
    if (node == nullptr) return;
    if (const auto text = node->value_exact<std::string>()) {
      into.push_back(*text);
      return;
    }
    const toml::array* const list = node->as_array();
    bool texts = list != nullptr;
    for (std::size_t i = 0; texts && i < list->size(); ++i) {
      const auto text = list->get(i)->value_exact<std::string>();
      texts = text.has_value();
      if (text) into.push_back(*text);
    }
    if (!texts) {
      fail(node->source(), fmt::format("{} is no list of names", ticked(key)),
           fmt::format("write {} = [\"ns::name\", ...]", key));
    }
  }

  template <typename Visit>
  void each_table(const toml::table& document, std::string_view key, const Visit& visit) {
    const toml::node* const node = document.get(key);
    if (node == nullptr) return;
    const toml::array* const list = node->as_array();
    if (list == nullptr) {
      fail(node->source(), fmt::format("{} is one of several", ticked(key)),
           fmt::format("write [[{}]] with two brackets", key));
      return;
    }
    for (const toml::node& one : *list) {
      if (const toml::table* const table = one.as_table()) {
        visit(*table);
      } else {
        fail(one.source(), fmt::format("{} is no table", ticked(key)),
             fmt::format("write [[{}]], then its keys", key));
      }
    }
  }

  void need_type(const toml::table& table, const std::string& type, std::string_view what) {
    if (!type.empty()) return;
    fail(table.source(), fmt::format("a {} without its type", what), "write type = \"ns::Name\"");
  }
  void take_lock(const toml::table& table) {
    static constexpr std::array<std::string_view, 8> kKeys = {
        "type",        "lock",          "unlock",          "try_lock",
        "lock_shared", "unlock_shared", "try_lock_shared", "recursive"};
    check_keys(table, kKeys, "lock");
    summary::LockModel model;
    take(table, "type", model.type);
    take(table, "lock", model.lock);
    take(table, "unlock", model.unlock);
    take(table, "try_lock", model.try_lock);
    take(table, "lock_shared", model.lock_shared);
    take(table, "unlock_shared", model.unlock_shared);
    take(table, "try_lock_shared", model.try_lock_shared);
    take(table, "recursive", model.recursive);
    need_type(table, model.type, "lock");
    config_.models.locks.push_back(std::move(model));
  }
  void take_guard(const toml::table& table) {
    static constexpr std::array<std::string_view, 4> kKeys = {"type", "lock", "unlock", "shared"};
    check_keys(table, kKeys, "guard");
    summary::GuardModel model;
    take(table, "type", model.type);
    take(table, "lock", model.lock);
    take(table, "unlock", model.unlock);
    take(table, "shared", model.shared);
    need_type(table, model.type, "guard");
    config_.models.guards.push_back(std::move(model));
  }

  void take_rules(const toml::table& document) {
    const toml::node* const node = document.get("rules");
    if (node == nullptr) return;
    const toml::table* const table = node->as_table();
    if (table == nullptr) {
      return fail(node->source(), "`rules` is no table",
                  "write [rules], then RULE = \"off\", \"note\", \"warning\" or \"error\"");
    }
    for (const auto& [key, value] : *table) take_rule(key, value);
  }
  void take_rule(const toml::key& key, const toml::node& value) {
    const std::string_view rule = key.str();
    if (model::find_rule(rule) == nullptr) {
      return fail(key.source(), "there is no rule " + ticked(rule),
                  fmt::format("did you mean {}? `lockweave explain` lists all rules",
                              ticked(model::nearest_rule(rule))));
    }
    const std::string word = value.value_exact<std::string>().value_or("");
    std::optional<model::Level>& level = config_.levels[std::string(rule)];
    for (const auto one : {model::Level::note, model::Level::warning, model::Level::error}) {
      if (word == model::to_string(one)) level = one;
    }
    if (!level && word != "off") {
      fail(value.source(), fmt::format("{} has no level", ticked(rule)),
           "write \"off\", \"note\", \"warning\" or \"error\"");
    }
  }

  void take_suppressions(const toml::table& document) {
    std::string name;
    take(document, "suppressions", name);
    if (name.empty()) return;
    config_.suppressions = (fs::path(path_).parent_path() / name).lexically_normal().string();
  }

  const std::string path_;
  model::ReadError& error_;
  Config config_;
  bool good_ = true;
};

std::optional<std::string> text_of(const std::string& path, model::ReadError& error) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (!file.is_open() || file.bad()) {
    error = {path, 0, fmt::format("cannot be read: {}", std::strerror(errno)),
             "check the name given with --config"};
    return std::nullopt;
  }
  return std::move(text).str();
}

}  // namespace

std::optional<Config> parse_config(std::string_view text, const std::string& path,
                                   model::ReadError& error) {
  const toml::parse_result parsed = toml::parse(text, path);
  if (!parsed) {
    error = {path, parsed.error().source().begin.line,
             "no TOML: " + std::string(parsed.error().description()), kSeePage};
    return std::nullopt;
  }
  return Parser(path, error).parse(parsed.table());
}

std::string Configs::path_for(const std::string& file) const {
  if (!option_.empty()) return fs::absolute(option_).lexically_normal().string();
  fs::path folder = fs::path(file).parent_path();
  while (true) {
    std::error_code error;
    if (fs::is_regular_file(folder / kFileName, error)) return (folder / kFileName).string();
    if (!folder.has_relative_path()) return {};
    folder = folder.parent_path();
  }
}

const Config* Configs::of(const std::string& file, model::ReadError& error) {
  const std::string path = path_for(file);
  const auto known = read_.find(path);
  if (known != read_.end()) return &known->second;
  if (path.empty()) return &read_[path];
  const std::optional<std::string> text = text_of(path, error);
  std::optional<Config> config = text ? parse_config(*text, path, error) : std::nullopt;
  return config ? &read_.emplace(path, std::move(*config)).first->second : nullptr;
}

}  // namespace lockweave::analyzer::driver
