// tools/lockweave/findings.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/findings.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "model/fingerprint.h"
#include "model/rule_catalog.h"
#include "tools/lockweave/narrate.h"
#include "tools/lockweave/text.h"

namespace lockweave::cli {
namespace {

using model::Action;
using model::Finding;
using model::Level;

// ---- names inside one finding ------------------------------------------------------------------

// Two different locks of one finding never have the same name: `mutex@a.cpp:3#1`, `...#2`.
class Names {
 public:
  Names(const Story& story, Scene& scene) : story_(story), scene_(scene) {
    for (const ObjectRef& lock : story.locks) add(lock);
    for (const StoryStep& at : story.steps) {
      add({at.record, at.step.object});
      const model::Record& record = scene.record(at.record);
      for (Id held = at.step.held; held != 0; held = record.acquisition(held).outer) {
        add({at.record, record.acquisition(held).object});
      }
    }
    if (story.gate.id != 0) add(story.gate);
  }
  std::string of(ObjectRef object) {
    if (object.id == 0) return {};
    const ObjectRef named = canonical(object);
    const std::string& name = scene_.name(named);
    const auto& bearers = bearers_[name];
    if (bearers.size() < 2) return name;
    const auto at = std::find(bearers.begin(), bearers.end(), named);
    return fmt::format("{}#{}", name, at - bearers.begin() + 1);
  }

 private:
  ObjectRef canonical(ObjectRef object) const {
    const auto same = story_.same.find(object);
    return same == story_.same.end() ? object : same->second;
  }
  void add(ObjectRef object) {
    if (object.id == 0) return;
    object = canonical(object);
    auto& bearers = bearers_[scene_.name(object)];
    if (std::find(bearers.begin(), bearers.end(), object) == bearers.end()) {
      bearers.push_back(object);
    }
  }

