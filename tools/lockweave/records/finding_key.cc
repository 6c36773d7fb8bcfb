// tools/lockweave/records/finding_key.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/finding_key.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "model/fingerprint.h"
#include "report/text.h"

namespace lockweave::cli {
namespace {

using model::Action;

struct OwnedKey {
  model::Site site;
  model::Mode mode = model::Mode::exclusive;
};

std::vector<model::KeySite> key_views(const std::vector<OwnedKey>& keys) {
  std::vector<model::KeySite> views;
  for (const OwnedKey& key : keys) {
    views.push_back({key.site.function, key.site.module, key.site.offset, key.site.line,
                     key.site.column, key.mode});
  }
  return views;
}

OwnedKey key_of(FindingStacks& stacks, std::size_t record, Id stack, model::Mode mode) {
  return {stacks.place({record, stack}), mode};
}

bool is_destructor(const model::Site& site) {
  const std::string name = model::plain_function_name(site.function);
  const std::size_t last = name.rfind("::");
  return name.starts_with('~') || (last != std::string::npos && name[last + 2] == '~');
}

// The first step but `not_this` that wants `object`; beyond all steps if there is none.
std::size_t first_that_wants(const std::map<Id, std::vector<std::size_t>>& wanting, Id object,
                             std::size_t not_this) {
  const auto steps = wanting.find(object);
  if (steps == wanting.end()) return static_cast<std::size_t>(-1);
  for (const std::size_t step : steps->second) {
    if (step != not_this) return step;
  }
  return static_cast<std::size_t>(-1);
}

// Of a deadlock of locks: (held, wanted) per thread, in the order of the ring. Empty if it is not
// one: some thread holds nothing that another one of them wants.
std::vector<OwnedKey> ring_of_waits(const RawFinding& raw, FindingStacks& stacks) {
  std::vector<OwnedKey> ring;
  std::vector<bool> used(raw.steps.size(), false);
  std::map<Id, std::vector<std::size_t>> wanting;
  for (std::size_t i = 0; i < raw.steps.size(); ++i) wanting[raw.steps[i].step.object].push_back(i);
  std::size_t at = 0;
  for (std::size_t n = 0; n < raw.steps.size(); ++n) {
    if (used[at]) return {};
    used[at] = true;
    const RawStep& mine = raw.steps[at];
    if (mine.step.action != Action::wants) return {};
    const model::Record& record = stacks.symbolized().record(mine.record);
    const model::Acquisition* wanted = nullptr;
    std::size_t next = raw.steps.size();
    for (Id held = mine.step.held; held != 0; held = record.acquisition(held).outer) {
      const model::Acquisition& taken = record.acquisition(held);
      const std::size_t other = first_that_wants(wanting, taken.object, at);
      if (other >= next) continue;
      next = other;
      wanted = &taken;
    }
    if (wanted == nullptr) return {};
    ring.push_back(key_of(stacks, mine.record, mine.step.stack, mine.step.mode));
    ring.push_back(key_of(stacks, mine.record, wanted->stack, wanted->mode));
    at = next;
  }
  std::reverse(ring.begin(), ring.end());
  return ring;
}

bool order_is_chance(std::string_view rule) {
  return rule == "deadlock" || rule == "condvar-two-mutexes" || rule == "lost-wakeup";
}

// Which other thread is named is chance: which notifier took the lock that is kept, which access
// keeps to the pattern, who else waits.
bool names_only_the_first(std::string_view rule) {
  return rule == "wait-while-holding" || rule == "inconsistent-locking" ||
         rule == "queue-imbalance";
}

// Which threads had taken the permits that a deadlock waits for is chance.
bool is_beside_the_waits(const RawFinding& raw, const RawStep& at) {
  return raw.rule == "deadlock" && at.step.action == Action::acquires;
}

// In a race a variable's destruction is one, too.
bool is_access(const RawFinding& raw, const RawStep& at) {
  return at.step.action == Action::reads || at.step.action == Action::writes ||
         (at.step.action == Action::destroys && raw.rule == "data-race");
}

bool is_about_a_variable(const RawFinding& raw) {
  return !raw.steps.empty() && is_access(raw, raw.steps[0]);
}

std::string variable_of(const RawFinding& raw, FindingStacks& stacks) {
  return stacks.symbolized().variable_key({raw.steps[0].record, raw.steps[0].step.object});
}

bool is_interpreter(std::string_view module) {
  const std::string_view name = base_name(module);
  return name.starts_with("python") || name.starts_with("libpython");
}

// What CPython was told to run: "backup.py", "-m http.server", "-c"; empty: nothing, or not CPython.
std::string script_of(const model::Record& record) {
  if (!is_interpreter(record.header.exe)) return {};
  const auto arguments =
      record.header.args.subspan(std::min<std::size_t>(1, record.header.args.size()));
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == "-W" || word == "-X") {
      ++i;
    } else if (word == "-m" && i + 1 < arguments.size()) {
      return "-m " + std::string(arguments[i + 1]);
    } else if (!word.starts_with('-') || word == "-c") {
      return std::string(base_name(word));
    }
  }
  return {};
}

