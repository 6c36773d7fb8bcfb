// analyzer/link/effects.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/effects.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "analyzer/link/entry_values.h"

namespace lockweave::analyzer::link {
namespace {

using summary::Attempt;
using summary::Function;
using summary::Op;
using summary::OpKind;

constexpr std::size_t kKeptFactor = 16;
constexpr std::size_t kHeldMax = 16;  // of one effect; what is left out is known further in

bool holds(const std::vector<Held>& held, const Path& lock) {
  return std::any_of(held.begin(), held.end(),
                     [&](const Held& entry) { return same(entry.lock, lock); });
}

// Effects are told apart by 64 bits: among the few that one function has, two that differ never
// meet, and if they did one of them would be missing.
using Digest = std::uint64_t;

Digest mixed(Digest digest, Digest more) {
  digest ^= more + 0x9e3779b97f4a7c15U + (digest << 12U) + (digest >> 4U);
  return digest * 0xff51afd7ed558ccdU;
}

Digest digest_of(const Path& path) {
  const std::hash<std::string_view> hash;
  Digest digest = mixed(static_cast<Digest>(path.root), path.index);
  digest = mixed(digest, hash(path.symbol));
  for (const std::string& field : path.fields) digest = mixed(digest, hash(field));
  return digest;
}

// Whatever their order.
Digest digest_of(const std::vector<Held>& held) {
  Digest digest = held.size();
  for (const Held& entry : held) {
    digest += mixed(digest_of(entry.lock), static_cast<Digest>(entry.mode));
  }
  return digest;
}

Digest digest_of(const std::vector<Path>& paths) {
  Digest digest = paths.size();
  for (const Path& path : paths) digest += mixed(digest_of(path), 1);
  return digest;
}

Digest digest_of(const Want& want) {
  const auto how = static_cast<Digest>(want.mode) * 4 + static_cast<Digest>(want.attempt);
  return mixed(mixed(mixed(digest_of(want.lock), how), digest_of(want.held)),
               digest_of(want.released));
}

const Op* operation_of(const Trace& trace) {
  return trace == nullptr ? nullptr : innermost(trace).op;
}

Digest digest_of(const Stop& stop) {
  const Op* op = operation_of(stop.trace);
  Digest digest = mixed(digest_of(stop.object), digest_of(stop.held));
  if (op != nullptr) {
    digest = mixed(digest, static_cast<Digest>(op->kind));
    digest = mixed(digest, std::hash<std::string_view>()(op->what));
  }
  return mixed(mixed(digest, digest_of(stop.others)), digest_of(stop.released));
}

Digest digest_of(const Touch& touch) {
  const Op* op = operation_of(touch.trace);
  const Digest how = op == nullptr ? 0 : (op->write ? 1U : 0U) + (op->atomic ? 2U : 0U);
  return mixed(mixed(digest_of(touch.object), how), digest_of(touch.held));
}

Digest digest_of(const Indirect& call) {
  const Digest digest = mixed(digest_of(call.slot), call.spawns ? 1 : 0);
  return mixed(mixed(mixed(digest, digest_of(call.held)), digest_of(call.released)),
               digest_of(call.arguments));
}

std::uint32_t depth_of(const Trace& trace) { return trace == nullptr ? 0 : trace->depth; }

// Without duplicates: of equal effects the one with the shortest way there stays.
template <typename Effect>
class Collection {
 public:
  Collection(std::vector<Effect>& to, std::size_t most) : to_(to), most_(most) {}

  void add(Effect effect) {
    const auto [at, fresh] = index_.try_emplace(digest_of(effect), to_.size());
    if (!fresh) {
      Effect& known = to_[at->second];
      keep_common(known.premises, effect.premises);
      if (depth_of(effect.trace) < depth_of(known.trace)) known.trace = std::move(effect.trace);
      return;
    }
    if (to_.size() >= most_) {
      index_.erase(at);
      cut_ = true;
      return;
    }
    to_.push_back(std::move(effect));
  }
  bool cut() const { return cut_; }

