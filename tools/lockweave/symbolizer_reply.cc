// tools/lockweave/symbolizer_reply.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <nlohmann/json.hpp>

#include "tools/lockweave/symbolizer.h"

namespace lockweave::cli {
namespace {

using nlohmann::json;

std::string text_member(const json& object, const char* key) {
  const auto member = object.find(key);
  if (member == object.end() || !member->is_string()) return {};
  const auto& text = member->get_ref<const std::string&>();
  return text == "??" ? std::string() : text;
}

std::uint32_t number_member(const json& object, const char* key) {
  const auto member = object.find(key);
  return member != object.end() && member->is_number_unsigned() ? member->get<std::uint32_t>() : 0;
}

}  // namespace

std::vector<model::Site> parse_symbolizer_reply(std::string_view line) {
  std::vector<model::Site> sites;
  const json reply = json::parse(line, nullptr, false);
  if (!reply.is_object()) return sites;
  const auto symbols = reply.find("Symbol");
  if (symbols == reply.end() || !symbols->is_array()) return sites;
  for (const json& symbol : *symbols) {
    if (!symbol.is_object()) continue;
    model::Site site;
    site.function = text_member(symbol, "FunctionName");
    site.file = text_member(symbol, "FileName");
    site.line = number_member(symbol, "Line");
    site.column = number_member(symbol, "Column");
    if (!site.function.empty() || !site.file.empty()) sites.push_back(std::move(site));
  }
  for (std::size_t i = 0; i + 1 < sites.size(); ++i) sites[i].inlined = true;
  return sites;
}

}  // namespace lockweave::cli
