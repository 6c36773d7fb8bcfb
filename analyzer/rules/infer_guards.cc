// analyzer/rules/infer_guards.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/infer_guards.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "analyzer/rules/contexts.h"
#include "analyzer/rules/guard_names.h"
#include "analyzer/rules/wait_predicates.h"

namespace lockweave::analyzer::rules {
namespace {

using summary::Mode;

// "ns::Box<int>::mu" -> "ns::Box::mu".
std::string without_arguments(const std::string& name) {
  std::string text;
  int depth = 0;
  for (const char c : name) {
    if (c == '<') ++depth;
    if (depth == 0) text += c;
    if (c == '>' && depth > 0) --depth;
  }
  return text;
}

std::string told_class(const summary::Class& one) {
  const std::string name = without_anonymous(without_arguments(one.name));
  return name.empty() ? "(unnamed)" : name;
}

// ---- evidence -----------------------------------------------------------------------------------

using PlaceKey = std::tuple<std::string, std::uint32_t, std::uint32_t>;

struct LockKey {
  bool sibling = true;
  std::string name;
  friend auto operator<=>(const LockKey&, const LockKey&) = default;
};
struct Hold {
  GuardLock lock;
  bool seen = false;  // by Clang's analysis
};
using Holds = std::map<LockKey, Hold>;

struct Evidence {
  SourcePlace place;
  bool write = false;
  Holds holds;
};

struct Subject {
  GuardedMember member;
  std::string of_class;  // name; empty: a global
  std::map<std::pair<PlaceKey, bool>, Evidence> accesses;
  std::vector<Evidence> while_built;  // in functions that only constructors call
};

// What both have.
void meet(Holds& holds, const Holds& others) {
  std::erase_if(holds, [&](const auto& one) { return !others.contains(one.first); });
  for (auto& [key, hold] : holds) hold.seen = hold.seen && others.at(key).seen;
}
void unite(Holds& holds, const Holds& others) {
  for (const auto& [key, hold] : others) {
    const auto [at, fresh] = holds.try_emplace(key, hold);
    if (!fresh) at->second.seen = at->second.seen || hold.seen;
  }
}

class Inference {
 public:
  explicit Inference(const Program& program)
      : program_(program), sites_(program), names_(program), predicates_(wait_predicates(program)) {
  }

  std::vector<GuardedClass> run() {
    declare();
    for (FunctionId id = 0; id < program_.functions.size(); ++id) {
      if (program_.functions[id].function->unchecked) continue;
      for (const Moment& moment : program_.functions[id].moments) {
        const bool plain = moment.op->kind == OpKind::access && !moment.op->atomic;
        if (plain && moment.reached) look_at(id, moment);
      }
    }
    return result();
  }

 private:
  SourcePlace place_in(std::uint32_t unit, summary::Place place) const {
    const auto& files = program_.units[unit].files;
    if (place.file == 0 || place.file > files.size()) return {};
    return {files[place.file - 1], place.line, place.column, ""};
  }
  static PlaceKey key_of(const SourcePlace& place) {
    return {place.file, place.line, place.column};
  }

  // ---- what there is ----------------------------------------------------------------------------
  void declare() {
    for (std::uint32_t unit = 0; unit < program_.units.size(); ++unit) {
      const bool c = program_.units[unit].source.ends_with(".c");
      for (const summary::Class& one : program_.units[unit].classes) {
        declare(unit, one);
        for (const summary::Field& field : one.fields) {
          if (c) c_places_.insert(key_of(place_in(unit, field.place)));
        }
      }
      for (const summary::Variable& one : program_.units[unit].variables) {
        const auto known = program_.variables.find(one.key);
        if (known != program_.variables.end() && known->second == &one) declare(unit, one);
      }
    }
  }
  void declare(std::uint32_t unit, const summary::Class& one) {
    const auto known = program_.classes.find(one.key);
    if (known == program_.classes.end() || known->second != &one) return;
    for (const summary::Field& field : one.fields) places_[&field] = place_in(unit, field.place);
    if (!names_.has_lock(one.key) || names_.is_lock_type(one.key)) return;
    const std::string name = told_class(one);
    for (const summary::Field& field : one.fields) {
      if (names_.is_lock(field)) {
        locks_[name].insert_or_assign(last_name(field.key), lock_of(field));
      }
      if (names_.is_candidate(field)) subject(one, field);
    }
  }
  void declare(std::uint32_t unit, const summary::Variable& one) {
    places_[&one] = place_in(unit, one.place);
  }

  GuardLock lock_of(const summary::Field& field) const {
    return {last_name(field.key), field.type, names_.is_capability(field.owner_type), true, {}};
  }

