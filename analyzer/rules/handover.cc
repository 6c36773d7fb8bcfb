// analyzer/rules/handover.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/handover.h"

#include <algorithm>
#include <optional>
#include <set>

#include "analyzer/rules/ways.h"

namespace lockweave::analyzer::rules {
namespace {

using summary::Answer;
using summary::Attempt;
using Signal = Handovers::Signal;
using Signals = Handovers::Signals;

constexpr int kLevelsMax = 3;
constexpr std::size_t kCallersMax = 8;
constexpr std::size_t kCalledMax = 64;

std::size_t index_of(const Linked& function, const Op* op) {
  const auto at = std::find_if(function.moments.begin(), function.moments.end(),
                               [op](const Moment& moment) { return moment.op == op; });
  return static_cast<std::size_t>(at - function.moments.begin());
}

bool is_barrier(const Op& op) { return op.kind == OpKind::block && op.what == "barrier"; }

bool is_handover(const Op& op) {
  return op.what == "semaphore" || op.what == "promise" || op.what == "latch" ||
         op.what == "barrier" || op.what == "task done" || op.what.starts_with("queue") ||
         op.what.starts_with("future");
}

bool one_channel(const Op& post, const Op& block) {
  if (!is_handover(post) || !is_handover(block)) return false;
  return post.what == block.what || post.what == "promise" || post.what.starts_with("queue") ||
         post.what == "task done";
}

// ---- what is said -----------------------------------------------------------------------------------

void add_flag_set(const Linked& function, const Moment& moment, Signals& signals) {
  const Op& op = *moment.op;
  if (op.kind != OpKind::access || !op.write || !moment.reached) return;
  const auto locks = surely_held_at(function, moment);
  if (!op.atomic && locks.empty()) return;
  const Answer value = op.update ? Answer::unknown : op.value;
  signals.push_back({Signal::Kind::flag, &op, moment.object, value, locks});
}

// Flags that are set in the function or below it.
void add_flags_set_below(const Program& program, FunctionId id, std::set<FunctionId>& seen,
                         Signals& signals) {
  if (seen.size() >= kCalledMax || !seen.insert(id).second) return;
  for (const Moment& moment : program.functions[id].moments) {
    add_flag_set(program.functions[id], moment, signals);
    if (moment.op->kind != OpKind::call) continue;
    for (const FunctionId target : moment.targets) {
      add_flags_set_below(program, target, seen, signals);
    }
  }
}

// What once-initialisation does is there for all that come after it.
void add_once(const Moment& moment, Signals& signals) {
  for (const Held& held : moment.held) {
    const Op* op = held.taken == nullptr ? nullptr : link::innermost(held.taken).op;
    if (op == nullptr || !op->guarded_init) continue;
    signals.push_back({Signal::Kind::once, op, held.lock, Answer::unknown, {}});
  }
}

Signals said_after(const Program& program, FunctionId id, std::size_t here) {
  const Linked& function = program.functions[id];
  Signals signals;
  if (here < function.moments.size()) add_once(function.moments[here], signals);
  for (const link::Stop& stop : function.effects.stops) {
    if (stop.trace == nullptr || index_of(function, stop.trace->op) <= here) continue;
    const Op* op = link::innermost(stop.trace).op;
    if (op->kind == OpKind::post || is_barrier(*op)) {
      signals.push_back({Signal::Kind::object, op, stop.object, Answer::unknown, {}});
    } else if (op->kind == OpKind::notify) {
      signals.push_back({Signal::Kind::condition_variable, op, stop.object, Answer::unknown, {}});
    }
  }
  std::set<FunctionId> seen;
  for (std::size_t i = here + 1; i < function.moments.size(); ++i) {
    add_flag_set(function, function.moments[i], signals);
    if (function.moments[i].op->kind != OpKind::call) continue;
    for (const FunctionId target : function.moments[i].targets) {
      add_flags_set_below(program, target, seen, signals);
    }
  }
  return signals;
}

// ---- what is waited for ---------------------------------------------------------------------------------

void add_wait(const link::Stop& stop, const Op& op, Signals& signals) {
  if (op.kind == OpKind::block && op.attempt != Attempt::tried) {
    signals.push_back({Signal::Kind::object, &op, stop.object, Answer::unknown, {}});
  }
  if (op.kind != OpKind::wait || op.attempt != Attempt::blocking) return;
  if (op.tested.empty()) {
    signals.push_back({Signal::Kind::condition_variable, &op, stop.object, Answer::unknown, {}});
  }
  std::vector<Held> locks;
  for (const Path& lock : stop.others) {
    Held held;
    held.lock = lock;
    locks.push_back(std::move(held));
  }
  for (const Path& flag : op.tested) {
    signals.push_back({Signal::Kind::flag, &op, flag, Answer::unknown, locks});
  }
}

void add_flag_tests(const Linked& function, std::size_t here, Signals& signals) {
  for (std::size_t i = 0; i < here; ++i) {
    const Moment& test = function.moments[i];
    const Op& op = *test.op;
    if (op.kind != OpKind::access || !test.reached) continue;
    if (op.write && !op.atomic) continue;
    const bool waits = op.atomic && op.what == "wait";
    std::optional<Answer> value;
    if (waits) value = Answer::unknown;
    if (op.condition || op.loop_test) {
      value = answer_that_leads_to(function, test, function.moments[here]);
    }
    if (!value) continue;
    signals.push_back(
        {Signal::Kind::flag, &op, test.object, *value, surely_held_at(function, test)});
  }
}

Signals awaited_before(const Program& program, FunctionId id, std::size_t here) {
  const Linked& function = program.functions[id];
  Signals signals;
  for (const link::Stop& stop : function.effects.stops) {
    if (stop.trace == nullptr || index_of(function, stop.trace->op) >= here) continue;
    add_wait(stop, *link::innermost(stop.trace).op, signals);
  }
  for (const link::Want& want : function.effects.wants) {
    if (want.trace == nullptr || index_of(function, want.trace->op) >= here) continue;
    const Op* op = link::innermost(want.trace).op;
    if (op->guarded_init) {
      signals.push_back({Signal::Kind::once, op, want.lock, Answer::unknown, {}});
    }
  }
  if (here < function.moments.size()) add_flag_tests(function, here, signals);
  return signals;
}

// ---- do they fit --------------------------------------------------------------------------------------

bool share_a_lock(const Signal& a, const Signal& b) {
  return std::any_of(a.locks.begin(), a.locks.end(),
                     [&](const Held& held) { return find_lock(b.locks, held.lock) != nullptr; });
}

Handover by_flag(const Signal& set, const Signal& test) {
  const bool other_value =
      set.value != Answer::unknown && test.value != Answer::unknown && set.value != test.value;
  if (other_value || !perhaps_same(set.object, test.object)) return Handover::none;
  if (share_a_lock(set, test)) return Handover::sure;
  if (!set.op->atomic || !test.op->atomic) return Handover::none;
  return test.op->what == "wait" ? Handover::sure : Handover::guessed;
}

Handover fits(const Signal& said, const Signal& awaited) {
  if (said.kind != awaited.kind) return Handover::none;
  if (said.kind == Signal::Kind::flag) return by_flag(said, awaited);
  bool fit = perhaps_same(said.object, awaited.object);
  if (said.kind == Signal::Kind::object) {
    // Which future a promise belongs to is not followed.
    const bool promised = said.op->what == "promise" && awaited.op->what.starts_with("future");
    fit = one_channel(*said.op, *awaited.op) && (promised || fit);
  }
  return fit ? Handover::sure : Handover::none;
}

bool is_like(const Signal& a, const Signal& b) {
  return a.kind == b.kind && a.op->what == b.op->what && perhaps_same(a.object, b.object) &&
         (a.locks.empty() || share_a_lock(a, b));
}

bool contains_like(const Signals& signals, const Signal& one) {
  return std::any_of(signals.begin(), signals.end(),
                     [&](const Signal& other) { return is_like(one, other); });
}

// Is it done again? The next time is in no order with what follows the first.
bool goes_round(const Program& program, const Access& access) {
  for (const link::TraceStep* step = access.context.trace.get(); step != nullptr;
       step = step->inner.get()) {
    if (step->op->looped) return true;
  }
  const auto threads = threads_of(program, access.context);
  return std::any_of(threads.begin(), threads.end(),
                     [&](std::uint32_t root) { return can_overlap(program, root, root); });
}

}  // namespace

const Signals& Handovers::at(FunctionId function, const Op* op, Side side) {
  const auto [known, fresh] = known_.try_emplace({op, side});
  if (!fresh) return known->second;
  const std::size_t here = index_of(program_.functions[function], op);
  Signals signals = side == Side::said_after ? said_after(program_, function, here)
                                             : awaited_before(program_, function, here);
  return known_[{op, side}] = std::move(signals);
}

// What all callers of the function say after they call it, or wait for before.
const Signals& Handovers::around(FunctionId function, Side side, int levels) {
  const auto [known, fresh] = around_.try_emplace({function, side, levels});
  const std::vector<FunctionId>& callers = program_.functions[function].callers;
  if (!fresh || levels == 0 || callers.size() > kCallersMax) return known->second;
  std::optional<Signals> common;
  for (const FunctionId caller : callers) {
    for (const Moment& moment : program_.functions[caller].moments) {
      const bool calls = moment.op->kind == OpKind::call && moment.reached &&
                         std::binary_search(moment.targets.begin(), moment.targets.end(), function);
      if (!calls) continue;
      Signals here = at(caller, moment.op, side);
      const Signals& above = around(caller, side, levels - 1);
      here.insert(here.end(), above.begin(), above.end());
      if (common) {
        std::erase_if(*common, [&](const Signal& one) { return !contains_like(here, one); });
      } else {
        common = std::move(here);
      }
    }
  }
  return known->second = std::move(common).value_or(Signals{});
}

const Signals& Handovers::of(const Access& access, Side side) {
  const auto [known, fresh] = of_accesses_.try_emplace({access.context.trace, side});
  Signals& all = known->second;
  if (!fresh) return all;
  for (const link::TraceStep* step = access.context.trace.get(); step != nullptr;
       step = step->inner.get()) {
    const Signals& some = at(step->function, step->op, side);
    all.insert(all.end(), some.begin(), some.end());
  }
  const Signals& above = around(access.context.trace->function, side, kLevelsMax);
  all.insert(all.end(), above.begin(), above.end());
  return all;
}

Handover Handovers::goes_from(const Access& first, const Access& second) {
  const Signals& said = of(first, Side::said_after);
  if (said.empty()) return Handover::none;
  const Signals& awaited = of(second, Side::awaited_before);
  const bool again = goes_round(program_, first);
  Handover best = Handover::none;
  for (const Signal& one : said) {
    // The variable is no flag for itself.
    if (one.kind == Signal::Kind::flag && perhaps_same(one.object, first.object())) continue;
    const bool own_protocol =
        one.kind == Signal::Kind::flag || one.kind == Signal::Kind::condition_variable;
    const Handover most = again && own_protocol ? Handover::guessed : Handover::sure;
    for (const Signal& other : awaited) {
      if (best < most) best = std::max(best, std::min(fits(one, other), most));
    }
  }
  return best;
}

Handover Handovers::between(const Access& a, const Access& b) {
  const Handover forth = goes_from(a, b);
  const Handover back = goes_from(b, a);
  // Two that take turns.
  const bool both = forth != Handover::none && back != Handover::none;
  return both && a.op != b.op ? Handover::sure : std::max(forth, back);
}

}  // namespace lockweave::analyzer::rules
