// analyzer/link/merge.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/merge.h"

#include <algorithm>
#include <tuple>

#include "analyzer/link/paths.h"

namespace lockweave::analyzer::link {
namespace {

using summary::Function;
using summary::Unit;

struct Seen {
  std::uint32_t unit = 0;
  Function* function = nullptr;
};

void sort_units(std::vector<Unit>& units) {
  using Rank = std::tuple<const std::string&, std::uint64_t, std::size_t, std::size_t,
                          const std::vector<std::string>&, const std::vector<std::string>&>;
  const auto rank = [](const Unit& unit) {
    return Rank(unit.source, unit.lines, unit.functions.size(), unit.classes.size(), unit.files,
                unit.objects);
  };
  std::stable_sort(units.begin(), units.end(),
                   [&](const Unit& a, const Unit& b) { return rank(a) < rank(b); });
}

std::string_view file_text(const Unit& unit, summary::Place place) {
  if (place.file == 0 || place.file > unit.files.size()) return {};
  return unit.files[place.file - 1];
}

// At one place, and of one meaning there: not in a source that is compiled for a program and for
// something else.
bool is_same(const Program& program, const FunctionNames& names, const Seen& a, const Seen& b) {
  const std::string_view file = file_text(program.units[a.unit], a.function->place);
  if (a.function->place.line != b.function->place.line) return false;
  if (file_text(program.units[b.unit], b.function->place) != file) return false;
  const bool twice = a.unit != b.unit && program.units[a.unit].source == file &&
                     program.units[b.unit].source == file;
  return !twice || !(names.only_in_programs(a.unit) || names.only_in_programs(b.unit));
}

std::vector<Seen> all_functions(Program& program) {
  std::vector<Seen> all;
  for (std::uint32_t unit = 0; unit < program.units.size(); ++unit) {
    for (Function& function : program.units[unit].functions) all.push_back({unit, &function});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Seen& a, const Seen& b) { return a.function->key < b.function->key; });
  return all;
}

// What one unit knows about a function and another does not.
void complete(Function& body, const Function& other) {
  body.address_taken |= other.address_taken;
  if (body.promises.empty()) body.promises = other.promises;
  if (body.overrides.empty()) body.overrides = other.overrides;
}

struct Entry {
  Seen seen;
  std::vector<std::uint32_t> own_of;  // units that define it, where others define another
};

// The distinct functions behind one key, in the order in which they are to be preferred.
std::vector<Entry> distinct(const Program& program, const FunctionNames& names, const Seen* first,
                            const Seen* last) {
  std::vector<Entry> entries;
  for (const Seen* at = first; at != last; ++at) {
    if (at->function->blocks.empty()) continue;
    const auto known = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
      return is_same(program, names, entry.seen, *at);
    });
    if (known == entries.end()) {
      entries.push_back({*at, {at->unit}});
    } else {
      known->own_of.push_back(at->unit);
    }
  }
  if (entries.empty()) entries.push_back({*first, {}});
  for (Entry& entry : entries) {
    for (const Seen* at = first; at != last; ++at) complete(*entry.seen.function, *at->function);
  }
  return entries;
}

void collect_functions(Program& program, const FunctionNames& names, std::vector<Entry>& chosen) {
  const std::vector<Seen> all = all_functions(program);
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    while (end < all.size() && all[end].function->key == all[begin].function->key) ++end;
    std::vector<Entry> entries = distinct(program, names, all.data() + begin, all.data() + end);
    if (entries.size() == 1) entries.front().own_of.clear();
    std::move(entries.begin(), entries.end(), std::back_inserter(chosen));
    begin = end;
  }
}

void collect_names(Program& program) {
  for (const Unit& unit : program.units) {
    for (const summary::Class& one : unit.classes) {
      const auto [at, fresh] = program.classes.try_emplace(one.key, &one);
      if (!fresh && at->second->fields.size() < one.fields.size()) at->second = &one;
    }
    for (const summary::Variable& one : unit.variables) {
      program.variables.try_emplace(one.key, &one);
    }
  }
  for (const auto& [key, one] : program.classes) {
    for (const summary::Field& field : one->fields) {
      program.fields.try_emplace(field.key, one, &field);
    }
  }
}

// Where initialisations differ, recursive wins: of such a lock nothing is sure.
void collect_lock_kinds(Program& program) {
  using summary::Answer;
  for (const Unit& unit : program.units) {
    for (const summary::LockKind& one : unit.lock_kinds) {
      const std::string key = slot_key(one.lock);
      if (key.empty()) continue;
      Answer& kind = program.lock_kinds.try_emplace(key, one.recursive).first->second;
      if (kind == one.recursive || kind == Answer::yes) continue;
      kind = one.recursive == Answer::yes ? Answer::yes : Answer::unknown;
    }
  }
}

// called: by what name units know each of `chosen`; ids: which function it has become.
void name_functions(Program& program, const std::vector<Entry>& chosen,
                    const std::vector<std::string>& called, const std::vector<FunctionId>& ids,
                    FunctionNames& names) {
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const Seen& seen = chosen[i].seen;
    // Keys live in the units: views into them stay good.
    const std::string_view full = seen.function->key;
    const std::string_view key = full.substr(full.size() - called[i].size());
    const std::string_view file = file_text(program.units[seen.unit], seen.function->place);
    names.add(key, ids[i], seen.unit, file);
    for (const std::uint32_t unit : chosen[i].own_of) names.add_own(unit, key, ids[i]);
    program.functions[ids[i]].for_one_program =
        !chosen[i].own_of.empty() && names.only_in_programs(seen.unit);
  }
}

}  // namespace

FunctionNames merge_units(std::vector<Unit> units, Program& program) {
  sort_units(units);
  program.units = std::move(units);
  std::vector<Entry> chosen;
  FunctionNames names(program);
  collect_functions(program, names, chosen);

  // A later definition gets a key of its own; what units call it is remembered before.
  std::vector<std::string> called(chosen.size());
  std::size_t copy = 0;  // of those of one name
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    Function& function = *chosen[i].seen.function;
    called[i] = function.key;
    copy = i > 0 && called[i - 1] == called[i] ? copy + 1 : 0;
    if (copy == 0) continue;
    const std::string& source = program.units[chosen[i].seen.unit].source;
    const bool again = source == program.units[chosen[i - 1].seen.unit].source;
    std::string key = source;
    if (again) key.append("#").append(std::to_string(copy));
    function.key = key + "|" + function.key;
  }
  std::vector<std::size_t> order(chosen.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return chosen[a].seen.function->key < chosen[b].seen.function->key;
  });

  program.functions.resize(chosen.size());
  std::vector<FunctionId> ids(chosen.size());
  for (FunctionId id = 0; id < order.size(); ++id) {
    const Seen& seen = chosen[order[id]].seen;
    program.functions[id].function = seen.function;
    program.functions[id].unit = seen.unit;
    ids[order[id]] = id;
  }
  collect_names(program);
  collect_lock_kinds(program);
  name_functions(program, chosen, called, ids, names);
  return names;
}

}  // namespace lockweave::analyzer::link
