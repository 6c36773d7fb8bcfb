// tools/lockweave/records/symbolized_records.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/symbolized_records.h"

#include <fmt/core.h>

#include <algorithm>

#include "model/fingerprint.h"
#include "report/text.h"
#include "tools/lockweave/symbols/frames.h"

namespace lockweave::cli {

SymbolizedRecords::SymbolizedRecords(Records records, SymbolCache& symbols)
    : records_(records), symbols_(symbols) {
  for (const model::Record& record : records) {
    std::map<Id, Id>& first = first_acquired_.emplace_back();
    for (const model::Acquisition& taken : record.acquisitions) {
      first.emplace(taken.object, taken.stack);
    }
  }
}

SymbolizedRecords::Positions SymbolizedRecords::positions_of(StackRef stack) {
  Positions positions;
  if (stack.id == 0) return positions;
  const model::Record& from = records_[stack.record];
  for (const model::Frame& frame : from.stack(stack.id).frames) {
    if (frame.module == 0) continue;
    const std::string_view path = from.module(frame.module).path;
    auto number = module_numbers_.find(path);
    if (number == module_numbers_.end()) {
      number = module_numbers_.emplace(path, static_cast<std::uint32_t>(modules_.size())).first;
      modules_.emplace_back(path);
    }
    positions.push_back({number->second, frame.offset});
  }
  return positions;
}

void SymbolizedRecords::prefetch(const std::set<StackRef>& stacks) {
  std::set<Positions::value_type> unknown;
  for (const StackRef& stack : stacks) {
    if (stack.id == 0 || stacks_.contains(stack)) continue;
    const Positions positions = positions_of(stack);
    unknown.insert(positions.begin(), positions.end());
  }
  std::vector<CodePosition> asked;
  for (const auto& [module, offset] : unknown) asked.push_back({modules_[module], offset});
  symbols_.prefetch(asked);
}

void SymbolizedRecords::collect(const RawFinding& raw, std::set<StackRef>& stacks) const {
  for (const RawStep& at : raw.steps) {
    const model::Record& from = records_[at.record];
    stacks.insert({at.record, at.step.stack});
    if (at.step.thread != 0) stacks.insert({at.record, from.thread(at.step.thread).stack});
    for (Id held = at.step.held; held != 0; held = from.acquisition(held).outer) {
      stacks.insert({at.record, from.acquisition(held).stack});
      stacks.insert(first_stack({at.record, from.acquisition(held).object}));
    }
    if (at.step.object != 0) stacks.insert(first_stack({at.record, at.step.object}));
  }
  for (const ObjectRef& lock : raw.locks) stacks.insert(first_stack(lock));
  if (raw.gate.id != 0) stacks.insert(first_stack(raw.gate));
}

const std::vector<model::Site>& SymbolizedRecords::stack(StackRef stack) {
  const auto known = stacks_.find(stack);
  if (known != stacks_.end()) return *known->second;
  Positions positions = positions_of(stack);
  auto shown = shown_.find(positions);
  if (shown == shown_.end()) {
    std::vector<model::Site> sites;
    for (const auto& [module, offset] : positions) {
      const auto& found = symbols_.sites({modules_[module], offset});
      sites.insert(sites.end(), found.begin(), found.end());
    }
    shown = shown_.emplace(std::move(positions), shown_stack(sites)).first;
  }
  return *stacks_.emplace(stack, &shown->second).first->second;
}

bool SymbolizedRecords::by_last_owner(StackRef stack) {
  for (const auto& [module, offset] : positions_of(stack)) {
    const auto& sites = symbols_.sites({modules_[module], offset});
    if (std::any_of(sites.begin(), sites.end(), is_last_owner_frame)) return true;
  }
  return false;
}

model::Site SymbolizedRecords::place(StackRef at) {
  const std::vector<model::Site>& sites = stack(at);
  return sites.empty() ? model::Site() : sites.front();
}

StackRef SymbolizedRecords::first_stack(ObjectRef object) const {
  const Id first = records_[object.record].object(object.id).first;
  if (first != 0) return {object.record, first};
  const auto& acquired = first_acquired_[object.record];
  const auto taken = acquired.find(object.id);
  return {object.record, taken == acquired.end() ? 0 : taken->second};
}

std::optional<DataSymbol> SymbolizedRecords::symbol_at(std::string_view module,
                                                       std::uint64_t offset) {
  auto file = files_.find(module);
  if (file == files_.end()) {
    const std::string path(module);
    std::string error;
    file = files_.emplace(path, ElfFile::open(path, error)).first;
  }
  return file->second ? file->second->variable_at(offset) : std::nullopt;
}

std::string SymbolizedRecords::variable_name(const model::Record& record,
                                             const model::Object& object) {
  if (object.in_module.module == 0) return {};
  const std::string_view path = record.module(object.in_module.module).path;
  const std::uint64_t offset = object.in_module.offset;
  const std::optional<DataSymbol> variable = symbol_at(path, offset);
  if (!variable) return fmt::format("{}+{}", base_name(path), hex(offset));
  const std::string name = without_anonymous(variable->name);
  return variable->offset == 0 ? name : fmt::format("{}+{}", name, hex(variable->offset));
}

const std::string& SymbolizedRecords::name(ObjectRef ref) {
  const auto known = names_.find(ref);
  if (known != names_.end()) return known->second;
  const model::Record& from = records_[ref.record];
  const model::Object& object = from.object(ref.id);
  std::string name(object.name);
  if (name.empty()) name = variable_name(from, object);
  if (name.empty()) {
    name = model::to_string(object.kind);
    const model::Site seen = place(first_stack(ref));
    if (seen.line != 0) {
      name += fmt::format("@{}:{}", base_name(seen.file), seen.line);
    } else if (!seen.module.empty()) {
      name += fmt::format("@{}+{}", base_name(seen.module), hex(seen.offset));
    } else {
      name += fmt::format("@{}", hex(object.address));
    }
  }
  return names_.emplace(ref, std::move(name)).first->second;
}

// Which element of an array raced is chance, so a symbol stands for all that lies in it.
std::string SymbolizedRecords::variable_key(ObjectRef ref) {
  const model::Record& from = records_[ref.record];
  const model::Object& object = from.object(ref.id);
  if (!object.name.empty()) return std::string(object.name);
  if (object.in_module.module != 0) {
    const std::string_view path = from.module(object.in_module.module).path;
    const auto symbol = symbol_at(path, object.in_module.offset);
    return symbol ? model::plain_function_name(symbol->name) : variable_name(from, object);
  }
  const model::Site begun = place(first_stack(ref));
  return begun.function.empty() ? std::string() : model::variable_begun_in(begun.function);
}

bool SymbolizedRecords::has_lasting_name(ObjectRef ref) {
  const model::Object& object = records_[ref.record].object(ref.id);
  return !object.name.empty() || object.in_module.module != 0;
}

std::string SymbolizedRecords::thread_name(std::size_t record, Id id) const {
  if (id == 0) return "a thread";
  const model::Thread& thread = records_[record].thread(id);
  if (thread.parent == 0) return "main thread";
  std::string text = "thread ";
  text += thread.label.empty() ? fmt::format("#{}", id) : std::string(thread.label);
  // Threads inherit the program's name unless they are given one.
  const std::string own = program(record);
  if (!thread.name.empty() && thread.name != std::string_view(own).substr(0, 15)) {
    text += fmt::format(" \"{}\"", thread.name);
  }
  return text;
}

std::string SymbolizedRecords::program(std::size_t record) const {
  return std::string(base_name(records_[record].header.exe));
}

}  // namespace lockweave::cli
