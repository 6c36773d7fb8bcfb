// tools/lockweave/records/process_merge.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/process_merge.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "model/fingerprint.h"
#include "report/text.h"

namespace lockweave::cli {
namespace {

using model::LockOrderGraph;
using LockPair = std::pair<Id, Id>;

// Which lock, of all processes, an object is: dense ids from 1.
class LockClasses {
 public:
  explicit LockClasses(SymbolizedRecords& symbolized) : symbolized_(symbolized) {
    find_nested();
    find_namesakes();
    prefetch();
    for (const auto& [object, stacks] : acquired_at_) join_by_keys(object, stacks);
  }
  Id of(ObjectRef object) {
    const auto entry = entry_of_.find(object);
    return static_cast<Id>(root(entry == entry_of_.end() ? new_entry(object) : entry->second) + 1);
  }
  void count(CycleHarvest& harvest) {
    std::map<std::size_t, std::set<std::size_t>> records_of_class;
    for (const auto& [object, stacks] : acquired_at_) {
      records_of_class[root(entry_of_.at(object))].insert(object.record);
    }
    harvest.locks = records_of_class.size();
    for (const auto& [one, records] : records_of_class) {
      if (records.size() == 1) ++harvest.unmatched_locks;
    }
  }

 private:
  // Only nested acquisitions make edges; all else needs no identity.
  void find_nested() {
    for (std::size_t index = 0; index < symbolized_.records().size(); ++index) {
      const model::Record& record = symbolized_.record(index);
      std::set<Id> nested;
      for (const model::Acquisition& taken : record.acquisitions) {
        if (taken.outer == 0) continue;
        nested.insert(taken.object);
        nested.insert(record.acquisition(taken.outer).object);
      }
      for (const model::Acquisition& taken : record.acquisitions) {
        if (nested.contains(taken.object)) {
          acquired_at_[{index, taken.object}].insert({index, taken.stack});
        }
      }
    }
  }
  void prefetch() {
    std::set<StackRef> stacks;
    for (const auto& [object, at] : acquired_at_) {
      if (!symbolized_.has_lasting_name(object) || may_be_copied(object)) {
        stacks.insert(at.begin(), at.end());
      }
    }
    symbolized_.prefetch(stacks);
  }
  static std::string place_key(const model::SharedPlace& place) {
    return "place " + hex(place.device) + " " + hex(place.inode) + " " + hex(place.offset);
  }
  std::string variable_key(ObjectRef ref) {
    return "variable " + std::string(module_of(ref)) + " " + symbolized_.name(ref);
  }
  // Two variables of one module may have one name (static, in different files).
  void find_namesakes() {
    for (const auto& [ref, stacks] : acquired_at_) {
      const model::Object& object = symbolized_.record(ref.record).object(ref.id);
      if (!object.name.empty() || object.in_module.module == 0) continue;
      places_of_variable_[{ref.record, variable_key(ref)}].insert(object.in_module.offset);
      const std::string& symbol = symbolized_.name(ref);
      const model::Frame& place = object.in_module;
      places_of_symbol_[{ref.record, symbol}].insert({place.module, place.offset});
      modules_of_symbol_[symbol].insert(std::string(module_of(ref)));
    }
  }
  std::string_view module_of(ObjectRef ref) {
    const model::Record& record = symbolized_.record(ref.record);
    return base_name(record.module(record.object(ref.id).in_module.module).path);
  }
  // A library that is linked statically has its variables in each program anew.
  bool may_be_copied(ObjectRef ref) {
    const model::Object& object = symbolized_.record(ref.record).object(ref.id);
    if (!object.name.empty() || object.in_module.module == 0) return false;
    const std::string& symbol = symbolized_.name(ref);
    return modules_of_symbol_[symbol].size() > 1 &&
           places_of_symbol_[{ref.record, symbol}].size() == 1;
  }
  std::string line_key(StackRef stack) {
    const model::Site site = symbolized_.place(stack);
    if (site.line == 0) return std::string(base_name(site.module)) + "+" + hex(site.offset);
    return model::plain_function_name(site.function) + " " + std::string(base_name(site.file)) +
           ":" + std::to_string(site.line);
  }
  std::vector<std::string> keys(ObjectRef ref, const std::set<StackRef>& stacks) {
    const model::Object& object = symbolized_.record(ref.record).object(ref.id);
    if (object.shared.inode != 0) return {place_key(object.shared)};
    if (!object.name.empty()) return {"name " + std::string(object.name)};
    if (object.in_module.module != 0) {
      std::string key = variable_key(ref);
      if (places_of_variable_[{ref.record, key}].size() > 1) {
        key += " " + hex(object.in_module.offset);
      }
      std::vector<std::string> keys{key};
      if (!may_be_copied(ref)) return keys;
      for (const StackRef& stack : stacks) {
        const std::string file = symbolized_.place(stack).file;
        if (!file.empty()) keys.push_back("copy " + symbolized_.name(ref) + " " + file);
      }
      return keys;
    }
    std::vector<std::string> keys;
    const std::string kind(model::to_string(object.kind));
    for (const StackRef& stack : stacks) {
      keys.push_back("class " + kind + " " + line_key(stack));
    }
    return keys;
  }
  void join_by_keys(ObjectRef object, const std::set<StackRef>& stacks) {
    const std::size_t entry = new_entry(object);
    for (const std::string& key : keys(object, stacks)) {
      const auto [first, is_new] = first_with_.emplace(key, entry);
      if (!is_new) parent_[root(entry)] = root(first->second);
    }
  }
  std::size_t new_entry(ObjectRef object) {
    entry_of_.emplace(object, parent_.size());
    parent_.push_back(parent_.size());
    return parent_.size() - 1;
  }
  std::size_t root(std::size_t entry) {
    while (parent_[entry] != entry) entry = parent_[entry] = parent_[parent_[entry]];
    return entry;
  }

