// tests/unit/analyzer/link/look.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A linked program in a few words, for comparison in tests. A lock that is held on some paths only
// has a `?`, a shared one an `s`. Tests look at what is held at a read of a global, the probe.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/link/program.h"
#include "tests/unit/analyzer/unit_builder.h"

namespace lockweave::analyzer::link {

// Locks m and n, the guards that hold them, and what the tests look at.
inline const Path m = build::global("m");
inline const Path n = build::global("n");
inline const Path g = build::local("g");
inline const Path h = build::local("h");
inline const Path probe = build::global("probe");

inline std::string short_path(const Path& path) {
  std::string text;
  switch (path.root) {
    case summary::Root::none: text = "-"; break;
    case summary::Root::parameter: text = "p" + std::to_string(path.index); break;
    case summary::Root::object: text = "this"; break;
    case summary::Root::result: text = "r" + std::to_string(path.index); break;
    case summary::Root::local:
      text = path.symbol + (path.index == 0 ? "" : "#" + std::to_string(path.index));
      break;
    case summary::Root::global: text = path.symbol; break;
  }
  for (const std::string& field : path.fields) text += "." + field;
  return text;
}

inline std::string words(std::vector<std::string> parts, bool sorted = false) {
  if (sorted) std::sort(parts.begin(), parts.end());
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

inline std::string short_paths(const std::vector<Path>& paths) {
  std::vector<std::string> parts;
  for (const Path& path : paths) parts.push_back(short_path(path));
  return words(parts);
}

inline std::string short_held(const std::vector<Held>& held) {
  std::vector<std::string> parts;
  for (const Held& one : held) {
    parts.push_back(short_path(one.lock) + (one.mode == summary::Mode::shared ? "s" : "") +
                    (one.certain ? "" : "?"));
  }
  return words(parts);
}

inline Program link_one(const build::UnitBuilder& unit, const Settings& settings = {}) {
  return link_program({unit.build()}, settings);
}

inline const Linked& function_of(const Program& program, const std::string& key) {
  return program.functions.at(program.find(key));
}

// What is held at the read of the global `symbol`; "-": it is not there, "unreached": no state is.
inline const Moment* moment_of_probe(const Linked& linked, const std::string& symbol) {
  for (const Moment& moment : linked.moments) {
    const bool reads =
        moment.op->kind == summary::OpKind::access && moment.op->object.symbol == symbol;
    if (reads) return &moment;
  }
  return nullptr;
}

inline std::string held_at(const Program& program, const std::string& key,
                           const std::string& symbol = "probe") {
  const Moment* moment = moment_of_probe(function_of(program, key), symbol);
  if (moment == nullptr) return "-";
  return moment->reached ? short_held(moment->held) : "unreached";
}

inline std::string surely_at(const Program& program, const std::string& key,
                             const std::string& symbol = "probe") {
  const Linked& linked = function_of(program, key);
  return short_held(surely_held_at(linked, *moment_of_probe(linked, symbol)));
}

// "held,held>wanted" each, sorted, once.
inline std::string wants_of(const Program& program, const std::string& key) {
  std::set<std::string> parts;
  for (const Want& want : function_of(program, key).effects.wants) {
    std::string before;
    for (const Held& held : want.held) {
      before += (before.empty() ? "" : ",") + short_path(held.lock);
    }
    parts.insert(before + ">" + short_path(want.lock));
  }
  return words({parts.begin(), parts.end()});
}

// "taken/released" each, with the bool returned.
inline std::string exits_of(const Program& program, const std::string& key) {
  std::vector<std::string> parts;
  for (const Exit& exit : function_of(program, key).effects.exits) {
    std::string text = "{" + short_held(exit.taken) + "/" + short_paths(exit.released) + "}";
    if (exit.returned != summary::Answer::unknown) {
      text += exit.returned == summary::Answer::yes ? "=yes" : "=no";
    }
    if (exit.thrown) text += "!";
    parts.push_back(text);
  }
  return words(parts, true);
}

inline const Moment& first_of(const Program& program, const std::string& key,
                              summary::OpKind kind) {
  const Linked& linked = function_of(program, key);
  return *std::find_if(linked.moments.begin(), linked.moments.end(),
                       [&](const Moment& moment) { return moment.op->kind == kind; });
}

}  // namespace lockweave::analyzer::link
