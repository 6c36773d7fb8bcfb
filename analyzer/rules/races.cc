// analyzer/rules/races.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/races.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/fold_races.h"
#include "analyzer/rules/handover.h"
#include "analyzer/rules/root_locks.h"
#include "analyzer/rules/telling.h"

namespace lockweave::analyzer::rules {
namespace {

using model::Confidence;
using summary::Mode;

constexpr std::size_t kPatternMin = 3;

bool refers_to(const link::ThreadRoot& root, const Path& local) {
  if (root.spawn == nullptr) return false;
  const auto names = [&](const Path& path) {
    return path.root == Root::local && path.symbol == local.symbol;
  };
  return names(root.spawn->receiver) ||
         std::any_of(root.spawn->escaping.begin(), root.spawn->escaping.end(), names) ||
         std::any_of(root.spawn->arguments.begin(), root.spawn->arguments.end(),
                     [&](const auto& argument) { return names(argument.path); });
}

// One of the two is in a thread that the other's function begins with a copy of its pointer.
bool shares_pointer(const link::ThreadRoot& root, const Access& inside, const Access& outside) {
  return is_pointer(inside.object()) && !inside.object().fields.empty() && root.spawn != nullptr &&
         inside.context.trace->function == root.function &&
         outside.context.trace->function == root.spawner;
}

// Two threads that can be in the two accesses.
struct Pair {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  bool real = false;
};

bool exclude(const Held& a, const Held& b) {
  return link::same(a.lock, b.lock) && (a.mode != Mode::shared || b.mode != Mode::shared);
}

// The global locks that this thread, if not every thread, holds at the access.
std::vector<Held> locks_of_thread(RootLocks& locks, const Access& access, std::uint32_t root) {
  std::vector<Held> all = access.locks;
  if (access.context.root) return all;
  for (const Held& held : locks.at(root, access.context.top)) {
    if (!link::contains(access.context.released, held.lock)) all.push_back(held);
  }
  return all;
}

bool kept_apart(RootLocks& locks, const Access& a, std::uint32_t x, const Access& b,
                std::uint32_t y) {
  const std::vector<Held> of_b = locks_of_thread(locks, b, y);
  for (const Held& held : locks_of_thread(locks, a, x)) {
    const bool common = std::any_of(of_b.begin(), of_b.end(),
                                    [&](const Held& other) { return exclude(held, other); });
    if (common) return true;
  }
  return false;
}

std::optional<Pair> threads_of_pair(const Program& program, RootLocks& locks, const Access& a,
                                    const Access& b) {
  // Found by way of the spawn, the variable is the thread's own object's.
  const bool own = a.context.root && b.context.root;
  const bool fixed = is_fixed(a.object()) && is_fixed(b.object()) && !own;
  std::optional<Pair> best;
  const bool local = a.object().root == Root::local && !a.context.root && !b.context.root;
  for (const std::uint32_t x : threads_of(program, a.context)) {
    for (const std::uint32_t y : threads_of(program, b.context)) {
      if (!is_started(program.roots[x]) && !is_started(program.roots[y])) continue;
      const bool shared =
          refers_to(program.roots[x], a.object()) || refers_to(program.roots[y], a.object()) ||
          shares_pointer(program.roots[x], a, b) || shares_pointer(program.roots[y], b, a);
      if (local && !shared) continue;
      if (!fixed && !meet_on_one_object(program, x, y)) continue;
      if (!parallel_in(program, a.context, x, b.context, y)) continue;
      if (kept_apart(locks, a, x, b, y)) continue;
      const Pair pair{x, y, is_real(program.roots[x]) && is_real(program.roots[y])};
      if (!best || (pair.real && !best->real)) best = pair;
    }
  }
  return best;
}

enum class Guarded : std::uint8_t { no, by_readers_lock, yes };

struct Protection {
  Guarded guarded = Guarded::no;
  const Held* lock = nullptr;
};

Protection protection(const Access& a, const Access& b) {
  Protection best;
  for (const Held& x : a.locks) {
    for (const Held& y : b.locks) {
      const bool unknown = class_key(x.lock).empty() || class_key(y.lock).empty();
      if (!unknown && !perhaps_same(x.lock, y.lock)) continue;
      if (x.mode != Mode::shared || y.mode != Mode::shared) return {Guarded::yes, &x};
      best = {Guarded::by_readers_lock, a.op->write ? &x : &y};
    }
  }
  return best;
}

// Is it the same object, where the variable is a member of one that is not known?
bool perhaps_one_object(const SharedVariable& variable, const Access& a, const Access& b) {
  if (variable.fixed) return true;
  if (a.through_parameter || b.through_parameter) return false;
  // The same pointer of two objects of one class, or of one.
  if (is_behind_pointer(a.object()) && a.object().fields == b.object().fields) return true;
  return a.context.root.has_value() || b.context.root.has_value();
}

struct Race {
  const Access* place = nullptr;
  const Access* other = nullptr;
  Protection protection;
  Confidence confidence = Confidence::medium;
  int rank = 0;
};

auto source_of(const Access& access) {
  return std::tuple(access.source.file, access.source.line, access.source.column);
}

// Which of the two is shown first, and how telling the pair is.
void arrange(Race& race) {
  const Access& a = *race.place;
  const Access& b = *race.other;
  bool swap = false;
  if (a.locks.empty() != b.locks.empty()) {
    swap = b.locks.empty();
    race.rank = 6;
  } else if (a.op->write && b.op->write) {
    swap = source_of(a) < source_of(b);
    race.rank = 4;
  } else {
    const Access& read = a.op->write ? b : a;
    swap = (&read == &b) != read.op->loop_test;
    race.rank = 2;
  }
  if (swap) std::swap(race.place, race.other);
  if (race.place->op->write) ++race.rank;
}

class Judge {
 public:
  Judge(const Program& program, Handovers& handovers, RootLocks& locks,
        const SharedVariable& variable)
      : program_(program), handovers_(handovers), locks_(locks), variable_(variable),
        declared_(declaration_of(program, variable.object)) {}

