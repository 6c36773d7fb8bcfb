// analyzer/rules/accesses.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/accesses.h"

#include <algorithm>
#include <map>
#include <set>

namespace lockweave::analyzer::rules {
namespace {

constexpr std::size_t kAccessesMax = 64;

bool has_started_a_thread(const Linked& function, const Op* before) {
  for (const Moment& moment : function.moments) {
    if (moment.op == before) return false;
    if (moment.op->kind == OpKind::spawn) return true;
  }
  return false;
}

const summary::Class* class_of_member(const Program& program, const Path& path) {
  if (path.fields.empty()) return nullptr;
  const auto field = program.fields.find(link::member_key(path));
  return field == program.fields.end() ? nullptr : field->second.first;
}

// A destructor that will join a thread: until then the object is still the thread's, too.
bool will_join_a_thread(const Linked& function, const Op* after) {
  bool behind = false;
  for (const Moment& moment : function.moments) {
    if (behind && moment.op->kind == OpKind::join) return true;
    behind = behind || moment.op == after;
  }
  return false;
}

bool is_alone(const Linked& function, const Op* at) {
  if (function.function->constructor) return !has_started_a_thread(function, at);
  return function.function->destructor && !will_join_a_thread(function, at);
}

// While it is built or torn down an object is nobody else's.
bool is_private_yet(const Program& program, const Context& context, const Path& named_inside) {
  const summary::Class* owner = class_of_member(program, named_inside);
  for (const link::TraceStep* step = context.trace.get(); step != nullptr;
       step = step->inner.get()) {
    const Linked& function = program.functions[step->function];
    const bool own = step->inner == nullptr && named_inside.root == Root::object;
    const bool of_owner = owner != nullptr && owner->key == function.function->owner;
    if ((own || of_owner) && is_alone(function, step->op)) return true;
  }
  return false;
}

std::size_t index_of(const Linked& function, const Op* op) {
  const auto at = std::find_if(function.moments.begin(), function.moments.end(),
                               [op](const Moment& moment) { return moment.op == op; });
  return static_cast<std::size_t>(at - function.moments.begin());
}

// Can control come from one moment to the other?
bool comes_to(const Linked& function, std::size_t from, std::size_t to) {
  const std::uint32_t last = function.moments[to].block;
  const std::uint32_t first = function.moments[from].block;
  if (first == last && from < to) return true;
  const std::vector<summary::Block>& blocks = function.function->blocks;
  std::vector<bool> seen(blocks.size(), false);
  std::vector<std::uint32_t> todo{first};
  while (!todo.empty()) {
    const std::uint32_t block = todo.back();
    todo.pop_back();
    for (const summary::Edge& edge : blocks[block].next) {
      if (edge.to == last) return true;
      if (seen[edge.to]) continue;
      seen[edge.to] = true;
      todo.push_back(edge.to);
    }
  }
  return false;
}

bool has_spawned_before(const Linked& function, const Op* op) {
  const std::size_t here = index_of(function, op);
  return std::any_of(function.effects.stops.begin(), function.effects.stops.end(),
                     [&](const link::Stop& stop) {
                       const std::size_t spawn = index_of(function, stop.trace->op);
                       return link::innermost(stop.trace).op->kind == OpKind::spawn &&
                              comes_to(function, spawn, here);
                     });
}

// A local object is nobody else's before the first thread that its function begins, itself or
// below.
bool is_still_local(const Program& program, const Context& context) {
  if (context.paths.front().root != Root::local || context.root) return false;
  if (program.functions[context.top].function->lambda) return false;  // its maker's, perhaps
  for (const link::TraceStep* step = context.trace.get(); step != nullptr;
       step = step->inner.get()) {
    if (has_spawned_before(program.functions[step->function], step->op)) return false;
  }
  return true;
}

bool is_of_interest(const Program& program, const Path& object) {
  if (object.root == Root::global && object.fields.empty()) {
    const auto known = program.variables.find(object.symbol);
    if (known == program.variables.end()) return true;
    const summary::Variable& variable = *known->second;
    return !variable.lock && !variable.condition_variable && !variable.constant &&
           !variable.thread_local_storage;
  }
  const auto known = program.fields.find(link::member_key(object));
  if (known == program.fields.end()) return true;
  const summary::Field& field = *known->second.second;
  return !field.lock && !field.condition_variable && !field.thread && !field.constant;
}

// Locals that some thread refers to, also by `this` of an object whose method begins the thread.
std::set<std::string> escaping_locals(const CallSites& sites) {
  std::set<std::string> symbols;
  for (const link::ThreadRoot& root : sites.program().roots) {
    if (root.spawn == nullptr) continue;
    const Linked& spawner = sites.program().functions[root.spawner];
    const auto add = [&](const Path& path) {
      if (path.root == Root::local) symbols.insert(path.symbol);
      if (!depends_on_caller(path) || root.begins >= spawner.moments.size()) return;
      for (const Context& context :
           sites.contexts(root.spawner, spawner.moments[root.begins], {path})) {
        const Path& named = context.paths.front();
        if (named.root == Root::local) symbols.insert(named.symbol);
      }
    };
    for (const Path& path : root.spawn->escaping) add(path);
    for (const auto& argument : root.spawn->arguments) add(argument.path);
    add(root.spawn->receiver);
  }
  return symbols;
}

class Collector {
 public:
  Collector(const CallSites& sites, Atomics atomics)
      : sites_(sites), program_(sites.program()), atomics_(atomics),
        escaping_(escaping_locals(sites)) {}

