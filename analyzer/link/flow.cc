// analyzer/link/flow.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/flow.h"

#include <algorithm>
#include <set>

#include "analyzer/link/transfer.h"

namespace lockweave::analyzer::link {
namespace {

using summary::Block;
using summary::Edge;
using summary::Function;
using summary::Op;
using summary::OpKind;

constexpr std::uint32_t kExit = 1;
constexpr std::size_t kLeavingMax = 16;
constexpr std::uint64_t kVisitsPerState =
    8;  // of a block; more is a fixed point that does not come

bool surely_holds(const State& state, const Path& lock) {
  return std::any_of(state.held.begin(), state.held.end(),
                     [&](const Held& held) { return held.certain && same(held.lock, lock); });
}

bool works_on_guard(OpKind kind) {
  return kind == OpKind::guard_acquire || kind == OpKind::guard_release ||
         kind == OpKind::guard_end || kind == OpKind::test_guard;
}

bool calls_something(OpKind kind) { return kind == OpKind::call || kind == OpKind::spawn; }

// How often the lock of `held[at]` is held before it, in the same mode.
std::size_t occurrence(const std::vector<Held>& held, std::size_t at) {
  return static_cast<std::size_t>(std::count_if(
      held.begin(), held.begin() + static_cast<long>(at),
      [&](const Held& one) { return one.mode == held[at].mode && same(one.lock, held[at].lock); }));
}

std::size_t find_occurrence(const std::vector<Held>& held, const Held& like, std::size_t n) {
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (held[i].mode != like.mode || !same(held[i].lock, like.lock)) continue;
    if (n-- == 0) return i;
  }
  return held.size();
}

class Flow {
 public:
  Flow(Context& context, FunctionId id)
      : context_(context), id_(id), linked_(context.program.functions[id]),
        function_(*linked_.function), facts_(function_, context.program, context.calls),
        transfer_(context, id, facts_), blocks_(function_.blocks.size()) {}

  std::vector<Note> run();

 private:
  struct Arrived {
    std::vector<State> known;
    std::vector<State> pending;
    bool by_effect = false;  // one state for each effect on locks
    bool merged = false;
  };

  void prepare_notes();
  void arrive(std::uint32_t block, State state);
  void reduce(Arrived& arrived, std::uint32_t block);
  bool may_take(std::uint32_t block, const Edge& edge, State& state);
  void run_block(std::uint32_t block, State state);
  void follow(std::uint32_t block, const Edge& edge, State state);
  void throw_out(std::uint32_t handler, State& state) const;
  void observe(Note& note, const State& state);
  void observe_held(Note& note, const State& state) const;
  void observe_guard(Note& note, const State& state) const;
  void limit(std::vector<State>& states) const;
  void finish(Note& note) const;
  void collect_exits();
  void find_denials();
  bool always_taken(const State& way, const std::vector<Premise>& premises) const;