 private:
  std::vector<Effect>& to_;
  std::size_t most_;
  std::unordered_map<Digest, std::size_t> index_;
  bool cut_ = false;
};

bool all_fixed(const std::vector<Held>& held) {
  return std::all_of(held.begin(), held.end(), [](const Held& entry) { return fixed(entry.lock); });
}

class Combination {
 public:
  Combination(Context& context, FunctionId id)
      : context_(context), id_(id), linked_(context.program.functions[id]),
        entry_values_(context, id),
        wants_(linked_.effects.wants, context.settings.effects_max * kKeptFactor),
        stops_(linked_.effects.stops, context.settings.effects_max * kKeptFactor),
        touches_(linked_.effects.touches, context.settings.effects_max * kKeptFactor),
        indirect_(all_indirect_, context.settings.effects_max * kKeptFactor) {}

  void run(const std::vector<Note>& notes) {
    for (const Note& note : notes) {
      if (note.moment->reached) add(note);
    }
    pass_up();
  }

 private:
  void add(const Note& note);
  void add_want(const Note& note, const Path& lock, std::uint32_t group,
                const std::vector<Path>& released);
  void add_stop(const Note& note, const std::vector<Path>& released);
  void add_call(const Note& note);
  void add_indirect(const Note& note);
  void add_callee(const Note& note, FunctionId target);
  void add_through(const Note& note, const Indirect& call, const Naming& naming, bool& known_use,
                   std::size_t argument);
  void compose(const Note& note, const Op* op, const Summary& callee, const Naming& naming,
               const std::vector<Held>& before, const std::vector<Path>& released);
  void pass_up();

  Trace step(const Op* op, const Trace& inner) const {
    return step_of(id_, op, inner, context_.settings);
  }
  // `inner` goes on where `way` ends.
  Trace behind(const Trace& way, const Trace& inner) const {
    return step_of(way->function, way->op, way->inner ? behind(way->inner, inner) : inner,
                   context_.settings);
  }