  SymbolizedRecords& symbolized_;
  std::map<ObjectRef, std::set<StackRef>> acquired_at_;
  std::map<std::pair<std::size_t, std::string>, std::set<std::uint64_t>> places_of_variable_;
  std::map<std::pair<std::size_t, std::string>, std::set<std::pair<Id, std::uint64_t>>>
      places_of_symbol_;
  std::map<std::string, std::set<std::string>> modules_of_symbol_;
  std::map<ObjectRef, std::size_t> entry_of_;
  std::map<std::string, std::size_t> first_with_;
  std::vector<std::size_t> parent_;  // union-find
};

struct ClassCycle {
  std::vector<CycleEdge> edges;   // in objects
  std::vector<LockPair> classes;  // the same edges in classes
};

// Cycles of the joint graph, translated back to records and their objects.
class JointGraph final : private LockOrderGraph::Visitor {
 public:
  JointGraph(SymbolizedRecords& symbolized, LockClasses& classes)
      : symbolized_(symbolized), classes_(classes) {
    for (const model::Record& record : symbolized.records()) {
      acquisition_bases_.push_back(next_acquisition_);
      thread_bases_.push_back(next_thread_);
      next_acquisition_ += static_cast<Id>(record.acquisitions.size());
      next_thread_ += static_cast<Id>(record.threads.size());
    }
  }
  std::vector<ClassCycle> find(const std::set<LockPair>& suppressed,
                               const LockOrderGraph::Limits& limits,
                               LockOrderGraph::Summary& summary) {
    LockOrderGraph graph(model::heap_resource());
    for (std::size_t i = 0; i < symbolized_.records().size(); ++i) {
      feed(graph, symbolized_.record(i),
           {acquisition_bases_[i], thread_bases_[i], [this, i](Id object) {
              return classes_.of({i, object});
            }});
    }
    for (const auto& [held, wanted] : suppressed) graph.suppress_edge(held, wanted);
    found_.clear();
    summary = graph.find_cycles(*this, limits);
    return std::move(found_);
  }

 private:
  void on_cycle(const LockOrderGraph::Cycle& cycle) override {
    if (cycle.filter != LockOrderGraph::Filter::none) return;
    ClassCycle found;
    for (const LockOrderGraph::Edge& edge : cycle.edges) {
      if (edge.declared) return;
      found.classes.push_back({edge.held, edge.wanted});
      found.edges.push_back(in_record(edge));
    }
    found_.push_back(std::move(found));
  }
  CycleEdge in_record(LockOrderGraph::Edge edge) const {
    const auto after =
        std::upper_bound(acquisition_bases_.begin(), acquisition_bases_.end(), edge.wanted_at - 1);
    const auto record = static_cast<std::size_t>(after - acquisition_bases_.begin()) - 1;
    const model::Record& from = symbolized_.record(record);
    edge.held_at -= acquisition_bases_[record];
    edge.wanted_at -= acquisition_bases_[record];
    edge.thread -= thread_bases_[record];
    edge.held = from.acquisition(edge.held_at).object;
    edge.wanted = from.acquisition(edge.wanted_at).object;
    return {record, edge};
  }