  std::vector<SharedVariable> collect() {
    for (FunctionId id = 0; id < program_.functions.size(); ++id) {
      for (const Moment& moment : program_.functions[id].moments) {
        if (moment.op->kind == OpKind::access && moment.reached) look_at(id, moment);
      }
    }
    std::vector<SharedVariable> all;
    for (auto& [key, variable] : variables_) {
      if (is_shared(variable)) all.push_back(std::move(variable));
    }
    return all;
  }

 private:
  void look_at(FunctionId id, const Moment& moment) {
    if (moment.op->atomic && atomics_ == Atomics::left_out) return;
    if (program_.functions[id].function->unchecked) return;
    for (Context& context : sites_.contexts(id, moment, {moment.object})) {
      const Path object = context.paths.front();
      if (is_private_yet(program_, context, moment.object)) continue;
      if (is_still_local(program_, context)) continue;
      if (has_unknown_element(object) || !is_of_interest(program_, object)) continue;
      const std::string key = key_of(object);
      if (key.empty()) continue;
      SharedVariable& variable = variables_[key];
      if (variable.accesses.size() >= kAccessesMax) continue;
      variable.key = key;
      variable.object = object;
      variable.fixed = is_fixed(object);
      Access access{
          moment.op, std::move(context), {}, object.root == Root::parameter, moment.op->place};
      access.locks = certain_locks(program_, access.context);
      for (Held& held : access.locks) held.lock = without_own_name(std::move(held.lock));
      variable.accesses.push_back(std::move(access));
    }
  }

  // A lock of a local that no thread knows is in truth another object's, that the local points to.
  Path without_own_name(Path lock) const {
    const bool own = lock.root == Root::local && !lock.fields.empty();
    if (own && !escaping_.contains(lock.symbol)) lock.index = 1;
    return lock;
  }

  // A local is shared if a thread refers to it, has a pointer of its own to the same, or is a method
  // of it.
  bool is_shared(const SharedVariable& variable) const {
    if (!variable.fixed || variable.object.root != Root::local) return true;
    return escaping_.contains(variable.object.symbol) || is_pointer(variable.object) ||
           std::any_of(variable.accesses.begin(), variable.accesses.end(),
                       [](const Access& access) { return access.context.root.has_value(); });
  }

  static std::string key_of(const Path& object) {
    if (is_behind_pointer(object) && object.root != Root::none) return "~" + class_key(object);
    switch (object.root) {
      case Root::global:
      case Root::local: return object.index == 0 ? link::key_of(object) : "";
      case Root::object:
      case Root::parameter: return object.fields.empty() ? "" : "~" + class_key(object);
      default: return "";
    }
  }

  const CallSites& sites_;
  const Program& program_;
  Atomics atomics_;
  std::set<std::string> escaping_;
  std::map<std::string, SharedVariable> variables_;
};

}  // namespace

std::vector<SharedVariable> shared_variables(const CallSites& sites, Atomics atomics) {
  return Collector(sites, atomics).collect();
}

Declared declaration_of(const Program& program, const Path& object) {
  if (object.fields.empty()) {
    const auto known = program.variables.find(object.symbol);
    if (known == program.variables.end()) return {};
    const summary::Variable& variable = *known->second;
    return {true, variable.is_volatile, variable.type, variable.guarded_by};
  }
  const auto known = program.fields.find(link::member_key(object));
  if (known == program.fields.end()) return {};
  const summary::Field& field = *known->second.second;
  return {true, field.is_volatile, field.type, field.guarded_by};
}

const Held* find_lock(const std::vector<Held>& locks, const Path& lock) {
  const auto at = std::find_if(locks.begin(), locks.end(),
                               [&](const Held& held) { return perhaps_same(held.lock, lock); });
  return at == locks.end() ? nullptr : &*at;
}

}  // namespace lockweave::analyzer::rules
