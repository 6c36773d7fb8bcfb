// analyzer/rules/joinable_destroyed.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/path_walk.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

constexpr int kEmpty = 0;
constexpr int kJoinable = 1;

bool is(const Path& path, const Path& handle) { return link::same(path, handle); }

// Is the handle given to somebody who may join it?
bool is_handed_out(const Op& op, const Path& handle) {
  const auto names = [&](const Path& path) { return is(path, handle); };
  const auto below = [&](const Path& path) {
    return path.root == handle.root && path.symbol == handle.symbol;
  };
  if (op.kind == OpKind::spawn) {
    return std::any_of(op.escaping.begin(), op.escaping.end(), below);
  }
  return std::any_of(op.others.begin(), op.others.end(), names) || names(op.receiver) ||
         std::any_of(op.arguments.begin(), op.arguments.end(),
                     [&](const auto& argument) { return names(argument.path); });
}

// A pthread_t that is overwritten ends no program.
bool has_destructor(const Linked& function, const Path& handle) {
  return std::any_of(function.moments.begin(), function.moments.end(), [&](const Moment& moment) {
    return moment.op->kind == OpKind::end_handle && is(moment.object, handle);
  });
}

class JoinableFinder {
 public:
  JoinableFinder(const Program& program, FunctionId id, const Moment& spawn)
      : function_(program.functions[id]), handle_(spawn.object), spawn_(spawn.op) {
    close_ways_around_a_join();
  }

  // Where the joinable thread is lost; null: nowhere, or nobody knows.
  const Op* find() {
    PathRules rules;
    rules.at_operation = [this](int value, const Moment& moment) { return step(value, moment); };
    rules.at_edge = [this](int value, const summary::Edge& edge) { return open(value, edge); };
    rules.at_exit = [](int, const Op*) {};
    return walk_paths(function_, kEmpty, rules) && !gone_ ? lost_ : nullptr;
  }

 private:
  std::vector<WayOn> step(int value, const Moment& moment) {
    const Op& op = *moment.op;
    if (value == kJoinable && throws_out(moment)) lose(op);
    if (is_handed_out(op, handle_)) {
      if (op.kind != OpKind::move_handle) gone_ = true;
      return {{kEmpty}};
    }
    if (!is(moment.object, handle_)) return {{value}};
    switch (op.kind) {
      case OpKind::spawn:
        if (value == kJoinable) lose(op);
        return {{&op == spawn_ ? kJoinable : value}};
      case OpKind::join:
      case OpKind::detach: return {{kEmpty}};
      case OpKind::end_handle:
        if (value == kJoinable) lose(op);
        return {{kEmpty}};
      default: return {{value}};
    }
  }

  // A throw that no handler of this function gets runs the handle's destructor.
  bool throws_out(const Moment& moment) const {
    if (moment.op->kind != OpKind::leave || !moment.op->thrown) return false;
    const auto& next = function_.function->blocks[moment.block].next;
    return !next.empty() && std::all_of(next.begin(), next.end(), [](const summary::Edge& edge) {
      return edge.thrown && edge.to == 1;
    });
  }

  bool is_join_alone(std::uint32_t block) const {
    bool joins = false;
    for (const Moment& moment : function_.moments) {
      if (moment.block != block) continue;
      joins = (moment.op->kind == OpKind::join || moment.op->kind == OpKind::detach) &&
              is(moment.object, handle_);
      if (!joins) return false;
    }
    return joins;
  }

  // `if (worker.joinable()) worker.join();`: the way around the join is not taken as long as it is
  // joinable. Other conditions of that shape pass for this one.
  void close_ways_around_a_join() {
    const auto& blocks = function_.function->blocks;
    for (const summary::Block& block : blocks) {
      if (block.next.size() != 2) continue;
      for (const std::size_t side : {0U, 1U}) {
        const std::uint32_t join = block.next[side].to;
        const summary::Edge& around = block.next[1 - side];
        const auto& after = blocks[join].next;
        const bool meets = after.size() == 1 && after[0].to == around.to;
        if (meets && is_join_alone(join)) closed_.insert(&around);
      }
    }
  }

