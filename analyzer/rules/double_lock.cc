// analyzer/rules/double_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "analyzer/link/paths.h"
#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

using model::Confidence;
using summary::Answer;
using summary::Mode;

bool readers_only(const Held& held, const link::Want& want) {
  return held.mode == Mode::shared && want.mode == Mode::shared;
}

// What its initialisation says; none: nothing was seen of it.
std::optional<Answer> kind_of(const Program& program, const Path& lock) {
  const auto known = program.lock_kinds.find(link::slot_key(lock));
  if (known == program.lock_kinds.end()) return std::nullopt;
  return known->second;
}

bool locks_again(const Program& program, const Held& held, const link::Want& want) {
  return surely_same(held.lock, want.lock) && !readers_only(held, want) &&
         held.recursive != Answer::yes && want.recursive != Answer::yes &&
         kind_of(program, held.lock) != Answer::yes && !link::contains(want.released, held.lock);
}

Confidence confidence_of(const Program& program, const Held& held, const link::Want& want) {
  if (!held.certain) return Confidence::low;
  if (held.recursive == Answer::no || want.recursive == Answer::no) return Confidence::high;
  if (const std::optional<Answer> kind = kind_of(program, held.lock)) {
    return kind == Answer::no ? Confidence::high : Confidence::low;
  }
  // Its attributes may say recursive, but by default a lock of C is not. Of a parameter, who knows.
  const std::string& type = link::innermost(want.trace).op->what;
  const bool of_c =
      (type.starts_with("pthread_") || type == "mtx_t") && !link::slot_key(held.lock).empty();
  return of_c ? Confidence::medium : Confidence::low;
}

struct Again {
  FunctionId function = 0;
  const link::Want* want = nullptr;
  const Held* held = nullptr;
  Confidence confidence = Confidence::low;

  bool is_better_than(const Again& other) const {
    const auto steps = [](const Again& one) {
      return one.want->trace->depth + one.held->taken->depth;
    };
    if (confidence != other.confidence) return confidence > other.confidence;
    return steps(*this) < steps(other);
  }
};

void tell(const Again& again, const Teller& teller, Findings& findings) {
  const Held& held = *again.held;
  const link::Want& want = *again.want;
  const Context context{again.function, {}, want.held, {}, want.trace, {}};
  model::Finding finding = teller.begin("double-lock", again.confidence);
  const std::string name = told_name(held.lock);
  const std::uint32_t root = teller.thread_of(context);
  teller.add_flow(finding, root,
                  {{"takes " + ticked(name), held.taken, {}},
                   {"wants " + ticked(name), context.trace, {held}}});
  const std::string& who = finding.flows.front().thread;
  if (held.mode == Mode::shared) {
    finding.message = who + " wants " + ticked(name) +
                      " exclusively while it holds it shared, and waits for itself";
    finding.hint = "give the shared lock back first, or take the lock exclusively from the start";
  } else {
    finding.message =
        who + " locks " + ticked(name) + " again while it holds it already, and waits for itself";
    finding.hint =
        "do not call a function that locks while holding the lock: split it into a part that "
        "locks and a part that expects the lock to be held";
  }
  finding.locks = {name};
  finding.place = teller.place(want.trace);
  set_fingerprint(finding, {teller.key(want.trace, want.mode), teller.key(held.taken, held.mode)});
  findings.push_back(std::move(finding));
}

}  // namespace

void find_double_lock(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const Teller& teller = facts.teller();
  // By the second acquisition and the lock: whoever had it first, it is one mistake.
  std::map<std::pair<const Op*, std::string>, Again> all;
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    for (const link::Want& want : program.functions[id].effects.wants) {
      if (want.attempt != summary::Attempt::blocking) continue;
      for (const Held& held : want.held) {
        if (held.taken == nullptr || !locks_again(program, held, want)) continue;
        const Again again{id, &want, &held, confidence_of(program, held, want)};
        const auto [known, fresh] =
            all.try_emplace({link::innermost(want.trace).op, class_key(held.lock)}, again);
        if (!fresh && again.is_better_than(known->second)) known->second = again;
      }
    }
  }
  for (const auto& [key, again] : all) tell(again, teller, findings);
}

}  // namespace lockweave::analyzer::rules
