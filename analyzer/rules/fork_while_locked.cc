// analyzer/rules/fork_while_locked.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

using model::Confidence;

struct Wanted {  // by the child
  link::Path lock;
  summary::Mode mode = summary::Mode::exclusive;
  Trace trace;
};

struct Holder {  // another thread of the parent
  Context context;
  summary::Mode mode = summary::Mode::exclusive;
};

class ForkFinder {
 public:
  ForkFinder(const Facts& facts, Findings& findings)
      : program_(facts.program()), sites_(facts.sites()), teller_(facts.teller()),
        findings_(findings) {}

  void find() {
    for (std::uint32_t root = 0; root < program_.roots.size(); ++root) {
      const link::ThreadRoot& begun = program_.roots[root];
      if (begun.what != "process" || begun.spawn == nullptr) continue;
      std::vector<Wanted> wanted;
      add_wants_of(begun.function, root, wanted);
      look_at(begun.spawner, begun.spawn, wanted, root);
    }
    for (FunctionId id = 0; id < program_.functions.size(); ++id) {
      for (const Moment& moment : program_.functions[id].moments) {
        if (moment.op->kind == OpKind::fork) look_at_fork(id, moment);
      }
    }
  }

 private:
  void add_wants_of(FunctionId first, std::optional<std::uint32_t> root,
                    std::vector<Wanted>& wanted) {
    std::deque<FunctionId> queue{first};
    std::set<FunctionId> seen{first};
    while (!queue.empty()) {
      const FunctionId id = queue.front();
      queue.pop_front();
      for (const link::Want& want : program_.functions[id].effects.wants) {
        if (want.attempt != summary::Attempt::blocking || want.trace->inner != nullptr) continue;
        for (const Context& context : sites_.contexts(id, want.trace, {want.lock}, {})) {
          if (root && context.root && context.root != root) continue;
          wanted.push_back({context.paths[0], want.mode, want.trace});
        }
      }
      for (const Moment& moment : program_.functions[id].moments) {
        if (moment.op->kind == OpKind::spawn) continue;
        for (const FunctionId target : moment.targets) {
          if (seen.insert(target).second) queue.push_back(target);
        }
      }
    }
  }

  // The conditions that tell parent and child apart, with their values in the child: what fork()
  // gave, and the variables it was put into.
  static std::map<std::uint32_t, bool> conditions_in_child(const Linked& function, const Op& fork) {
    std::map<std::uint32_t, bool> values{{fork.outcome, !fork.negated}};
    for (const Moment& moment : function.moments) {
      const Op& op = *moment.op;
      const auto from = op.kind == OpKind::assign ? values.find(op.from) : values.end();
      if (from != values.end()) values[op.outcome] = from->second != op.negated;
    }
    return values;
  }

  // What the child of `fork()` runs in the same function, until it becomes another program.
  void look_at_fork(FunctionId id, const Moment& fork) {
    const Linked& function = program_.functions[id];
    if (fork.op->outcome == 0) return;
    std::set<std::uint32_t> blocks;
    std::deque<std::uint32_t> queue;
    const auto& all = function.function->blocks;
    const std::map<std::uint32_t, bool> in_child = conditions_in_child(function, *fork.op);
    for (const summary::Block& block : all) {
      for (const summary::Edge& edge : block.next) {
        const auto known = in_child.find(edge.condition);
        const bool childs = known != in_child.end() && edge.value == known->second;
        if (childs && blocks.insert(edge.to).second) queue.push_back(edge.to);
      }
    }
    std::vector<Wanted> wanted;
    while (!queue.empty()) {
      const std::uint32_t at = queue.front();
      queue.pop_front();
      if (run_in_child(id, at, wanted)) continue;
      for (const summary::Edge& edge : all[at].next) {
        if (edge.to != fork.block && blocks.insert(edge.to).second) queue.push_back(edge.to);
      }
    }
    look_at(id, fork.op, wanted, std::nullopt);
  }