  std::optional<RaceVerdict> verdict() {
    const auto& all = variable_.accesses;
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t j = i; j < all.size(); ++j) look_at(all[i], all[j]);
    }
    std::optional<RaceVerdict> verdict = best_ ? as_verdict(*best_) : inconsistency();
    if (!verdict) return verdict;
    const auto threads = threads_of_pair(program_, locks_, verdict->place, verdict->other);
    if (threads) verdict->threads.emplace(threads->a, threads->b);
    return verdict;
  }

 private:
  bool can_meet(const Access& a, const Access& b) const {
    return (a.op->write || b.op->write) && parallel(program_, a.context, b.context);
  }

  void look_at(const Access& a, const Access& b) {
    if (!a.op->write && !b.op->write) return;
    const Protection guarded = protection(a, b);
    if (guarded.guarded == Guarded::yes || !perhaps_one_object(variable_, a, b)) return;
    const auto threads = threads_of_pair(program_, locks_, a, b);
    if (!threads || !can_meet(a, b)) return;
    const Handover order = handovers_.between(a, b);
    if (order == Handover::sure) return;
    Race race{&a, &b, guarded, Confidence::high, 0};
    if (!threads->real || !variable_.fixed) race.confidence = Confidence::medium;
    if (order == Handover::guessed) race.confidence = Confidence::low;
    if (!variable_.fixed && !is_known(a) && !is_known(b)) race.confidence = Confidence::low;
    // An unknown user's thread, and perhaps another object: too much is assumed.
    const bool beside = surely_beside(program_, a.context, threads->b) ||
                        surely_beside(program_, b.context, threads->a);
    if (!threads->real && !variable_.fixed && !beside) race.confidence = Confidence::low;
    arrange(race);
    if (guarded.guarded == Guarded::by_readers_lock) {
      race.rank += 100;
      if (!race.place->op->write) std::swap(race.place, race.other);
    }
    if (!best_ || is_better(race, *best_)) best_ = race;
  }

  // Whose object it is, or which thread's; else two accesses have no more in common than a class.
  static bool is_known(const Access& access) {
    const Root root = access.object().root;
    return access.context.root || root == Root::global || root == Root::local;
  }

