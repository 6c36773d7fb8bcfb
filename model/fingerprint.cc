// model/fingerprint.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "model/fingerprint.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace lockweave::model {
namespace {

// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
class Fnv {
 public:
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
  }
  void add_field(std::string_view text) {
    add_byte(0);
    add(text);
  }
  std::string hex() const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[hash_ >> shift & 15];
    return text;
  }

 private:
  void add_byte(unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100000001B3u; }

  std::uint64_t hash_ = 0xCBF29CE484222325u;
};

std::string offset_name(const KeySite& site) {
  const std::size_t slash = site.module.rfind('/');
  std::string name(site.module.substr(slash == std::string_view::npos ? 0 : slash + 1));
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, site.offset, 16).ptr;
  return (name += "+0x").append(digits, end);
}

std::string name_of(const KeySite& site) {
  return site.function.empty() ? offset_name(site) : plain_function_name(site.function);
}

using Position = std::pair<std::uint32_t, std::uint32_t>;  // line, column
Position position_of(const KeySite& site) { return {site.line, site.column}; }

std::size_t ordinal_of(std::size_t index, std::span<const KeySite> sites,
                       const std::vector<std::string>& names) {
  std::vector<Position> before;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    if (names[i] == names[index] && position_of(sites[i]) < position_of(sites[index])) {
      before.push_back(position_of(sites[i]));
    }
  }
  std::sort(before.begin(), before.end());
  return static_cast<std::size_t>(std::unique(before.begin(), before.end()) - before.begin());
}

std::vector<std::string> keys_of(std::span<const KeySite> sites) {
  std::vector<std::string> names;
  for (const KeySite& site : sites) names.push_back(name_of(site));
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    keys.push_back(names[i] + '#' + std::to_string(ordinal_of(i, sites, names)) + '/' +
                   std::string(to_string(sites[i].mode)));
  }
  return keys;
}

std::string hash_of(std::string_view rule, std::span<const std::string> keys) {
  Fnv hash;
  hash.add(rule);
  for (const std::string& key : keys) hash.add_field(key);
  return hash.hex();
}

// The variable, then the functions, sorted.
std::vector<std::string> keys_of_accesses(std::string_view variable,
                                          std::span<const KeySite> sites) {
  std::vector<std::string> keys;
  for (const KeySite& site : sites) keys.push_back(name_of(site));
  std::sort(keys.begin(), keys.end());
  keys.insert(keys.begin(), "variable " + std::string(variable));
  return keys;
}

}  // namespace

std::string fingerprint_of_sequence(std::string_view rule, std::span<const KeySite> sites) {
  return hash_of(rule, keys_of(sites));
}

// Of several equal smallest edges the one with the smallest ring behind it comes first.
std::string fingerprint_of_ring(std::string_view rule, std::span<const KeySite> sites) {
  std::vector<std::string> keys = keys_of(sites);
  std::vector<std::string> smallest = keys;
  for (std::size_t turned = 2; turned < keys.size(); turned += 2) {
    std::rotate(keys.begin(), keys.begin() + 2, keys.end());
    if (keys < smallest) smallest = keys;
  }
  return hash_of(rule, smallest);
}

std::string fingerprint_of_accesses(std::string_view rule, std::string_view variable,
                                    std::span<const KeySite> sites) {
  return hash_of(rule, keys_of_accesses(variable, sites));
}

std::vector<std::string> access_keys(std::string_view variable, std::span<const KeySite> sites) {
  std::vector<std::string> keys;
  for (const KeySite& site : sites) {
    keys.push_back(hash_of("access", keys_of_accesses(variable, std::span(&site, 1))));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

std::string variable_begun_in(std::string_view function) {
  return "begun in " + plain_function_name(function);
}

}  // namespace lockweave::model
