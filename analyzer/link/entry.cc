// analyzer/link/entry.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/entry.h"

#include <algorithm>
#include <set>

namespace lockweave::analyzer::link {
namespace {

using summary::Function;
using summary::OpKind;

// The caller's names in the callee's: the naming of a call, backwards. A lock with two names there
// has both.
std::vector<Held> seen_inside(const std::vector<Held>& held, const Naming& naming) {
  std::vector<Held> inside;
  const auto add = [&](const Held& like, Path path) {
    Held entry = like;
    entry.lock = std::move(path);
    inside.push_back(std::move(entry));
  };
  for (const Held& one : held) {
    if (one.lock.root == Root::global || (one.lock.root == Root::local && naming.keeps_locals)) {
      add(one, one.lock);
    }
    if (naming.keeps_locals && naming.caller != nullptr && one.lock.root == Root::parameter) {
      if (const auto name = captured(*naming.caller, one.lock.index))
        add(one, joined(*name, one.lock));
    }
    for (std::uint32_t i = 0; i < naming.arguments.size(); ++i) {
      const Path parameter{Root::parameter, i, "", "", "", {}};
      if (!nameable(naming.arguments[i])) continue;
      if (const auto path = replaced(one.lock, naming.arguments[i], parameter)) add(one, *path);
      if (same(one.lock, naming.argument_locks[i]) &&
          !same(naming.argument_locks[i], naming.arguments[i])) {
        add(one, parameter);
      }
    }
    const Path self{Root::object, 0, "", "this", "", {}};
    if (!nameable(naming.receiver)) continue;
    if (const auto path = replaced(one.lock, naming.receiver, self)) add(one, *path);
  }
  return inside;
}

class Entries {
 public:
  Entries(Context& context, const Components& components, const std::vector<bool>& begins_thread)
      : context_(context), components_(components), begins_thread_(begins_thread),
        known_(context.program.functions.size(), false) {}

  void run() {
    Program& program = context_.program;
    for (FunctionId id = 0; id < program.functions.size(); ++id) {
      if (starts_empty(id)) set_promised(id);
    }
    // Callers before callees; a component again while something changes.
    for (std::size_t at = components_.members.size(); at-- > 0;) {
      for (bool changed = true; changed;) {
        changed = false;
        for (const FunctionId id : components_.members[at]) changed |= push(id);
        if (!components_.recursive[at]) break;
      }
    }
    for (FunctionId id = 0; id < program.functions.size(); ++id) {
      if (!known_[id]) set_promised(id);
    }
  }

 private:
  bool starts_empty(FunctionId id) const {
    const Linked& linked = context_.program.functions[id];
    return begins_thread_[id] || linked.callers.empty() || context_.escaped[id] ||
           (linked.function->address_taken && !linked.function->lambda);
  }

  // Nothing but what its attributes demand of every caller.
  void set_promised(FunctionId id) {
    known_[id] = true;
    std::vector<Held>& entry = context_.program.functions[id].entry;
    entry.clear();
    for (const summary::Promise& promise : context_.program.functions[id].function->promises) {
      if (promise.kind != summary::Promise::Kind::needs) continue;
      Held held;
      held.lock = promise.lock;
      held.mode = promise.mode;
      entry.push_back(std::move(held));
    }
  }

  bool is_promised(FunctionId id, const Path& lock) const {
    const auto& promises = context_.program.functions[id].function->promises;
    return std::any_of(promises.begin(), promises.end(), [&](const summary::Promise& promise) {
      return promise.kind == summary::Promise::Kind::needs && same(promise.lock, lock);
    });
  }