  static bool is_better(const Race& a, const Race& b) {
    const auto rank = [](const Race& race) { return std::tuple(race.confidence, race.rank); };
    if (rank(a) != rank(b)) return rank(a) > rank(b);
    return source_of(*a.place) < source_of(*b.place);
  }

  RaceVerdict as_verdict(const Race& race) const {
    RaceVerdict verdict{"data-race", race.confidence, *race.place, *race.other,
                        {},          variable_.object};
    if (race.protection.guarded == Guarded::by_readers_lock) {
      verdict.rule = "write-under-shared-lock";
      verdict.lock = {*race.protection.lock};
      return verdict;
    }
    const bool signal_type = declared_.type.find("sig_atomic_t") != std::string::npos;
    const bool is_volatile = declared_.is_volatile || race.place->op->what == "volatile";
    if (is_volatile && !signal_type) {
      verdict.rule = "volatile-as-sync";
      if (!verdict.other.op->write && verdict.place.op->write) {
        std::swap(verdict.place, verdict.other);
      }
    }
    return verdict;
  }

  // The lock that the others hold: by declaration, else by majority.
  const Held* pattern() const {
    const auto& all = variable_.accesses;
    const auto holds = [](const Access& access, const Path& lock) {
      return find_lock(access.locks, lock) != nullptr;
    };
    for (const Access& access : all) {
      for (const Held& held : access.locks) {
        if (has_unknown_element(held.lock))
          continue;  // some lock of a table, and each time another
        if (!declared_.guarded_by.empty()) {
          const std::string name = told_name(held.lock);
          if (name == declared_.guarded_by || name.ends_with("::" + declared_.guarded_by) ||
              name.ends_with("." + declared_.guarded_by)) {
            return &held;
          }
          continue;
        }
        const auto count = static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [&](const Access& other) { return holds(other, held.lock); }));
        if (all.size() >= kPatternMin && count < all.size() && count * 4 >= all.size() * 3) {
          return &held;
        }
      }
    }
    return nullptr;
  }

  std::optional<RaceVerdict> inconsistency() {
    const auto& all = variable_.accesses;
    const bool written =
        std::any_of(all.begin(), all.end(), [](const Access& access) { return access.op->write; });
    const Held* lock = written ? pattern() : nullptr;
    if (lock == nullptr) return std::nullopt;
    const bool guards_its_own = std::any_of(all.begin(), all.end(), [&](const Access& access) {
      const Held* held = find_lock(access.locks, lock->lock);
      return held != nullptr && link::extends(owner_of(access.object()), held->lock);
    });
    const Access* offender = nullptr;
    const Access* regular = nullptr;
    for (const Access& access : all) {
      if (find_lock(access.locks, lock->lock) != nullptr || holds_unknown(access)) continue;
      if (is_made_or_ended(access)) continue;
      if (access.through_parameter || access.object().root == Root::object) {
        // Of some object, which the lock is no part of: perhaps not of one that others know.
        if (!guards_its_own) continue;
      }
      for (const Access& other : all) {
        if (find_lock(other.locks, lock->lock) == nullptr || !can_meet(access, other)) continue;
        if (handovers_.between(access, other) == Handover::sure) continue;
        if (protection(access, other).guarded == Guarded::yes) continue;
        const bool better = offender == nullptr || (access.op->write && !offender->op->write);
        if (!better) continue;
        offender = &access;
        regular = &other;
      }
    }
    if (offender == nullptr) return std::nullopt;
    return RaceVerdict{"inconsistent-locking", Confidence::medium, *offender, *regular, {*lock},
                       variable_.object};
  }

  // Inside a constructor or destructor, be it of what only refers to the object: mostly nobody else is
  // there, and the pattern is no more than a guess.
  bool is_made_or_ended(const Access& access) const {
    for (const link::TraceStep* step = access.context.trace.get(); step != nullptr;
         step = step->inner.get()) {
      const summary::Function& function = *program_.functions[step->function].function;
      if (function.constructor || function.destructor) return true;
    }
    return false;
  }

  static bool holds_unknown(const Access& access) {
    return std::any_of(access.locks.begin(), access.locks.end(),
                       [](const Held& held) { return class_key(held.lock).empty(); });
  }

  const Program& program_;
  Handovers& handovers_;
  RootLocks& locks_;
  const SharedVariable& variable_;
  Declared declared_;
  std::optional<Race> best_;
};