  SymbolizedRecords& symbolized_;
  LockClasses& classes_;
  std::vector<Id> acquisition_bases_;
  std::vector<Id> thread_bases_;
  Id next_acquisition_ = 0;
  Id next_thread_ = 0;
  std::vector<ClassCycle> found_;
};

// Which of the edges of `cycles` one process has.
std::set<LockPair> class_edges(const model::Record& record, std::size_t index,
                               const std::set<LockPair>& wanted_edges, LockClasses& classes) {
  std::set<Id> wanted_classes;
  for (const auto& [held, wanted] : wanted_edges) wanted_classes.insert(wanted);
  std::set<LockPair> edges;
  for (const model::Acquisition& taken : record.acquisitions) {
    if (taken.outer == 0) continue;
    const Id wanted = classes.of({index, taken.object});
    if (!wanted_classes.contains(wanted)) continue;
    for (Id outer = taken.outer; outer != 0; outer = record.acquisition(outer).outer) {
      const LockPair edge{classes.of({index, record.acquisition(outer).object}), wanted};
      if (wanted_edges.contains(edge)) edges.insert(edge);
    }
  }
  return edges;
}

bool any_process_has_all(const std::vector<std::set<LockPair>>& edges_of_records,
                         const ClassCycle& cycle) {
  return std::any_of(edges_of_records.begin(), edges_of_records.end(), [&](const auto& edges) {
    return std::all_of(cycle.classes.begin(), cycle.classes.end(),
                       [&edges](const LockPair& edge) { return edges.contains(edge); });
  });
}

bool suppress_more(const std::vector<ClassCycle>& cycles, const EdgeJudge& judge,
                   std::set<LockPair>& suppressed) {
  bool more = false;
  for (const ClassCycle& cycle : cycles) {
    const std::vector<bool> out = judge(cycle.edges);
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (out[i]) more |= suppressed.insert(cycle.classes[i]).second;
    }
  }
  return more;
}

void leave_out(const std::set<LockPair>& suppressed, std::vector<ClassCycle>& cycles) {
  std::erase_if(cycles, [&suppressed](const ClassCycle& cycle) {
    return std::any_of(cycle.classes.begin(), cycle.classes.end(),
                       [&](const LockPair& edge) { return suppressed.contains(edge); });
  });
}

}  // namespace

CycleHarvest cycles_across(SymbolizedRecords& symbolized, const EdgeJudge& judge) {
  CycleHarvest harvest;
  if (symbolized.records().size() < 2) return harvest;
  LockClasses classes(symbolized);
  classes.count(harvest);
  JointGraph joint(symbolized, classes);
  std::set<LockPair> suppressed;
  LockOrderGraph::Limits limits;
  limits.filtered_steps_max = 0;
  std::vector<ClassCycle> cycles = joint.find(suppressed, limits, harvest.summary);
  while (judge && suppress_more(cycles, judge, suppressed)) {
    if (!take_steps(harvest.summary, limits)) {
      ++harvest.summary.components_cut;
      leave_out(suppressed, cycles);
      break;
    }
    cycles = joint.find(suppressed, limits, harvest.summary);
  }
  if (cycles.empty()) return harvest;

  std::set<LockPair> wanted_edges;
  for (const ClassCycle& cycle : cycles) {
    wanted_edges.insert(cycle.classes.begin(), cycle.classes.end());
  }
  std::vector<std::set<LockPair>> edges_of_records;
  for (std::size_t i = 0; i < symbolized.records().size(); ++i) {
    edges_of_records.push_back(class_edges(symbolized.record(i), i, wanted_edges, classes));
  }
  for (const ClassCycle& cycle : cycles) {
    if (any_process_has_all(edges_of_records, cycle)) continue;
    harvest.raw_findings.push_back(cycle_finding(symbolized.records(), cycle.edges));
  }
  return harvest;
}

}  // namespace lockweave::cli