  Subject& subject(const summary::Class& owner, const summary::Field& field) {
    const SourcePlace declared = places_[&field];
    Subject& made = subjects_[{key_of(declared), last_name(field.key)}];
    if (!made.member.name.empty()) return made;
    made.of_class = told_class(owner);
    made.member.spelling = last_name(field.key);
    made.member.name = made.of_class + "::" + made.member.spelling;
    made.member.declared = declared;
    made.member.annotated = field.guarded_by;
    return made;
  }
  Subject& subject(const summary::Variable& variable) {
    const SourcePlace declared = places_[&variable];
    Subject& made = subjects_[{key_of(declared), variable.name}];
    if (!made.member.name.empty()) return made;
    made.member.name = without_anonymous(variable.name);
    made.member.spelling = last_name(variable.name);
    made.member.declared = declared;
    made.member.annotated = variable.guarded_by;
    made.member.global = true;
    made.member.local_static = variable.static_local;
    return made;
  }
  Subject& subject(const GuardTarget& target) {
    return target.field != nullptr ? subject(*target.owner, *target.field)
                                   : subject(*target.variable);
  }

  // ---- one access -------------------------------------------------------------------------------
  bool is_private_yet(const Context& context, const GuardTarget& target, const Path& inside) const {
    for (const link::TraceStep* step = context.trace.get(); step != nullptr;
         step = step->inner.get()) {
      const summary::Function& function = *program_.functions[step->function].function;
      if (!function.constructor && !function.destructor) continue;
      if (step->inner == nullptr && inside.root == Root::object) return true;
      if (target.owner != nullptr && target.owner->key == function.owner) return true;
    }
    return false;
  }

  void look_at(FunctionId id, const Moment& moment) {
    const std::optional<GuardTarget> own = names_.target_of(moment.object);
    const Linked& linked = program_.functions[id];
    Holds local;
    if (own) {
      local = holds_of(*own, moment.object, locks_at(id, moment), moment.op->write);
    }
    for (auto& [key, hold] : local) hold.seen = is_seen(linked, moment, *own, key);

    std::map<Subject*, Holds> found;
    std::set<Subject*> while_built;
    for (const Context& context : sites_.contexts(id, moment, {moment.object})) {
      const std::optional<GuardTarget> target = own ? own : names_.target_of(context.paths.front());
      if (!target) continue;
      if (is_private_yet(context, *target, moment.object)) {
        while_built.insert(&subject(*target));
        continue;
      }
      Holds holds = holds_there(context, moment.op->write);
      unite(holds, local);
      const auto [at, fresh] = found.try_emplace(&subject(*target), holds);
      if (!fresh) meet(at->second, holds);
    }
    const Evidence seen{place_of(id, *moment.op), moment.op->write, local};
    const bool builds = linked.function->constructor || linked.function->destructor;
    for (Subject* const one : while_built) {
      if (!builds && !found.contains(one)) one->while_built.push_back(seen);
    }
    for (auto& [one, holds] : found) {
      const auto key = std::pair(key_of(seen.place), seen.write);
      const auto [at, fresh] =
          one->accesses.try_emplace(key, Evidence{seen.place, seen.write, holds});
      if (!fresh) meet(at->second.holds, holds);
    }
  }

  // A predicate has what its wait has; it names `this` and captured locals as the function around.
  std::vector<Held> locks_at(FunctionId id, const Moment& moment) const {
    std::vector<Held> locks = surely_held_at(program_.functions[id], moment);
    const auto waits = predicates_.find(id);
    if (waits == predicates_.end()) return locks;
    // Waits of one lambda are one in several instances of a template: any of them speaks for all.
    const WaitSite& site = waits->second.front();
    for (const Held& held : surely_held_at(program_.functions[site.function], *site.wait)) {
      if (held.lock.root != Root::parameter) locks.push_back(held);
    }
    // Given up while it waits, but not while it asks.
    for (const Path& lock : site.wait->others) {
      if (lock.root == Root::parameter) continue;
      Held held;
      held.lock = lock;
      locks.push_back(std::move(held));
    }
    return locks;
  }

  // As the outermost caller names it: paths may have got another beginning, but the same end.
  Holds holds_there(const Context& context, bool write) const {
    const std::optional<GuardTarget> there = names_.target_of(context.paths.front());
    if (!there) return {};
    return holds_of(*there, context.paths.front(), certain_locks(program_, context), write);
  }

  SourcePlace place_of(FunctionId id, const Op& op) const {
    SourcePlace place = place_in(program_.functions[id].unit, op.place);
    place.function = without_anonymous(program_.functions[id].function->name);
    return place;
  }