// The rule; and the script, where every place is the interpreter's own and the same in every script.
std::string rule_field(const RawFinding& raw, FindingStacks& stacks,
                       const std::vector<OwnedKey>& keys) {
  const bool all_interpreter =
      !keys.empty() && std::all_of(keys.begin(), keys.end(), [](const OwnedKey& key) {
        return is_interpreter(key.site.module);
      });
  const std::string script =
      all_interpreter ? script_of(stacks.symbolized().record(raw.steps[0].record)) : std::string();
  return script.empty() ? raw.rule : raw.rule + '\0' + "script " + script;
}

std::string ring_fingerprint(const RawFinding& raw, FindingStacks& stacks,
                             const std::vector<OwnedKey>& keys) {
  return model::fingerprint_of_ring(rule_field(raw, stacks, keys), key_views(keys));
}

// Without the step that tells where a usual lock was taken.
std::vector<OwnedKey> keys_of_accesses(const RawFinding& raw, FindingStacks& stacks,
                                       bool of_first_thread) {
  std::vector<OwnedKey> keys;
  for (const RawStep& at : raw.steps) {
    const bool wanted = !of_first_thread || at.step.thread == raw.steps[0].step.thread;
    if (is_access(raw, at) && wanted) keys.push_back({site_of(at, stacks), at.step.mode});
  }
  return keys;
}

}  // namespace

model::Site site_of(const RawStep& at, FindingStacks& stacks) {
  const StackRef stack{at.record, at.step.stack};
  if (at.step.action == Action::destroys) {
    for (const model::Site& site : stacks.stack(stack)) {
      if (!is_destructor(site)) return site;
    }
  }
  return stacks.place(stack);
}

std::string fingerprint_of(const RawFinding& raw, FindingStacks& stacks) {
  if (is_about_a_variable(raw)) {
    const auto keys = keys_of_accesses(raw, stacks, names_only_the_first(raw.rule));
    return model::fingerprint_of_accesses(raw.rule, variable_of(raw, stacks), key_views(keys));
  }
  std::vector<OwnedKey> keys;
  if (raw.rule == "deadlock") {
    keys = ring_of_waits(raw, stacks);
    if (!keys.empty()) return ring_fingerprint(raw, stacks, keys);
  }
  for (const RawStep& at : raw.steps) {
    if (at.step.stack == 0 || is_beside_the_waits(raw, at)) continue;
    if (names_only_the_first(raw.rule) && at.step.thread != raw.steps[0].step.thread) continue;
    keys.push_back({site_of(at, stacks), at.step.mode});
  }
  if (raw.rule == "lock-order-cycle" && !raw.declared) {
    return ring_fingerprint(raw, stacks, keys);
  }
  if (order_is_chance(raw.rule)) {
    std::sort(keys.begin(), keys.end(), [](const OwnedKey& a, const OwnedKey& b) {
      return std::tie(a.site.function, a.site.line, a.site.offset) <
             std::tie(b.site.function, b.site.line, b.site.offset);
    });
  }
  return model::fingerprint_of_sequence(rule_field(raw, stacks, keys), key_views(keys));
}

std::vector<std::string> access_keys_of(const RawFinding& raw, FindingStacks& stacks) {
  if (!is_about_a_variable(raw)) return {};
  const std::vector<OwnedKey> keys = keys_of_accesses(raw, stacks, false);
  return model::access_keys(variable_of(raw, stacks), key_views(keys));
}

}  // namespace lockweave::cli