  const Story& story_;
  Scene& scene_;
  std::map<std::string, std::vector<ObjectRef>> bearers_;
};

// ---- level, fingerprint ------------------------------------------------------------------------

Level level_of(const Story& story) {
  const model::Rule* rule = model::find_rule(story.rule);
  const Level full = rule != nullptr ? rule->level : Level::warning;
  if (story.certain && !story.several_processes) return full;
  return full == Level::error ? Level::warning : Level::note;
}

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

OwnedKey key_of(Scene& scene, std::size_t record, Id stack, model::Mode mode) {
  return {scene.place({record, stack}), mode};
}

bool is_destructor(const model::Site& site) {
  const std::string name = model::plain_function_name(site.function);
  const std::size_t last = name.rfind("::");
  return name.starts_with('~') || (last != std::string::npos && name[last + 2] == '~');
}

// Where a step happens. A lock is destroyed by whoever destroys the outermost object around it, not
// by the destructors in between.
model::Site site_of(const StoryStep& at, Scene& scene) {
  const StackRef stack{at.record, at.step.stack};
  if (at.step.action == Action::destroys) {
    for (const model::Site& site : scene.stack(stack)) {
      if (!is_destructor(site)) return site;
    }
  }
  return scene.place(stack);
}

// Of a deadlock of locks: (held, wanted) per thread, in the order of the ring. Empty if it is not
// one: some thread holds nothing that another one of them wants.
std::vector<OwnedKey> ring_of_waits(const Story& story, Scene& scene) {
  std::vector<OwnedKey> ring;
  std::vector<bool> used(story.steps.size(), false);
  std::size_t at = 0;
  for (std::size_t n = 0; n < story.steps.size(); ++n) {
    if (used[at]) return {};
    used[at] = true;
    const StoryStep& mine = story.steps[at];
    if (mine.step.action != Action::wants) return {};
    const model::Record& record = scene.record(mine.record);
    bool linked = false;
    for (std::size_t other = 0; other < story.steps.size() && !linked; ++other) {
      for (Id held = mine.step.held; held != 0 && !linked; held = record.acquisition(held).outer) {
        const model::Acquisition& taken = record.acquisition(held);
        if (other == at || taken.object != story.steps[other].step.object) continue;
        ring.insert(ring.begin(), key_of(scene, mine.record, mine.step.stack, mine.step.mode));
        ring.insert(ring.begin(), key_of(scene, mine.record, taken.stack, taken.mode));
        at = other;
        linked = true;
      }
    }
    if (!linked) return {};
  }
  return ring;
}

bool order_is_chance(std::string_view rule) {
  return rule == "deadlock" || rule == "condvar-two-mutexes" || rule == "lost-wakeup";
}

std::string fingerprint_of(const Story& story, Scene& scene) {
  std::vector<OwnedKey> keys;
  if (story.rule == "deadlock") {
    keys = ring_of_waits(story, scene);
    if (!keys.empty()) return model::fingerprint_of_ring(story.rule, key_views(keys));
  }
  for (const StoryStep& at : story.steps) {
    if (at.step.stack == 0) continue;
    keys.push_back({site_of(at, scene), at.step.mode});
  }
  if (story.rule == "lock-order-cycle" && !story.declared) {
    return model::fingerprint_of_ring(story.rule, key_views(keys));
  }
  if (order_is_chance(story.rule)) {
    std::sort(keys.begin(), keys.end(), [](const OwnedKey& a, const OwnedKey& b) {
      return std::tie(a.site.function, a.site.line, a.site.offset) <
             std::tie(b.site.function, b.site.line, b.site.offset);
    });
  }
  return model::fingerprint_of_sequence(story.rule, key_views(keys));
}

// ---- flows -------------------------------------------------------------------------------------

// Where a ring of locks begins to be told must not depend on which order was seen first.
Story with_fixed_start(Story story, Scene& scene) {
  if (story.rule != "lock-order-cycle" || story.declared || story.locks.size() < 2 ||
      story.steps.size() != 2 * story.locks.size()) {
    return story;
  }
  std::size_t first = 0;
  const auto key = [&](std::size_t edge) {
    const StoryStep& wanted = story.steps[2 * edge + 1];
    const model::Site at = scene.place({wanted.record, wanted.step.stack});
    return std::tuple(scene.name(story.locks[edge]), at.file, at.line, at.column, at.offset);
  };
  for (std::size_t i = 1; i < story.locks.size(); ++i) {
    if (key(i) < key(first)) first = i;
  }
  const auto offset = static_cast<std::ptrdiff_t>(first);
  std::rotate(story.locks.begin(), story.locks.begin() + offset, story.locks.end());
  std::rotate(story.steps.begin(), story.steps.begin() + 2 * offset, story.steps.end());
  return story;
}

std::vector<Id> held_chain(const model::Record& record, Id innermost) {
  std::vector<Id> chain;
  for (Id held = innermost; held != 0; held = record.acquisition(held).outer) {
    chain.push_back(held);
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

std::string thread_words(const Story& story, Scene& scene, std::size_t record, Id thread) {
  std::string words = scene.thread_name(record, thread);
  if (story.several_processes) words += " of " + scene.program(record);
  return words;
}

ToldStep told_step(const Story& story, const StoryStep& at, Scene& scene, Names& names) {
  const model::Record& record = scene.record(at.record);
  ToldStep told;
  told.thread = thread_words(story, scene, at.record, at.step.thread);
  told.action = at.step.action;
  told.mode = at.step.mode;
  if (at.step.object != 0) told.kind = record.object(at.step.object).kind;
  told.object = names.of({at.record, at.step.object});
  if (at.step.other != 0) told.other = thread_words(story, scene, at.record, at.step.other);
  for (const Id held : held_chain(record, at.step.held)) {
    told.held.push_back(names.of({at.record, record.acquisition(held).object}));
  }
  return told;
}

model::FlowStep flow_step(const StoryStep& at, const ToldStep& told, Scene& scene, Names& names) {
  const model::Record& record = scene.record(at.record);
  model::FlowStep step;
  step.text = step_text(told);
  if (!told.other.empty() && told.action == Action::wants) {
    const bool own = at.step.other == at.step.thread;
    step.text += own ? ", which it holds already" : ", held by " + told.other;
  }
  step.stack = scene.stack({at.record, at.step.stack});
  for (const Id held : held_chain(record, at.step.held)) {
    const model::Acquisition& taken = record.acquisition(held);
    step.held.push_back(
        {names.of({at.record, taken.object}), taken.mode, scene.stack({at.record, taken.stack})});
  }
  return step;
}

model::Flow& flow_of(Finding& finding, std::map<StackRef, std::size_t>& flows, const Story& story,
                     const StoryStep& at, Scene& scene) {
  const auto [entry, is_new] =
      flows.emplace(StackRef{at.record, at.step.thread}, finding.flows.size());
  if (is_new) {
    model::Flow& flow = finding.flows.emplace_back();
    flow.thread = scene.thread_name(at.record, at.step.thread);
    if (story.several_processes) flow.process = scene.program(at.record);
    if (at.step.thread != 0) {
      const Id created = scene.record(at.record).thread(at.step.thread).stack;
      if (created != 0) flow.created = scene.stack({at.record, created});
    }
  }
  return finding.flows[entry->second];
}

// The place is told first, but a thread took a lock before it came to grief with it.
void put_in_time_order(const Story& story, Finding& finding) {
  if (story.rule == "lock-order-cycle") return;
  for (model::Flow& flow : finding.flows) {
    std::stable_partition(flow.steps.begin(), flow.steps.end(), [](const model::FlowStep& step) {
      return step.text.starts_with("takes ");
    });
  }
}

model::Site place_of(const Story& story, Scene& scene) {
  for (const StoryStep& at : story.steps) {
    if (story.rule == "lock-order-cycle" && at.step.action != Action::wants) continue;
    if (at.step.stack != 0) return site_of(at, scene);
  }
  return {};
}

// ---- one bug, one finding ----------------------------------------------------------------------

using SiteKey = std::tuple<std::string, std::string, std::uint32_t, std::uint64_t>;

void add_site(std::span<const model::Site> stack, std::set<SiteKey>& sites) {
  if (stack.empty()) return;
  const model::Site& at = stack.front();
  const bool known = at.line != 0;
  sites.insert({at.function, known ? at.file : at.module, at.line, known ? 0 : at.offset});
}

// The acquisitions the finding is about: wanted ones, and held ones that are wanted by another.
std::set<SiteKey> acquisition_sites(const Finding& finding) {
  std::set<SiteKey> sites;
  for (const model::Flow& flow : finding.flows) {
    for (const model::FlowStep& step : flow.steps) {
      add_site(step.stack, sites);
      if (finding.rule != "deadlock") continue;
      for (const model::HeldLock& held : step.held) {
        const bool named =
            std::find(finding.locks.begin(), finding.locks.end(), held.lock) != finding.locks.end();
        if (named) add_site(held.stack, sites);
      }
    }
  }
  return sites;
}

bool same_locks_of_one_process(const Story& a, const Story& b) {
  return std::set(a.locks.begin(), a.locks.end()) == std::set(b.locks.begin(), b.locks.end());
}

bool includes_all(const std::set<SiteKey>& all, const std::set<SiteKey>& some) {
  return !some.empty() && std::includes(all.begin(), all.end(), some.begin(), some.end());
}

std::set<SiteKey> place_key(const Finding& finding) {
  std::set<SiteKey> sites;
  add_site(std::span(&finding.place, 1), sites);
  return sites;
}

bool shares_any(const std::set<SiteKey>& a, const std::set<SiteKey>& b) {
  return std::any_of(a.begin(), a.end(), [&b](const SiteKey& site) { return b.contains(site); });
}

// Is `other` the better account of the bug that `one` tells?
bool is_replaced_by(const Told& one, const Told& other) {
  const std::string& rule = one.finding.rule;
  const std::string& by = other.finding.rule;
  if (rule == "lock-order-cycle" && by == "deadlock") {
    return same_locks_of_one_process(one.story, other.story) ||
           includes_all(acquisition_sites(other.finding), acquisition_sites(one.finding));
  }
  if (rule == "deadlock" && by == "double-lock") {
    return one.finding.flows.size() == 1 && one.finding.place == other.finding.place;
  }
  if (rule == "deadlock" && by == "lost-wakeup") {
    return one.story.variant == "all-blocked" &&
           shares_any(acquisition_sites(one.finding), acquisition_sites(other.finding));
  }
  if (rule == "deadlock" && by == "fork-while-locked") {
    return one.finding.place == other.finding.place;
  }
  const bool a_mere_risk = rule == "wait-while-holding" || rule == "wait-without-predicate" ||
                           rule == "blocking-under-lock";
  if (a_mere_risk && (by == "deadlock" || by == "lost-wakeup")) {
    return shares_any(place_key(one.finding), acquisition_sites(other.finding));
  }
  return false;
}

void absorb(Told& kept, const Told& same) {
  std::set<std::string> programs(kept.finding.seen_in.begin(), kept.finding.seen_in.end());
  programs.insert(same.finding.seen_in.begin(), same.finding.seen_in.end());
  kept.finding.seen_in.assign(programs.begin(), programs.end());
  kept.story.printed |= same.story.printed;
}

std::size_t rule_rank(std::string_view id) {
  const auto rules = model::all_rules();
  const auto rule = std::find_if(rules.begin(), rules.end(),
                                 [id](const model::Rule& known) { return known.id == id; });
  return static_cast<std::size_t>(rule - rules.begin());
}

bool comes_first(const Told& a, const Told& b) {
  const Finding& x = a.finding;
  const Finding& y = b.finding;
  if (x.level != y.level) return x.level > y.level;
  if (x.rule != y.rule) return rule_rank(x.rule) < rule_rank(y.rule);
  return std::tie(x.place.file, x.place.line, x.place.column, x.fingerprint, x.message) <
         std::tie(y.place.file, y.place.line, y.place.column, y.fingerprint, y.message);
}

}  // namespace

Finding finding_of(const Story& given, Scene& scene) {
  const Story story = with_fixed_start(given, scene);
  Names names(story, scene);
  Finding finding;
  finding.rule = story.rule;
  finding.how = story.how;
  finding.level = level_of(story);
  finding.confidence = story.certain && !story.several_processes ? model::Confidence::high
                                                                 : model::Confidence::medium;
  Telling telling{story.rule, story.variant, story.declared, story.several_processes, {}, {}};
  std::map<StackRef, std::size_t> flows;
  for (const StoryStep& at : story.steps) {
    telling.steps.push_back(told_step(story, at, scene, names));
    flow_of(finding, flows, story, at, scene)
        .steps.push_back(flow_step(at, telling.steps.back(), scene, names));
  }
  put_in_time_order(story, finding);
  for (const ObjectRef& lock : story.locks) finding.locks.push_back(names.of(lock));
  telling.locks = finding.locks;
  Narration words = narrate(telling);
  finding.message = std::move(words.message);
  finding.hint = std::move(words.hint);
  finding.place = place_of(story, scene);
  finding.fingerprint = fingerprint_of(story, scene);
  std::set<std::string> programs;
  for (const std::size_t record : story.records) programs.insert(scene.program(record));
  finding.seen_in.assign(programs.begin(), programs.end());
  return finding;
}

std::string filter_reason(const Story& story, Scene& scene) {
  using Filter = model::LockOrderGraph::Filter;
  switch (story.filter) {
    case Filter::none: return {};
    case Filter::one_thread: return "a single thread takes the locks in all of these orders";
    case Filter::gate_lock:
      return story.gate.id == 0
                 ? std::string("a common lock is held around all of it")
                 : fmt::format("lock {} is held around all of it", ticked(scene.name(story.gate)));
    case Filter::ordered:
      return "its parts cannot run at the same time: thread creation and join order them";
    case Filter::shared_mode: return "readers do not block readers";
  }
  return {};
}

void merge_same(std::vector<Told>& told) {
  std::stable_sort(told.begin(), told.end(), comes_first);
  std::vector<Told> kept;
  for (Told& one : told) {
    const auto same = std::find_if(kept.begin(), kept.end(), [&one](const Told& other) {
      return other.finding.fingerprint == one.finding.fingerprint;
    });
    if (same == kept.end()) {
      kept.push_back(std::move(one));
    } else {
      absorb(*same, one);
    }
  }
  std::vector<bool> out(kept.size(), false);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    for (std::size_t j = 0; j < kept.size() && !out[i]; ++j) {
      out[i] = i != j && is_replaced_by(kept[i], kept[j]);
    }
  }
  told.clear();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!out[i]) told.push_back(std::move(kept[i]));
  }
}

}  // namespace lockweave::cli