  Context& context_;
  FunctionId id_;
  Linked& linked_;
  const Function& function_;
  FlowFacts facts_;
  Transfer transfer_;
  std::vector<Arrived> blocks_;
  std::set<std::uint32_t> todo_;  // positions
  std::vector<Note> notes_;
  std::vector<std::size_t> first_note_;  // by block
  std::vector<State> leaving_;           // as they came to the exit; kLeavingMax: perhaps not all
  bool cut_ = false;
};

void Flow::prepare_notes() {
  first_note_.resize(function_.blocks.size());
  std::size_t ops = 0;
  for (const Block& block : function_.blocks) ops += block.ops.size();
  notes_.reserve(ops);
  linked_.moments.assign(ops, {});
  for (const std::uint32_t block : facts_.order()) {
    first_note_[block] = notes_.size();
    for (const Op& op : function_.blocks[block].ops) {
      Note& note = notes_.emplace_back();
      note.op = &op;
      note.place = {block, notes_.size() - 1 - first_note_[block]};
      note.moment = &linked_.moments[notes_.size() - 1];
      note.moment->op = &op;
      note.moment->block = block;
      if (!calls_something(op.kind)) continue;
      const Resolved& resolved = context_.calls.of(op);
      note.moment->targets = resolved.targets;
      note.moment->open = resolved.open;
      note.moment->many = !resolved.beyond.empty();
    }
  }
}

std::vector<Note> Flow::run() {
  prepare_notes();
  arrive(0, State{});
  std::uint64_t visits =
      kVisitsPerState * context_.settings.states_max * (function_.blocks.size() + 1);
  while (!todo_.empty()) {
    const std::uint32_t block = facts_.order()[*todo_.begin()];
    todo_.erase(todo_.begin());
    std::vector<State> pending = std::move(blocks_[block].pending);
    blocks_[block].pending.clear();
    for (State& state : pending) {
      if (visits-- == 0) {
        cut_ = true;
        todo_.clear();
        break;
      }
      run_block(block, std::move(state));
    }
  }
  for (Note& note : notes_) finish(note);
  collect_exits();
  return std::move(notes_);
}

void Flow::arrive(std::uint32_t block, State state) {
  if (block >= blocks_.size()) return;
  if (block == kExit && leaving_.size() < kLeavingMax) leaving_.push_back(state);
  Arrived& arrived = blocks_[block];
  std::erase_if(state.facts, [&](const auto& fact) { return !facts_.live(block, fact.first); });
  const auto known = std::find_if(arrived.known.begin(), arrived.known.end(), [&](State& one) {
    return arrived.merged || (arrived.by_effect ? same_effect(one, state) : same_state(one, state));
  });
  if (known == arrived.known.end()) {
    arrived.known.push_back(state);
    arrived.pending.push_back(std::move(state));
    if (arrived.known.size() > context_.settings.states_max) reduce(arrived, block);
  } else if (same_state(*known, state)) {
    if (!known->suppose_less(state)) return;
    arrived.pending.push_back(*known);
  } else {
    State joint = merged(*known, state);
    const bool weaker = known->suppose_less(joint);
    if (same_state(joint, *known) && !weaker) return;
    *known = joint;
    if (arrived.merged) arrived.pending.clear();
    arrived.pending.push_back(std::move(joint));
  }
  todo_.insert(facts_.position(block));
}

void Flow::reduce(Arrived& arrived, std::uint32_t block) {
  cut_ = true;
  if (!arrived.by_effect) {
    arrived.by_effect = true;
    std::vector<State> known;
    for (State& state : arrived.known) {
      const auto alike = std::find_if(known.begin(), known.end(),
                                      [&](State& other) { return same_effect(other, state); });
      if (alike == known.end()) {
        known.push_back(std::move(state));
      } else {
        *alike = merged(*alike, state);
      }
    }
    arrived.known = std::move(known);
    arrived.pending = arrived.known;
  }
  // Ways to leave stay apart a little longer: callers and reports live on them.
  const std::size_t most = context_.settings.states_max * (block == kExit ? 2 : 1);
  if (arrived.known.size() <= most) return;
  State joint = arrived.known.front();
  for (std::size_t i = 1; i < arrived.known.size(); ++i) joint = merged(joint, arrived.known[i]);
  arrived.merged = true;
  arrived.known.assign(1, joint);
  arrived.pending.assign(1, std::move(joint));
}

void Flow::limit(std::vector<State>& states) const {
  if (states.size() <= context_.settings.states_max) return;
  State joint = states.front();
  for (std::size_t i = 1; i < states.size(); ++i) joint = merged(joint, states[i]);
  states.assign(1, std::move(joint));
}

void Flow::run_block(std::uint32_t block, State start) {
  const Block& code = function_.blocks[block];
  std::vector<State> current{std::move(start)};
  for (std::size_t i = 0; i < code.ops.size() && !current.empty(); ++i) {
    std::vector<State> next;
    for (State& state : current) {
      observe(notes_[first_note_[block] + i], state);
      transfer_.apply(code.ops[i], {block, i}, std::move(state), next);
    }
    limit(next);
    current = std::move(next);
  }
  for (const State& state : current) {
    for (const Edge& edge : code.next) follow(block, edge, state);
  }
}

// Is the edge's condition possible here? If so it is known from here on.
bool Flow::may_take(std::uint32_t block, const Edge& edge, State& state) {
  if (edge.condition == 0) return true;
  const Answer known = state.fact(edge.condition);
  if (known != Answer::unknown && (known == Answer::yes) != edge.value) return false;
  state.set_fact(edge.condition, edge.value ? Answer::yes : Answer::no);
  const summary::Condition& condition = function_.conditions[edge.condition - 1];
  if (!nameable(condition.subject)) return true;
  Premise premise{state.resolve(condition.subject), condition.value, condition.compares,
                  edge.value};
  if (has_unknown_element(premise.subject)) return true;
  // What others can change may have changed since.
  if (premise.subject.fields.empty() && premise.subject.root != Root::global &&
      contradicts_any(state.premises, premise)) {
    return false;
  }
  transfer_.learn(std::move(premise), {block, function_.blocks[block].ops.size()}, state);
  return true;
}

void Flow::follow(std::uint32_t block, const Edge& edge, State state) {
  if (!may_take(block, edge, state)) return;
  if (edge.to < blocks_.size() && facts_.position(edge.to) <= facts_.position(block)) {
    std::erase_if(state.facts,
                  [&](const auto& fact) { return facts_.forgotten(block, edge.to, fact.first); });
    state.forget_where(
        [&](const Path& subject) { return context_.writes.written_by(id_, subject); });
  }
  if (edge.thrown) throw_out(edge.to, state);
  arrive(edge.to, std::move(state));
}

// Destructors have run, but of guards that still have one to come.
void Flow::throw_out(std::uint32_t handler, State& state) const {
  std::vector<Path> gone;
  for (Guard& guard : state.guards) {
    if (handler != kExit && facts_.outlives(handler, guard.path)) continue;
    if (guard.path.root != Root::local && guard.path.root != Root::result) continue;
    state.end_guard(guard);
    gone.push_back(guard.path);
  }
  for (const Path& path : gone) state.remove_guard(path);
  if (handler == kExit) state.thrown = true;
}

void Flow::observe(Note& note, const State& state) {
  Moment& moment = *note.moment;
  const Op& op = *note.op;
  if (note.states == 0) {
    moment.object = state.resolve(op.object);
    if (op.kind != OpKind::guard_end) {
      for (const Path& other : op.others) moment.others.push_back(state.resolve(other));
    }
    if (calls_something(op.kind)) note.sample = state;
    note.surely_given_up = state.released;
    note.premises = state.premises;
    note.supposed = state.supposed;
    moment.surely_held = moment.surely_free = true;
  }
  ++note.states;
  observe_guard(note, state);
  observe_held(note, state);
  for (const Path& path : state.released) {
    if (!surely_holds(state, path)) add_unique(moment.given_up, path);
  }
  std::erase_if(note.surely_given_up,
                [&](const Path& path) { return !contains(state.released, path); });
  keep_common(note.premises, state.premises);
  keep_common(note.supposed, state.supposed);
}

// Operations on guards and waits speak of the locks behind the guard.
void Flow::observe_guard(Note& note, const State& state) const {
  Moment& moment = *note.moment;
  const OpKind kind = note.op->kind;
  const auto add_locks = [&](const Path& path) {
    for (const Path& lock : state.locks_of(path)) add_unique(moment.others, lock);
  };
  if (works_on_guard(kind)) add_locks(state.resolve(note.op->object));
  if (kind == OpKind::wait && !note.op->others.empty()) {
    if (note.states == 1) moment.others.clear();
    add_locks(state.resolve(note.op->others.front()));
  }
  if (kind == OpKind::guard_begin && note.states == 1) {
    for (Path& lock : moment.others) lock = state.lock_of(lock);
  }
  if (kind == OpKind::acquire || kind == OpKind::release) {
    moment.object = state.lock_of(state.resolve(note.op->object));
  }
  const Guard* guard = state.guard_at(state.resolve(note.op->object));
  const bool by_guard = guard != nullptr && kind != OpKind::acquire && kind != OpKind::release;
  if (by_guard) {
    moment.surely_held = moment.surely_held && guard->owns == Answer::yes;
    moment.surely_free = moment.surely_free && guard->owns == Answer::no;
    return;
  }
  const auto certain = [&](const Held& held) {
    return held.certain && same(held.lock, moment.object);
  };
  moment.surely_held =
      moment.surely_held && std::any_of(state.held.begin(), state.held.end(), certain);
  moment.surely_free = moment.surely_free && contains(state.freed, moment.object);
}

void Flow::observe_held(Note& note, const State& state) const {
  std::vector<Held>& all = note.moment->held;
  const bool waits = note.op->kind == OpKind::wait;
  for (std::size_t i = 0; i < state.held.size(); ++i) {
    const Held& held = state.held[i];
    // Given up while it waits.
    if (waits && contains(note.moment->others, held.lock)) continue;
    const std::size_t at = find_occurrence(all, held, occurrence(state.held, i));
    if (at == all.size()) {
      all.push_back(held);
      note.certain_in.push_back(0);
    }
    note.certain_in[at] += held.certain ? 1U : 0U;
    all[at].tried = all[at].tried || held.tried;
  }
}

void Flow::finish(Note& note) const {
  Moment& moment = *note.moment;
  if (note.states == 0) {
    moment.reached = false;
    moment.object = note.op->object;
    moment.others = note.op->others;
    return;
  }
  for (std::size_t i = 0; i < moment.held.size(); ++i) {
    moment.held[i].certain = note.certain_in[i] == note.states;
  }
  if (note.op->kind == OpKind::wait) {
    for (const Path& lock : moment.others) add_unique(moment.given_up, lock);
  }
  std::copy_if(note.premises.begin(), note.premises.end(), std::back_inserter(moment.modes),
               [](const Premise& premise) { return premise.subject.root == Root::global; });
  if (!note.sample || moment.targets.empty()) return;
  if (note.sample->aliases.empty() && note.sample->guards.empty()) return;
  const Function& callee = *context_.program.functions[moment.targets.front()].function;
  Naming naming = naming_at(*note.op, function_, callee, *note.sample);
  if (!same_naming(naming, naming_at(*note.op, function_, callee, State{}))) {
    context_.namings[note.op] = std::move(naming);
  }
}

void Flow::collect_exits() {
  Effects& effects = linked_.effects;
  effects.exits.clear();
  effects.cut = cut_;
  if (blocks_.size() <= kExit) return;
  for (const State& state : blocks_[kExit].known) {
    effects.exits.push_back(transfer_.exit_of(state));
  }
  find_denials();
  context_.summaries[id_].ways = ways_of(effects.exits);
  context_.summaries[id_].returns = !effects.exits.empty() || cut_;
}

// Does what the way supposes keep the function from every other way?
bool Flow::always_taken(const State& way, const std::vector<Premise>& premises) const {
  return std::all_of(leaving_.begin(), leaving_.end(), [&](const State& other) {
    if (same_effect(way, other)) return true;
    return std::any_of(premises.begin(), premises.end(), [&](const Premise& premise) {
      return contradicts_any(other.supposed, premise);
    });
  });
}

void Flow::find_denials() {
  std::vector<Exit>& exits = linked_.effects.exits;
  const std::vector<State>& known = blocks_[kExit].known;
  if (leaving_.size() == kLeavingMax || exits.size() > kDenialsMax) return;
  for (std::size_t i = 0; i < exits.size(); ++i) {
    const std::vector<Premise> premises = exits[i].premises;
    if (premises.empty() || !always_taken(known[i], premises)) continue;
    for (std::size_t j = 0; j < exits.size(); ++j) {
      if (j != i) deny(exits[j].denials, premises);
    }
  }
}

}  // namespace

std::vector<Note> run_flow(Context& context, FunctionId function) {
  return Flow(context, function).run();
}

}  // namespace lockweave::analyzer::link
