// analyzer/rules/lock_graph_input.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/lock_graph_input.h"

#include <algorithm>
#include <optional>

#include "analyzer/link/calls.h"

namespace lockweave::analyzer::rules {
namespace {

// Threads of a kind of which there can be any number: as many as a ring of that length needs.
constexpr model::Id kThreadsOfSeveral = 4;

model::Mode mode_of(summary::Mode mode) {
  return mode == summary::Mode::shared ? model::Mode::shared : model::Mode::exclusive;
}

// The argument through which a function calls; nothing: the call names what it runs.
std::optional<std::uint32_t> called_argument(const Op& op) {
  for (const summary::Callee& callee : op.callees) {
    if (const Path* slot = link::called_parameter(callee)) return slot->index;
  }
  return std::nullopt;
}

// The argument, as a parameter that the caller only hands on; nothing: the caller names the function.
std::optional<std::uint32_t> handed_on(const Op& op, std::uint32_t argument) {
  if (argument >= op.arguments.size() || !op.arguments[argument].function.empty()) return {};
  const Path& path = op.arguments[argument].path;
  const bool parameter = path.root == Root::parameter && path.fields.empty();
  return parameter ? std::optional(path.index) : std::nullopt;
}

// The outermost call of the way below which all is known without its arguments: a function that is
// called through a parameter is seen first where it is passed. 0: this function sees the way first.
std::size_t calls_until_seen(const Trace& way, std::size_t most) {
  std::vector<const Op*> calls;
  for (const link::TraceStep* step = way.get(); step->inner != nullptr; step = step->inner.get()) {
    calls.push_back(step->op);
  }
  std::size_t seen = most;
  for (std::size_t at = 0; at < calls.size(); ++at) {
    std::optional<std::uint32_t> through = called_argument(*calls[at]);
    std::size_t passed = at;
    while (through && passed > 0) through = handed_on(*calls[--passed], *through);
    if (passed < at) seen = std::min(seen, passed);
  }
  return seen;
}

std::size_t common_calls(const Trace& a, const Trace& b) {
  std::size_t count = 0;
  const link::TraceStep* one = a.get();
  const link::TraceStep* other = b.get();
  while (one->inner != nullptr && other->inner != nullptr && one->op == other->op) {
    ++count;
    one = one->inner.get();
    other = other->inner.get();
  }
  return count;
}

// Does this function see both together first? What both have behind the same calls, the innermost of
// these has seen, unless one of the two is in a function that is passed to it.
bool meets_here(const Held& held, const link::Want& want) {
  if (held.taken == nullptr) return false;  // of the callers
  const std::size_t common = common_calls(held.taken, want.trace);
  return calls_until_seen(held.taken, common) == 0 || calls_until_seen(want.trace, common) == 0;
}

bool taken_together(const Held& held, const link::Want& want) {
  return held.group != 0 && want.group != 0 &&
         link::innermost(held.taken).op == link::innermost(want.trace).op;
}

// Is `inner` the lock of something that belongs to the owner of `outer`, as a child node does?
bool is_below(const Path& outer, const Path& inner) {
  const Path owner = owner_of(outer);
  return owner.root != Root::none && !outer.fields.empty() && !link::same(outer, inner) &&
         link::extends(owner, inner) && inner.fields.size() > outer.fields.size();
}

// A wait of a class that knows the caller's mutex by a pointer only.
bool takes_its_own_again(const Path& held, const Path& wanted, const Context& context) {
  return context.inner().op->kind == OpKind::wait && perhaps_same(held, wanted);
}

bool is_pair(const Held& held, const link::Want& want) {
  if (!meets_here(held, want) || taken_together(held, want)) return false;
  // A class around a condition variable knows its mutex by a pointer: it may be the one that is held.
  const bool waits = link::innermost(want.trace).op->kind == OpKind::wait;
  if (waits && perhaps_same(held.lock, want.lock)) return false;
  return !surely_same(held.lock, want.lock);
}

}  // namespace

std::vector<LockPair> lock_pairs(const CallSites& sites) {
  const Program& program = sites.program();
  std::vector<LockPair> pairs;
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    for (const link::Want& want : program.functions[id].effects.wants) {
      if (want.attempt == summary::Attempt::tried) continue;
      for (std::size_t i = 0; i < want.held.size(); ++i) {
        if (!is_pair(want.held[i], want)) continue;
        const std::size_t from_end = want.held.size() - i;
        for (Context& context : sites.contexts(id, want.trace, {want.held[i].lock, want.lock},
                                               want.held, want.released)) {
          LockPair pair;
          pair.held = context.held[context.held.size() - from_end];
          pair.wanted = context.paths[1];
          if (takes_its_own_again(pair.held.lock, pair.wanted, context)) continue;
          pair.mode = want.mode;
          for (const Held& held : certain_locks(program, context)) {
            if (!link::same(held.lock, pair.held.lock)) pair.gates.push_back(held);
          }
          pair.bound = !class_key(pair.held.lock).empty() && !class_key(pair.wanted).empty();
          pair.context = std::move(context);
          pairs.push_back(std::move(pair));
        }
      }
    }
  }
  return pairs;
}

LockGraphInput::LockGraphInput(std::vector<LockPair> pairs) : pairs_(std::move(pairs)) {
  collect_instances();
  for (const LockPair& pair : pairs_) add(pair);
}

void LockGraphInput::collect_instances() {
  for (const LockPair& pair : pairs_) {
    for (const Path* path : {&pair.held.lock, &pair.wanted}) {
      if (is_fixed(*path)) instances_[class_key(*path)].emplace(link::key_of(*path), *path);
    }
  }
}

bool LockGraphInput::folded(const std::string& of_class) const {
  const auto known = instances_.find(of_class);
  return known != instances_.end() && known->second.size() > kInstancesMax;
}

