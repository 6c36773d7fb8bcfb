// analyzer/rules/wait_while_holding.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"
#include "analyzer/rules/waits.h"

namespace lockweave::analyzer::rules {
namespace {

using model::Confidence;

struct Notifier {
  const Halt* notify = nullptr;
  Need need;
};

class Notifiers {
 public:
  explicit Notifiers(const CallSites& sites)
      : sites_(sites), notifies_(halts(sites, OpKind::notify)) {}

  Notifier that_needs(const Halt& wait, const Path& lock) {
    Notifier best;
    for (const Halt& notify : notifies_) {
      if (!perhaps_same(notify.object, wait.object)) continue;
      const Need& need = need_of(notify, lock);
      if (!need.needed || (best.notify != nullptr && !need.exact)) continue;
      if (!parallel(sites_.program(), wait.context, notify.context)) continue;
      best = {&notify, need};
      if (best.need.exact) break;
    }
    return best;
  }

 private:
  // Many waits hold the same lock.
  const Need& need_of(const Halt& notify, const Path& lock) {
    const auto [known, fresh] = needs_.try_emplace({&notify, link::key_of(lock)});
    if (fresh) known->second = needs_before(sites_, notify, lock);
    return known->second;
  }

  const CallSites& sites_;
  std::vector<Halt> notifies_;
  std::map<std::pair<const Halt*, std::string>, Need> needs_;
};

void tell(const Halt& wait, const Held& kept, const Notifier& notifier, const Teller& teller,
          Findings& findings) {
  const bool doubtful = notifier.notify == nullptr || !surely_or_guarded(kept);
  const Confidence confidence = doubtful ? Confidence::low
                                : kept.certain && (notifier.need.exact || !is_fixed(kept.lock))
                                    ? Confidence::high
                                    : Confidence::medium;
  model::Finding finding = teller.begin("wait-while-holding", confidence);
  const std::string variable = ticked(told_name(wait.object));
  const std::string lock = ticked(told_name(kept.lock));
  const std::uint32_t root = teller.thread_of(wait.context);
  teller.add_flow(
      finding, root,
      {{"waits on condition variable " + variable, wait.context.trace, wait.context.held},
       {"takes " + lock, kept.taken, {}}});
  finding.message = finding.flows.front().thread + " waits on condition variable " + variable +
                    " while it still holds " + lock;
  if (notifier.notify != nullptr) {
    const Context& other = notifier.notify->context;
    teller.add_flow(finding, teller.thread_of(other),
                    {{"takes " + lock, notifier.need.taken, {}},
                     {"notifies " + variable, other.trace, other.held}});
    finding.message +=
        ", and " + finding.flows.back().thread + ", which notifies it, takes " + lock;
  }
  finding.hint = "a wait gives back only its own mutex: release the other locks before waiting";
  finding.locks = {told_name(wait.object), told_name(kept.lock)};
  finding.place = teller.place(wait.context.trace);
  set_fingerprint(finding, {teller.key(wait.context.trace), teller.key(kept.taken, kept.mode)});
  findings.push_back(std::move(finding));
}

// A class around a condition variable knows its mutex by a pointer: the lock that is held may be
// that.
bool may_be_its_own(const Halt& wait, const Held& kept) {
  return std::any_of(wait.others.begin(), wait.others.end(),
                     [&](const Path& mutex) { return perhaps_same(mutex, kept.lock); });
}

}  // namespace

void find_wait_while_holding(Facts& facts, Findings& findings) {
  const CallSites& sites = facts.sites();
  const Teller& teller = facts.teller();
  Notifiers notifiers(sites);
  for (const Halt& wait : halts(sites, OpKind::wait)) {
    for (const Held& kept : wait.context.held) {
      if (kept.taken == nullptr || may_be_its_own(wait, kept)) continue;
      tell(wait, kept, notifiers.that_needs(wait, kept.lock), teller, findings);
    }
  }
}

}  // namespace lockweave::analyzer::rules