  // One call: the callee has at most this.
  bool meet(FunctionId callee, const std::vector<Held>& held, const Naming& naming) {
    if (known_[callee] && context_.program.functions[callee].entry.empty()) return false;
    ++context_.program.work;
    const std::vector<Held> inside = seen_inside(held, naming);
    std::vector<Held>& entry = context_.program.functions[callee].entry;
    if (!known_[callee]) {
      set_promised(callee);
      for (const Held& one : inside) {
        if (!is_promised(callee, one.lock)) entry.push_back(one);
      }
      return true;
    }
    const std::size_t before = entry.size();
    bool weaker = false;
    std::erase_if(entry, [&](Held& one) {
      const auto match = std::find_if(inside.begin(), inside.end(), [&](const Held& other) {
        return same(other.lock, one.lock);
      });
      if (match == inside.end()) return !is_promised(callee, one.lock);
      if (match->mode == summary::Mode::shared && one.mode == summary::Mode::exclusive) {
        one.mode = summary::Mode::shared;
        weaker = true;
      }
      return false;
    });
    return weaker || entry.size() != before;
  }

  bool push(FunctionId id) {
    const Linked& linked = context_.program.functions[id];
    if (!known_[id]) return false;  // its callers are in this component and come first
    bool changed = false;
    for (std::size_t at = first_of_interest(id); at < linked.moments.size(); ++at) {
      const Moment& moment = linked.moments[at];
      if (moment.op->kind != OpKind::call || !moment.reached) continue;
      for (const FunctionId target : moment.targets) {
        if (!is_alone(id, moment, target)) changed |= push_call(linked, moment, target);
      }
    }
    for (const PassedCall& call : context_.passed[id]) {
      if (call.spawns) continue;
      std::vector<Held> held = call.held;
      add_entry(linked, call.given_up, held);
      changed |= meet(call.callee, held, call.naming);
    }
    return changed;
  }

  // Before the first thread begins nobody needs a lock, and what is done without says nothing.
  std::size_t first_of_interest(FunctionId id) const {
    const Program& program = context_.program;
    if (!program.start_up.empty() && program.start_up[id]) return SIZE_MAX;
    const auto first = program.first_thread.find(id);
    return first == program.first_thread.end() ? 0 : first->second;
  }

  // Main calls it before any thread is there that does so, too.
  bool is_alone(FunctionId id, const Moment& call, FunctionId target) const {
    const Program& program = context_.program;
    const std::vector<std::uint32_t>& callers = program.functions[id].roots;
    if (callers.size() != 1 || program.roots[callers.front()].what != "main") return false;
    const std::vector<std::uint32_t>& roots = program.functions[target].roots;
    return roots.size() > 1 && std::none_of(roots.begin(), roots.end(), [&](std::uint32_t root) {
             return program.parallel_in(callers.front(), id, call.op, root, target, nullptr);
           });
  }

  bool push_call(const Linked& linked, const Moment& moment, FunctionId target) {
    if (known_[target] && context_.program.functions[target].entry.empty()) return false;
    const std::vector<Held> held = surely_held_at(linked, moment);
    const auto stored = context_.namings.find(moment.op);
    const Function& callee = *context_.program.functions[target].function;
    if (stored == context_.namings.end()) {
      return meet(target, held, naming_at(*moment.op, *linked.function, callee, State{}));
    }
    Naming naming = stored->second;
    naming.keeps_locals = callee.lambda;
    return meet(target, held, naming);
  }

  static void add_entry(const Linked& linked, const std::vector<Path>& given_up,
                        std::vector<Held>& held) {
    for (const Held& one : linked.entry) {
      if (!contains(given_up, one.lock)) held.push_back(one);
    }
  }

  Context& context_;
  const Components& components_;
  const std::vector<bool>& begins_thread_;
  std::vector<bool> known_;
};

}  // namespace

std::vector<Held> surely_held_at(const Linked& function, const Moment& moment) {
  std::vector<Held> held;
  for (const Held& one : function.entry) {
    if (!contains(moment.given_up, one.lock)) held.push_back(one);
  }
  for (const Held& one : moment.held) {
    if (one.certain) held.push_back(one);
  }
  return held;
}

void find_entries(Context& context, const Components& components,
                  const std::vector<bool>& begins_thread) {
  Entries(context, components, begins_thread).run();
}

}  // namespace lockweave::analyzer::link