  // ---- locks ------------------------------------------------------------------------------------
  Holds holds_of(const GuardTarget& target, const Path& path, const std::vector<Held>& locks,
                 bool write) const {
    Holds holds;
    for (const Held& held : locks) {
      if (write && held.mode == Mode::shared) continue;
      if (auto lock = names_.lock_beside(target, path, held.lock)) {
        if (!lock->sibling) lock->declared = declared_at(held.lock);
        holds.try_emplace({lock->sibling, lock->name}, Hold{*lock, false});
      }
    }
    return holds;
  }

  SourcePlace declared_at(const Path& global) const {
    const auto known = program_.variables.find(global.symbol);
    return known == program_.variables.end() ? SourcePlace{} : places_.at(known->second);
  }

  bool is_seen(const Linked& linked, const Moment& moment, const GuardTarget& target,
               const LockKey& key) const {
    const auto is_it = [&](const Path& lock) {
      const auto name = names_.lock_beside(target, moment.object, lock);
      return name && LockKey{name->sibling, name->name} == key;
    };
    const auto& promises = linked.function->promises;
    const bool demanded =
        std::any_of(promises.begin(), promises.end(), [&](const summary::Promise& promise) {
          return promise.kind == summary::Promise::Kind::needs && is_it(promise.lock);
        });
    return demanded || std::any_of(moment.held.begin(), moment.held.end(), [&](const Held& held) {
             return held.certain && is_it(held.lock) && is_taken_openly(linked, held);
           });
  }
  // By an operation of this function that Clang knows to acquire it.
  bool is_taken_openly(const Linked& linked, const Held& held) const {
    if (!held.taken || held.taken->op == nullptr || held.group != 0) return false;
    const Op& op = *held.taken->op;
    if (op.kind == OpKind::acquire) return true;
    if (op.kind != OpKind::call) return false;
    const auto at = std::find_if(linked.moments.begin(), linked.moments.end(),
                                 [&](const Moment& moment) { return moment.op == &op; });
    if (at == linked.moments.end() || at->targets.empty()) return false;
    return std::all_of(at->targets.begin(), at->targets.end(), [&](FunctionId target) {
      const auto& promises = program_.functions[target].function->promises;
      return std::any_of(promises.begin(), promises.end(), [](const summary::Promise& promise) {
        return promise.kind == summary::Promise::Kind::acquires;
      });
    });
  }

  // ---- the verdict ------------------------------------------------------------------------------
  static void judge(Subject& subject) {
    GuardedMember& member = subject.member;
    std::map<LockKey, std::size_t> counts;
    for (const auto& [key, access] : subject.accesses) {
      ++member.accesses;
      if (access.write) ++member.writes;
      for (const auto& [lock, hold] : access.holds) ++counts[lock];
    }
    const auto best =
        std::max_element(counts.begin(), counts.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (best == counts.end()) return;
    member.held = best->second;
    member.guarded = member.accesses >= kAccessesMin && member.writes != 0 &&
                     member.held * 100 >= member.accesses * kShareMin;
    for (const auto& [key, access] : subject.accesses) {
      const auto hold = access.holds.find(best->first);
      if (hold == access.holds.end()) {
        member.not_at.push_back(access.place);
        continue;
      }
      member.lock = hold->second.lock;
      if (!hold->second.seen) member.unseen.push_back(access.place);
    }
    for (const Evidence& access : subject.while_built) {
      const auto hold = access.holds.find(best->first);
      const bool seen = hold != access.holds.end() && hold->second.seen;
      if (!seen) member.unseen.push_back(access.place);
    }
  }

  std::vector<GuardedClass> result() {
    std::map<std::string, GuardedClass> classes;
    for (auto& [key, subject] : subjects_) {
      judge(subject);
      subject.member.in_c = c_places_.contains(key.first);
      GuardedClass& one = classes[subject.of_class];
      one.name = subject.of_class;
      if (subject.member.global && subject.member.guarded) {
        locks_[""].insert_or_assign(subject.member.lock.name, subject.member.lock);
      }
      one.members.push_back(std::move(subject.member));
    }
    std::vector<GuardedClass> all;
    for (auto& [name, one] : classes) {
      for (const auto& [spelling, lock] : locks_[name]) one.locks.push_back(lock);
      all.push_back(std::move(one));
    }
    return all;
  }

  const Program& program_;
  CallSites sites_;
  GuardNames names_;
  std::map<FunctionId, std::vector<WaitSite>> predicates_;
  std::map<const void*, SourcePlace> places_;  // of fields and variables
  std::set<PlaceKey> c_places_;                // of fields that a C unit sees
  std::map<std::pair<PlaceKey, std::string>, Subject> subjects_;
  std::map<std::string, std::map<std::string, GuardLock>> locks_;  // by class, by name
};

}  // namespace

std::vector<GuardedClass> infer_guards(const link::Program& program) {
  return Inference(program).run();
}

}  // namespace lockweave::analyzer::rules