model::Id LockGraphInput::node(const Path& path) {
  const bool exact = is_fixed(path);
  const std::string key = exact ? link::key_of(path) : "~" + class_key(path);
  const auto [at, is_new] = ids_.emplace(key, static_cast<model::Id>(names_.size() + 1));
  if (is_new) names_.push_back(told_name(path));
  return at->second;
}

LockGraphInput::Nodes LockGraphInput::nodes_for(const Path& path) {
  Nodes nodes{{node(path), path}};
  if (is_fixed(path)) {
    if (!folded(class_key(path))) return nodes;
    Path any;  // one of too many: the class stands for it as well
    any.fields = path.fields.empty() ? std::vector<std::string>{class_key(path)} : path.fields;
    nodes.push_back({node(any), any});
    return nodes;
  }
  const auto known = instances_.find(class_key(path));
  if (known == instances_.end() || folded(known->first)) return nodes;
  for (const auto& [key, instance] : known->second) nodes.push_back({node(instance), instance});
  return nodes;
}

void LockGraphInput::add(const LockPair& pair) {
  if (!pair.bound) {
    if (link::innermost(pair.held.taken).op != pair.context.inner().op) twins_.push_back(&pair);
    return;
  }
  const Path& held = pair.held.lock;
  const bool one_class = class_key(held) == class_key(pair.wanted);
  const bool ordered_by_owner = is_below(held, pair.wanted) || is_below(pair.wanted, held);
  const bool one_fixed = is_fixed(held) || is_fixed(pair.wanted);
  const bool both_fixed = is_fixed(held) && is_fixed(pair.wanted);
  // `list.head.mu`, then `list.head.next.mu`.
  if (one_class && one_fixed && !both_fixed && ordered_by_owner) return;
  if (one_class && !one_fixed) {
    const bool one_line = link::innermost(pair.held.taken).op == pair.context.inner().op;
    if (!one_line && !ordered_by_owner) twins_.push_back(&pair);
    return;
  }
  const bool one_owner = !is_fixed(held) && !is_fixed(pair.wanted) &&
                         link::same(owner_of(held), owner_of(pair.wanted));
  for (const auto& from : nodes_for(held)) {
    for (const auto& to : nodes_for(pair.wanted)) {
      // Two members of one object stay members of one object.
      const bool torn = one_owner && !link::same(owner_of(from.second), owner_of(to.second)) &&
                        (is_fixed(from.second) || is_fixed(to.second));
      if (from.first != to.first && !torn) add_edge(pair, from, to);
    }
  }
}

void LockGraphInput::add_edge(const LockPair& pair, const std::pair<model::Id, Path>& held,
                              const std::pair<model::Id, Path>& wanted) {
  std::vector<LockEdge>& witnesses = edges_[{held.first, wanted.first}];
  if (witnesses.size() >= kWitnessesMax) return;
  LockEdge edge{&pair, held.first, wanted.first, {}, true};
  edge.exact = is_fixed(pair.held.lock) && is_fixed(pair.wanted) && is_fixed(held.second) &&
               is_fixed(wanted.second);
  for (const Held& gate : pair.gates) {
    Path path = gate.lock;
    // A gate in the same object goes with it.
    if (!is_fixed(path)) {
      if (link::same(owner_of(path), owner_of(pair.held.lock))) {
        path = link::joined(owner_of(held.second), path, owner_of(path).fields.size());
      } else if (link::same(owner_of(path), owner_of(pair.wanted))) {
        path = link::joined(owner_of(wanted.second), path, owner_of(path).fields.size());
      } else {
        continue;
      }
    }
    const model::Id id = node(path);
    if (id != held.first && id != wanted.first) edge.gates.push_back({id, gate.mode});
  }
  witnesses.push_back(std::move(edge));
}

const std::vector<LockEdge>& LockGraphInput::edges(model::Id held, model::Id wanted) const {
  static const std::vector<LockEdge> kNone;
  const auto at = edges_.find({held, wanted});
  return at == edges_.end() ? kNone : at->second;
}

void LockGraphInput::feed(model::LockOrderGraph& graph, const Program& program) const {
  const auto thread_of = [](std::uint32_t root, model::Id copy) {
    return root * kThreadsOfSeveral + copy + 1;
  };
  const auto roots = static_cast<std::uint32_t>(program.roots.size());
  for (std::uint32_t root = 0; root <= roots; ++root) {
    for (model::Id copy = 0; copy < kThreadsOfSeveral; ++copy) {
      graph.add_thread(thread_of(root, copy), 0, 0);
    }
  }
  model::Id next = 1;
  for (const auto& [nodes, witnesses] : edges_) {
    for (const LockEdge& edge : witnesses) {
      model::Id outer = 0;
      const auto take = [&](model::Id lock, summary::Mode mode) {
        graph.add_acquisition(next, outer, lock, mode_of(mode), false);
        outer = next++;
      };
      for (const auto& [gate, mode] : edge.gates) take(gate, mode);
      take(edge.held, edge.pair->held.mode);
      take(edge.wanted, edge.pair->mode);
      std::vector<std::uint32_t> threads = threads_of(program, edge.pair->context);
      const bool anywhere =
          !edge.pair->context.root && program.functions[edge.pair->context.top].roots.empty();
      if (anywhere) threads.push_back(roots);
      for (const std::uint32_t root : threads) {
        const bool many = root == roots || can_overlap(program, root, root);
        for (model::Id copy = 0; copy < (many ? kThreadsOfSeveral : 1); ++copy) {
          graph.add_observation(outer, thread_of(root, copy), 0);
        }
      }
    }
  }
}

}  // namespace lockweave::analyzer::rules