const char* access_words(const Access& access) { return access.op->write ? "writes" : "reads"; }

struct Words {
  std::string message;
  std::string hint;
};

Words words_of(const RaceVerdict& verdict, const std::string& who, const std::string& other) {
  const std::string what = ticked(told_name(verdict.variable));
  const std::string first = who + " " + access_words(verdict.place) + " " + what;
  const std::string second = other + " " + access_words(verdict.other);
  const std::string lock =
      verdict.lock.empty() ? "the lock" : ticked(told_name(verdict.lock.front().lock));
  if (verdict.rule == "write-under-shared-lock") {
    return {first + ", which " + second + "; both hold " + lock +
                " in shared mode only, which lets both in",
            "take the lock in exclusive mode to write"};
  }
  if (verdict.rule == "inconsistent-locking") {
    return {first + " without " + lock + ", which other accesses hold",
            "hold " + lock + " here too"};
  }
  if (verdict.rule == "volatile-as-sync") {
    return {first + ", which " + second + ": `volatile` orders nothing between threads",
            "make it `std::atomic`, or guard it with a lock"};
  }
  if (verdict.alike > 0) {
    return {
        first + ", which " + second + ", and nothing orders the two; so it is with " +
            std::to_string(verdict.alike) +
            " more variables that these threads share, or such threads",
        "if something orders these two threads as a whole, say so at the spawn with an `ignore` "
        "comment; else guard what they share"};
  }
  return {first + ", which " + second + ", and nothing orders the two",
          "guard every access with one lock, make it atomic, or hand the value over"};
}

std::pair<std::uint32_t, std::uint32_t> threads_for(const Teller& teller,
                                                    const RaceVerdict& verdict) {
  if (verdict.threads) return *verdict.threads;
  return {teller.thread_of(verdict.place.context), teller.thread_of(verdict.other.context)};
}

model::Finding tell(const Teller& teller, const RaceVerdict& verdict) {
  model::Finding finding = teller.begin(verdict.rule, verdict.confidence);
  const std::string what = ticked(told_name(verdict.variable));
  const auto step = [&](const Access& access) {
    const std::string words = std::string(access_words(access)) + " " + what;
    return std::vector<ToldStep>{{words, access.context.trace, access.locks}};
  };
  const auto [one, two] = threads_for(teller, verdict);
  teller.add_flow(finding, one, step(verdict.place));
  teller.add_flow(finding, two, step(verdict.other));
  const Words words = words_of(verdict, finding.flows[0].thread, finding.flows[1].thread);
  finding.message = words.message;
  finding.hint = words.hint;
  for (const Held& held : verdict.lock) finding.locks.push_back(told_name(held.lock));
  const Key place = teller.key(verdict.place.context.trace);
  const Key other = teller.key(verdict.other.context.trace);
  finding.place = place.site;
  // Which access keeps to the pattern is chance.
  std::vector<Key> keys{place};
  if (verdict.rule != "inconsistent-locking") keys.push_back(other);
  set_access_fingerprint(finding, teller.variable_key(verdict.variable), keys, {other});
  return finding;
}

}  // namespace

std::vector<RaceVerdict> race_verdicts(const CallSites& sites) {
  std::vector<RaceVerdict> verdicts;
  Handovers handovers(sites.program());
  RootLocks locks(sites.program());
  for (const SharedVariable& variable : shared_variables(sites, Atomics::left_out)) {
    if (auto verdict = Judge(sites.program(), handovers, locks, variable).verdict()) {
      verdicts.push_back(std::move(*verdict));
    }
  }
  fold_by_threads(sites.program(), verdicts);
  return verdicts;
}

void tell_races(Facts& facts, std::string_view rule, std::vector<model::Finding>& findings) {
  for (const RaceVerdict& verdict : facts.races()) {
    if (verdict.rule == rule) findings.push_back(tell(facts.teller(), verdict));
  }
}

}  // namespace lockweave::analyzer::rules