  Context& context_;
  FunctionId id_;
  Linked& linked_;
  EntryValues entry_values_;
  std::vector<Indirect> all_indirect_;
  Collection<Want> wants_;
  Collection<Stop> stops_;
  Collection<Touch> touches_;
  Collection<Indirect> indirect_;
};

void Combination::add_want(const Note& note, const Path& lock, std::uint32_t group,
                           const std::vector<Path>& released) {
  if (!nameable(lock)) return;
  const Op& op = *note.op;
  wants_.add({lock, op.mode, op.attempt, op.recursive, group, step(&op, nullptr), note.moment->held,
              released, note.supposed});
}

void Combination::add_stop(const Note& note, const std::vector<Path>& released) {
  stops_.add({note.moment->object, note.moment->others, step(note.op, nullptr), note.moment->held,
              released, note.supposed});
}

void Combination::add(const Note& note) {
  ++context_.program.work;
  const Moment& moment = *note.moment;
  switch (note.op->kind) {
    case OpKind::acquire: add_want(note, moment.object, 0, note.surely_given_up); break;
    case OpKind::guard_begin:
      if (note.op->start != summary::Start::locked) break;
      [[fallthrough]];
    case OpKind::guard_acquire:
      for (const Path& lock : moment.others) {
        add_want(note, lock, moment.others.size() > 1 ? note.op->id : 0, note.surely_given_up);
      }
      break;
    case OpKind::wait: {
      std::vector<Path> released = note.surely_given_up;
      for (const Path& lock : moment.others) add_unique(released, lock);
      add_stop(note, released);
      for (const Path& lock : moment.others) {
        if (!nameable(lock)) continue;
        // The mutex is waited for like any other, however the wait itself ends.
        wants_.add({lock, summary::Mode::exclusive, Attempt::blocking, note.op->recursive, 0,
                    step(note.op, nullptr), moment.held, released, note.supposed});
      }
      break;
    }
    case OpKind::notify:
    case OpKind::block:
    case OpKind::post:
    case OpKind::join:
    case OpKind::fork: add_stop(note, note.surely_given_up); break;
    case OpKind::spawn:
      add_stop(note, note.surely_given_up);
      add_indirect(note);
      break;
    case OpKind::call: add_call(note); break;
    case OpKind::access:
      if (!fixed(moment.object)) {
        touches_.add({moment.object, step(note.op, nullptr), moment.held, note.supposed});
      }
      break;
    default: break;
  }
}

void Combination::add_indirect(const Note& note) {
  for (const summary::Callee& callee : note.op->callees) {
    const Path* slot = called_parameter(callee);
    if (slot == nullptr || !note.sample) continue;
    Indirect call;
    call.slot = *slot;
    call.op = note.op;
    call.spawns = note.op->kind == OpKind::spawn;
    for (const summary::Argument& argument : note.op->arguments) {
      call.arguments.push_back(note.sample->lock_of(note.sample->resolve(argument.path)));
    }
    call.held = note.moment->held;
    call.released = note.surely_given_up;
    call.premises = note.supposed;
    call.trace = step(note.op, nullptr);
    indirect_.add(std::move(call));
  }
}

void Combination::add_call(const Note& note) {
  add_indirect(note);
  for (const FunctionId target : note.moment->targets) add_callee(note, target);
  if (!note.moment->open) return;
  for (const summary::Argument& argument : note.op->arguments) {
    if (argument.function.empty()) continue;
    const FunctionId given = context_.calls.find(id_, argument.function);
    if (given != FunctionNames::kNone) context_.escaped[given] = true;
  }
}

void Combination::add_callee(const Note& note, FunctionId target) {
  const Summary& callee = context_.summaries[target];
  const Function& function = *context_.program.functions[target].function;
  const bool passes = std::any_of(note.op->arguments.begin(), note.op->arguments.end(),
                                  [](const auto& argument) { return !argument.function.empty(); });
  const bool silent = callee.wants.empty() && callee.stops.empty() && callee.touches.empty() &&
                      callee.indirect.empty() && !passes;
  if (silent || !note.sample) return;
  const Naming naming = naming_at(*note.op, *linked_.function, function, *note.sample);
  compose(note, note.op, callee, naming, note.moment->held, note.surely_given_up);
  for (std::size_t i = 0; i < note.op->arguments.size(); ++i) {
    bool known_use = false;
    for (const Indirect& call : callee.indirect) {
      if (call.slot.index == i) add_through(note, call, naming, known_use, i);
    }
    if (known_use || note.op->arguments[i].function.empty()) continue;
    const FunctionId given = context_.calls.find(id_, note.op->arguments[i].function);
    if (given != FunctionNames::kNone) context_.escaped[given] = true;
  }
}

// The callee calls its parameter, and here is what that is.
void Combination::add_through(const Note& note, const Indirect& call, const Naming& naming,
                              bool& known_use, std::size_t argument) {
  std::vector<Held> before;
  for (const Held& held : note.moment->held) {
    if (!contains(renamed_locks(call.released, naming), held.lock)) before.push_back(held);
  }
  for (const Held& held : call.held) {
    before.push_back(renamed(held, naming, note.op->id));
    before.back().taken = step(note.op, held.taken);
    if (!nameable(before.back().lock)) before.pop_back();
  }
  std::vector<Path> released = note.surely_given_up;
  for (const Path& path : renamed_locks(call.released, naming)) add_unique(released, path);

  const std::string& key = note.op->arguments[argument].function;
  if (key.empty()) {
    const Path& slot = naming.arguments[argument];
    if (slot.root != Root::parameter || !slot.fields.empty()) return;
    Indirect up = call;
    up.slot = slot;
    for (Path& path : up.arguments) path = naming.lock(path);
    if (!call.spawns) up.held = before;
    up.released = released;
    up.trace = step(note.op, call.trace);
    indirect_.add(std::move(up));
    return;
  }
  const FunctionId passed = context_.calls.find(id_, key);
  if (passed == FunctionNames::kNone) return;
  known_use = true;
  const Function& function = *context_.program.functions[passed].function;
  PassedCall made{id_,
                  passed,
                  note.op,
                  naming_through(naming, call.arguments, function),
                  {},
                  note.moment->given_up,
                  call.spawns,
                  call.op->what,
                  call.op->repeated};
  for (const Held& held : before) {
    if (held.certain) made.held.push_back(held);
  }
  if (!call.spawns) {
    const Trace& way = call.trace;
    Summary inner = context_.summaries[passed];
    const auto lengthen = [&](auto& effects) {
      for (auto& effect : effects) {
        effect.trace = behind(way, effect.trace);
      }
    };
    lengthen(inner.wants);
    lengthen(inner.stops);
    lengthen(inner.touches);
    compose(note, note.op, inner, made.naming, before, released);
  }
  context_.passed[id_].push_back(std::move(made));
}

void Combination::compose(const Note& note, const Op* op, const Summary& callee,
                          const Naming& naming, const std::vector<Held>& before,
                          const std::vector<Path>& released) {
  const State* sample = note.sample ? &*note.sample : nullptr;
  const auto lock_here = [&](const Path& path) {
    const Path named = naming.lock(path);
    return sample == nullptr ? named : sample->lock_of(sample->resolve(named));
  };
  const auto held_here = [&](const std::vector<Held>& inner, const std::vector<Path>& given_up) {
    std::vector<Held> all;
    for (const Held& held : before) {
      if (!contains(given_up, held.lock)) all.push_back(held);
    }
    for (const Held& held : inner) {
      if (all.size() >= kHeldMax) break;
      Held entry = renamed(held, naming, op->id);
      entry.lock = lock_here(held.lock);
      if (!nameable(entry.lock) || holds(all, entry.lock)) continue;
      entry.taken = step(op, held.taken);
      all.push_back(std::move(entry));
    }
    return all;
  };
  const auto locks_here = [&](const std::vector<Path>& paths) {
    std::vector<Path> here;
    for (const Path& path : paths) {
      Path lock = lock_here(path);
      if (nameable(lock)) add_unique(here, lock);
    }
    return here;
  };
  const auto premises_here = [&](const std::vector<Premise>& inner) {
    auto premises = premises_at_call(inner, *op, naming, note.premises);
    if (premises) {
      std::erase_if(*premises, [&](const Premise& premise) {
        return !entry_values_.kept(premise, note.place);
      });
      for (const Premise& premise : note.supposed) suppose(*premises, premise);
    }
    return premises;
  };
  const auto both = [&](std::vector<Path> paths) {
    for (const Path& path : released) add_unique(paths, path);
    return paths;
  };
  for (const Want& want : callee.wants) {
    ++context_.program.work;
    Path lock = lock_here(want.lock);
    if (!nameable(lock)) continue;
    auto premises = premises_here(want.premises);
    if (!premises) continue;
    const std::vector<Path> given_up = locks_here(want.released);
    wants_.add({std::move(lock), want.mode, want.attempt, want.recursive, 0, step(op, want.trace),
                held_here(want.held, given_up), both(given_up), *std::move(premises)});
  }
  for (const Stop& stop : callee.stops) {
    ++context_.program.work;
    auto premises = premises_here(stop.premises);
    if (!premises) continue;
    Stop here = stop;
    here.premises = *std::move(premises);
    here.object = naming.object(stop.object);
    if (sample != nullptr) here.object = sample->resolve(here.object);
    for (Path& path : here.others) path = lock_here(path);
    const std::vector<Path> given_up = locks_here(stop.released);
    here.held = held_here(stop.held, given_up);
    here.released = both(given_up);
    here.trace = step(op, stop.trace);
    stops_.add(std::move(here));
  }
  for (const Touch& touch : callee.touches) {
    ++context_.program.work;
    auto premises = premises_here(touch.premises);
    if (!premises) continue;
    Touch here = touch;
    here.premises = *std::move(premises);
    here.object = naming.object(touch.object);
    if (sample != nullptr) here.object = sample->resolve(here.object);
    if (!nameable(here.object)) continue;
    here.held = held_here(touch.held, {});
    here.trace = step(op, touch.trace);
    touches_.add(std::move(here));
  }
}

// What was seen here whole goes up bare.
template <typename Effect>
void strip(Effect& effect, bool names_fixed) {
  if (names_fixed && all_fixed(effect.held)) effect.held.clear();
}

void Combination::pass_up() {
  Summary& up = context_.summaries[id_];
  const std::size_t most = context_.settings.effects_max;
  up.wants.clear();
  up.stops.clear();
  up.touches.clear();
  up.indirect.clear();
  Collection<Want> wants(up.wants, most);
  Collection<Stop> stops(up.stops, most);
  Collection<Touch> touches(up.touches, most);
  Collection<Indirect> indirect(up.indirect, most);
  // A lock taken with nothing held stands for all ways to take it: first, so that no limit cuts it.
  for (const bool bare : {true, false}) {
    for (Want want : linked_.effects.wants) {
      if (want.held.empty() && want.released.empty()) want.group = 0;
      strip(want, fixed(want.lock));
      if (want.held.empty() == bare) wants.add(std::move(want));
    }
    for (Stop stop : linked_.effects.stops) {
      strip(stop, fixed(stop.object));
      if (stop.held.empty() == bare) stops.add(std::move(stop));
    }
  }
  for (const Touch& touch : linked_.effects.touches) {
    const bool only_callers_know =
        touch.object.root == Root::parameter &&
        std::all_of(touch.object.fields.begin(), touch.object.fields.end(),
                    [](const std::string& field) { return field.starts_with('['); });
    if (only_callers_know) touches.add(touch);
  }
  for (const Indirect& call : all_indirect_) indirect.add(call);
  linked_.effects.cut = linked_.effects.cut || wants_.cut() || stops_.cut() || touches_.cut() ||
                        wants.cut() || stops.cut() || touches.cut() || indirect_.cut() ||
                        indirect.cut();
}

}  // namespace

const TraceStep& innermost(const Trace& trace) {
  const TraceStep* step = trace.get();
  while (step->inner != nullptr) step = step->inner.get();
  return *step;
}

Trace step_of(FunctionId function, const Op* op, const Trace& inner, const Settings& settings) {
  Trace below = inner;
  while (below != nullptr && below->depth >= settings.depth_max && below->inner != nullptr) {
    below = below->inner;
  }
  const std::uint32_t depth = below == nullptr ? 1 : below->depth + 1;
  return std::make_shared<const TraceStep>(TraceStep{function, op, below, depth});
}

void combine_effects(Context& context, FunctionId function, const std::vector<Note>& notes) {
  Effects& effects = context.program.functions[function].effects;
  effects.wants.clear();
  effects.stops.clear();
  effects.touches.clear();
  context.passed[function].clear();
  Combination(context, function).run(notes);
}

void promised_effects(Context& context, FunctionId function) {
  Linked& linked = context.program.functions[function];
  Exit exit;
  for (const summary::Promise& promise : linked.function->promises) {
    if (promise.kind == summary::Promise::Kind::acquires) {
      Held held;
      held.lock = promise.lock;
      held.mode = promise.mode;
      exit.taken.push_back(held);
      Want want;
      want.lock = promise.lock;
      want.mode = promise.mode;
      linked.effects.wants.push_back(want);
    } else if (promise.kind == summary::Promise::Kind::releases) {
      exit.released.push_back(promise.lock);
    }
  }
  linked.effects.exits = {exit};
  Summary& summary = context.summaries[function];
  summary.wants = linked.effects.wants;
  summary.ways = {exit};
}

namespace {

bool same_way(const Exit& a, const Exit& b) {
  const auto same_paths = [](const std::vector<Path>& x, const std::vector<Path>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), same);
  };
  return std::equal(a.taken.begin(), a.taken.end(), b.taken.begin(), b.taken.end(), same_held) &&
         same_paths(a.released, b.released) && same_paths(a.ended, b.ended) &&
         same_paths(a.guarded, b.guarded) && same(a.guard, b.guard) && same(a.object, b.object) &&
         std::equal(a.aliases.begin(), a.aliases.end(), b.aliases.begin(), b.aliases.end(),
                    [](const auto& x, const auto& y) {
                      return same(x.first, y.first) && same(x.second, y.second);
                    });
}

}  // namespace

std::vector<Exit> ways_of(const std::vector<Exit>& exits) {
  std::vector<Exit> ways;
  for (const Exit& exit : exits) {
    if (exit.thrown) continue;
    const auto known = std::find_if(ways.begin(), ways.end(), [&](const Exit& way) {
      return way.returned == exit.returned && same_way(way, exit);
    });
    if (known == ways.end()) {
      ways.push_back(exit);
    } else {
      keep_common(known->premises, exit.premises);
      keep_common(known->denials, exit.denials);
    }
  }
  // What is returned matters only where it tells ways apart.
  const bool all_alike = std::all_of(ways.begin(), ways.end(),
                                     [&](const Exit& way) { return same_way(way, ways.front()); });
  if (all_alike && ways.size() > 1) {
    for (const Exit& way : ways) keep_common(ways.front().premises, way.premises);
    ways.resize(1);
    ways.front().denials.clear();
    ways.front().returned = Answer::unknown;
  }
  if (ways.empty()) ways.emplace_back();  // it only throws: callers go on as if nothing were
  return ways;
}

}  // namespace lockweave::analyzer::link
