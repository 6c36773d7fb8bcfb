// analyzer/link/program.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/program.h"

#include <algorithm>

#include "analyzer/link/components.h"
#include "analyzer/link/effects.h"
#include "analyzer/link/entry.h"
#include "analyzer/link/flow.h"
#include "analyzer/link/merge.h"
#include "analyzer/link/overlap.h"
#include "analyzer/link/phases.h"
#include "analyzer/link/roots.h"

namespace lockweave::analyzer::link {
namespace {

constexpr int kRecursiveRounds = 2;

// Does every way out leave a lock taken or given back?
bool is_lock_wrapper(const Linked& linked) {
  const auto changes = [](const Exit& exit) {
    return !exit.taken.empty() || !exit.released.empty() || !exit.ended.empty();
  };
  bool any = false;
  for (const Exit& exit : linked.effects.exits) {
    if (exit.thrown || (exit.returned == Answer::no && linked.function->returns_bool)) continue;
    if (!changes(exit)) return false;
    any = true;
  }
  return any;
}

void run_function(Context& context, FunctionId id) {
  if (context.program.functions[id].function->blocks.empty()) return promised_effects(context, id);
  const std::vector<Note> notes = run_flow(context, id);
  combine_effects(context, id, notes);
}

// What callers see of a function is dropped when its last caller is done.
void run_bottom_up(Context& context, const Components& components) {
  std::vector<std::uint32_t> callers_left(components.called.size(), 0);
  for (const std::vector<FunctionId>& called : components.called) {
    for (const FunctionId id : called) ++callers_left[id];
  }
  for (std::size_t at = 0; at < components.members.size(); ++at) {
    const int rounds = components.recursive[at] ? kRecursiveRounds : 1;
    for (int round = 0; round < rounds; ++round) {
      for (const FunctionId id : components.members[at]) run_function(context, id);
    }
    for (const FunctionId id : components.members[at]) {
      for (const FunctionId called : components.called[id]) {
        if (--callers_left[called] == 0) context.summaries[called] = {};
      }
      if (callers_left[id] == 0) context.summaries[id] = {};
    }
  }
}

}  // namespace

const std::string& Program::file_of(FunctionId function, summary::Place place) const {
  static const std::string unknown;
  const summary::Unit& unit = units[functions[function].unit];
  if (place.file == 0 || place.file > unit.files.size()) return unknown;
  return unit.files[place.file - 1];
}

FunctionId Program::find(std::string_view key) const {
  const auto at = std::lower_bound(
      functions.begin(), functions.end(), key,
      [](const Linked& linked, std::string_view text) { return linked.function->key < text; });
  const bool found = at != functions.end() && at->function->key == key;
  return static_cast<FunctionId>(found ? at - functions.begin()
                                       : functions.end() - functions.begin());
}

Program link_program(std::vector<summary::Unit> units, const Settings& settings) {
  Program program;
  const FunctionNames names = merge_units(std::move(units), program);
  const Calls calls(program, names, settings);
  const Components components = find_components(program, calls);
  const Writes writes(program, components);
  ConditionalWrites conditional_writes(program, calls, components, writes);
  Context context(program, settings, calls, writes, conditional_writes);
  run_bottom_up(context, components);
  for (Linked& linked : program.functions) linked.lock_wrapper = is_lock_wrapper(linked);
  const std::vector<bool> begins_thread = find_callers(context);
  find_roots(context, components);
  find_overlaps(context);
  find_phases(context);
  find_entries(context, components, begins_thread);
  return program;
}

}  // namespace lockweave::analyzer::link