  bool open(int value, const summary::Edge& edge) const {
    return value != kJoinable || !closed_.contains(&edge);
  }

  void lose(const Op& op) {
    if (lost_ == nullptr || op.place < lost_->place) lost_ = &op;
  }

  const Linked& function_;
  Path handle_;
  const Op* spawn_;
  std::set<const summary::Edge*> closed_;
  const Op* lost_ = nullptr;
  bool gone_ = false;
};

// Members that somebody joins, detaches, moves away or gets a reference to.
std::set<std::string> members_given_up(const Program& program) {
  std::set<std::string> keys;
  for (const Linked& function : program.functions) {
    for (const Moment& moment : function.moments) {
      const Op& op = *moment.op;
      if (op.kind == OpKind::join || op.kind == OpKind::detach)
        keys.insert(class_key(moment.object));
      for (const Path& other : op.others) keys.insert(class_key(other));
      for (const auto& argument : op.arguments) keys.insert(class_key(argument.path));
      if (op.kind == OpKind::call) keys.insert(class_key(op.receiver));
    }
  }
  return keys;
}

// A member thread that is begun, and nothing in the program ever joins the member of any object.
void find_members(const Program& program, const Teller& teller, Findings& findings) {
  std::optional<std::set<std::string>> given_up;
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    for (const Moment& moment : program.functions[id].moments) {
      if (moment.op->kind != OpKind::spawn || moment.op->what != "thread") continue;
      const std::string key = moment.object.fields.empty() ? "" : class_key(moment.object);
      const auto field = program.fields.find(key);
      if (field == program.fields.end() || field->second.second->type != "std::thread") continue;
      if (!given_up) given_up = members_given_up(program);
      if (given_up->contains(key)) continue;
      model::Finding finding = teller.begin("joinable-destroyed", model::Confidence::medium);
      const std::string name = ticked(told_name(moment.object));
      const Trace trace = trace_of(id, moment.op);
      teller.add_flow(finding, {id, {}, {}, {}, trace, {}}, "starts a thread in " + name);
      finding.message = "thread " + name +
                        " is never joined nor detached: when its object is destroyed, that ends "
                        "the program";
      finding.hint = "join it in the destructor, or use `std::jthread`";
      finding.place = teller.place(trace);
      set_fingerprint(finding, {teller.key(trace)});
      findings.push_back(std::move(finding));
    }
  }
}

}  // namespace

void find_joinable_destroyed(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const Teller& teller = facts.teller();
  find_members(program, teller, findings);
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    for (const Moment& moment : program.functions[id].moments) {
      const bool local_thread = moment.op->kind == OpKind::spawn && moment.op->what == "thread" &&
                                moment.object.root == Root::local && moment.object.fields.empty();
      if (!local_thread || !has_destructor(program.functions[id], moment.object)) continue;
      const Op* lost = JoinableFinder(program, id, moment).find();
      if (lost == nullptr) continue;
      model::Finding finding = teller.begin("joinable-destroyed", model::Confidence::high);
      const std::string name = ticked(told_name(moment.object));
      const Trace trace = trace_of(id, lost);
      const std::uint32_t root = teller.thread_of({id, {}, {}, {}, trace, {}});
      const bool overwritten = lost->kind == OpKind::spawn;
      teller.add_flow(finding, root,
                      {{"starts a thread in " + name, trace_of(id, moment.op), {}},
                       {(overwritten ? "overwrites " : "destroys ") + name, trace, {}}});
      finding.message = "thread " + name + " is " + (overwritten ? "overwritten" : "destroyed") +
                        " while it is joinable: that ends the program";
      finding.hint = "join it on every way out, or use `std::jthread`";
      finding.place = teller.place(trace);
      if (lost->place.line == 0)
        finding.place = teller.site(id, program.functions[id].function->end);
      set_fingerprint(finding, {teller.key(trace_of(id, moment.op))});
      findings.push_back(std::move(finding));
    }
  }
}

}  // namespace lockweave::analyzer::rules