  // true: the block ends in exec or _exit.
  bool run_in_child(FunctionId id, std::uint32_t block, std::vector<Wanted>& wanted) {
    const Linked& function = program_.functions[id];
    for (const Moment& moment : function.moments) {
      if (moment.block != block) continue;
      if (moment.op->kind == OpKind::replace) return true;
      for (const link::Want& want : function.effects.wants) {
        if (want.trace->op != moment.op || want.attempt != summary::Attempt::blocking) continue;
        if (want.trace->inner == nullptr) wanted.push_back({want.lock, want.mode, want.trace});
      }
      if (moment.op->kind == OpKind::spawn) continue;
      for (const FunctionId target : moment.targets) add_wants_of(target, std::nullopt, wanted);
    }
    return false;
  }

  void look_at(FunctionId forker, const Op* fork, const std::vector<Wanted>& wanted,
               std::optional<std::uint32_t> child) {
    for (const Wanted& want : wanted) {
      if (held_by_forker(forker, fork, want.lock)) continue;
      if (const auto holder = find_holder(forker, fork, want.lock)) {
        tell(forker, fork, want, *holder, child);
      }
    }
  }

  // Who forks under the lock itself keeps all others out of it.
  bool held_by_forker(FunctionId forker, const Op* fork, const Path& lock) const {
    const Linked& function = program_.functions[forker];
    for (const Moment& moment : function.moments) {
      if (moment.op != fork) continue;
      const auto locks = link::surely_held_at(function, moment);
      return std::any_of(locks.begin(), locks.end(),
                         [&](const Held& held) { return link::same(held.lock, lock); });
    }
    return false;
  }

  std::optional<Holder> find_holder(FunctionId forker, const Op* fork, const Path& lock) {
    const Context forking{forker, {}, {}, {}, trace_of(forker, fork), {}};
    for (FunctionId id = 0; id < program_.functions.size(); ++id) {
      for (const link::Want& want : program_.functions[id].effects.wants) {
        if (want.trace->inner != nullptr) continue;
        for (Context& context : sites_.contexts(id, want.trace, {want.lock}, {})) {
          if (!perhaps_same(context.paths[0], lock)) continue;
          if (!in_a_thread(context) || !parallel(program_, forking, context)) continue;
          return Holder{std::move(context), want.mode};
        }
      }
    }
    return std::nullopt;
  }

  bool in_a_thread(const Context& context) const {
    const auto roots = threads_of(program_, context);
    return std::any_of(roots.begin(), roots.end(),
                       [&](std::uint32_t root) { return is_real(program_.roots[root]); });
  }

  void tell(FunctionId forker, const Op* fork, const Wanted& want, const Holder& holder,
            std::optional<std::uint32_t> child) {
    const bool sure = is_fixed(want.lock) && is_fixed(holder.context.paths[0]);
    model::Finding finding =
        teller_.begin("fork-while-locked", sure ? Confidence::high : Confidence::medium);
    const std::string name = told_name(want.lock);
    const Context forking{forker, {}, {}, {}, trace_of(forker, fork), {}};
    const std::uint32_t parent = teller_.thread_of(forking);
    teller_.add_flow(finding, child.value_or(parent), {{"wants " + ticked(name), want.trace, {}}});
    if (!child) finding.flows.back().thread = "the child process";
    teller_.add_flow(finding, holder.context, "takes " + ticked(name));
    teller_.add_flow(finding, parent, {{"forks", forking.trace, {}}});
    finding.message = teller_.thread(parent) + " forks while " + finding.flows[1].thread +
                      " may hold " + ticked(name) + ": in the child nobody will ever unlock it";
    finding.hint =
        "fork before threads are started, call exec at once in the child, or use "
        "`pthread_atfork`";
    finding.locks = {name};
    finding.place = teller_.place(want.trace);
    set_fingerprint(finding, {teller_.key(want.trace, want.mode),
                              teller_.key(holder.context.trace, holder.mode)});
    findings_.push_back(std::move(finding));
  }

  const Program& program_;
  const CallSites& sites_;
  const Teller& teller_;
  Findings& findings_;
};

}  // namespace

void find_fork_while_locked(Facts& facts, Findings& findings) {
  ForkFinder(facts, findings).find();
}

}  // namespace lockweave::analyzer::rules
