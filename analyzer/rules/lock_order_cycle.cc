// analyzer/rules/lock_order_cycle.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/lock_order_cycle.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/lock_graph_input.h"
#include "analyzer/rules/order_evidence.h"

namespace lockweave::analyzer::rules {
namespace {

using model::Confidence;
using model::LockOrderGraph;

constexpr std::size_t kCombinationsMax = 4096;
constexpr std::size_t kFilteredMax = 100;  // told with their reasons; enough to learn from

struct Witness {
  const LockEdge* edge = nullptr;
  std::uint32_t root = 0;
};

bool share_a_gate(const LockEdge& a, const LockEdge& b) {
  const auto excludes = [](const auto& x, const auto& y) {
    return x.first == y.first &&
           (x.second == summary::Mode::exclusive || y.second == summary::Mode::exclusive);
  };
  return std::any_of(a.gates.begin(), a.gates.end(), [&](const auto& x) {
    return std::any_of(b.gates.begin(), b.gates.end(),
                       [&](const auto& y) { return excludes(x, y); });
  });
}

// One witness for each edge of the ring, in threads that can all be there at once.
class WitnessSearch {
 public:
  WitnessSearch(const LockGraphInput& input, const Program& program,
                std::span<const LockOrderGraph::Edge> ring)
      : input_(input), program_(program), ring_(ring) {}

  std::optional<std::vector<Witness>> find() {
    return choose(0) ? std::optional(chosen_) : std::nullopt;
  }
  // Nothing was found, but not everything was tried.
  bool undecided() const { return tried_ > kCombinationsMax; }

 private:
  bool choose(std::size_t at) {
    if (at == ring_.size()) return true;
    for (const LockEdge& edge : input_.edges(ring_[at].held, ring_[at].wanted)) {
      std::vector<std::uint32_t> roots = threads_of(program_, edge.pair->context);
      if (roots.empty() && program_.functions[edge.pair->context.top].roots.empty()) {
        roots.push_back(static_cast<std::uint32_t>(program_.roots.size()));
      }
      for (const std::uint32_t root : roots) {
        if (++tried_ > kCombinationsMax) return false;
        const Witness witness{&edge, root};
        if (!fits(witness)) continue;
        chosen_.push_back(witness);
        if (choose(at + 1)) return true;
        chosen_.pop_back();
      }
    }
    return false;
  }

  bool fits(const Witness& next) const {
    if (chosen_.size() + 1 == ring_.size() && !chosen_.empty() &&
        only_reads(*next.edge, *chosen_.front().edge)) {
      return false;
    }
    if (!chosen_.empty() && only_reads(*chosen_.back().edge, *next.edge)) return false;
    return std::all_of(chosen_.begin(), chosen_.end(), [&](const Witness& other) {
      const bool known = next.root < program_.roots.size() && other.root < program_.roots.size();
      if (share_a_gate(*next.edge, *other.edge)) return false;
      const Context& a = next.edge->pair->context;
      const Context& b = other.edge->pair->context;
      return known ? parallel_in(program_, a, next.root, b, other.root) : parallel(program_, a, b);
    });
  }

  // Readers do not keep readers waiting.
  static bool only_reads(const LockEdge& arriving, const LockEdge& leaving) {
    return arriving.pair->mode == summary::Mode::shared &&
           leaving.pair->held.mode == summary::Mode::shared;
  }

  const LockGraphInput& input_;
  const Program& program_;
  std::span<const LockOrderGraph::Edge> ring_;
  std::vector<Witness> chosen_;
  std::size_t tried_ = 0;
};

Confidence confidence_of(const Program& program, const std::vector<Witness>& witnesses) {
  Confidence confidence = Confidence::high;
  // Each way round the locks were put in order first: what is left is the way not taken.
  const bool ordered = std::all_of(witnesses.begin(), witnesses.end(), [&](const Witness& one) {
    return ordered_by_comparison(program, *one.edge->pair);
  });
  if (ordered) return Confidence::low;
  for (const Witness& witness : witnesses) {
    const LockPair& pair = *witness.edge->pair;
    const bool real = witness.root < program.roots.size() && is_real(program.roots[witness.root]);
    // Held on some paths only, and nothing that releases it at the end: perhaps not at all.
    if (!surely_or_guarded(pair.held)) return Confidence::low;
    if (!witness.edge->exact || !pair.held.certain || !real) confidence = Confidence::medium;
  }
  return confidence;
}

std::string held_words(const std::string& thread, const std::string& held,
                       const std::string& wanted) {
  return thread + " takes " + ticked(wanted) + " while it holds " + ticked(held);
}

class CycleTeller {
 public:
  CycleTeller(const Teller& teller, const LockGraphInput& input) : teller_(teller), input_(input) {}

  model::Finding tell(std::vector<Witness> witnesses, Confidence confidence) const {
    begin_at_the_place(witnesses);
    model::Finding finding = teller_.begin("lock-order-cycle", confidence);
    for (const Witness& witness : witnesses) add(finding, witness);
    std::string clauses;
    for (std::size_t i = 0; i < witnesses.size(); ++i) {
      if (i > 0) clauses += "; ";
      clauses += held_words(finding.flows[i].thread, input_.name(witnesses[i].edge->held),
                            input_.name(witnesses[i].edge->wanted));
      finding.locks.push_back(input_.name(witnesses[i].edge->held));
    }
    if (witnesses.size() == 2) {
      const std::string a = ticked(finding.locks[0]);
      const std::string b = ticked(finding.locks[1]);
      finding.message = a + " and " + b + " are taken in opposite orders: " + clauses;
      finding.hint = "take both at once with `std::scoped_lock`, or take " + a + " before " + b +
                     " everywhere";
    } else {
      finding.message = std::to_string(witnesses.size()) +
                        " locks are taken in orders that close a ring: " + clauses;
      finding.hint = "agree on one order for these locks and keep to it everywhere";
    }
    finish(finding, witnesses);
    return finding;
  }

 private:
  // A ring has no beginning: it is told from the wanted acquisition that comes first in the source.
  void begin_at_the_place(std::vector<Witness>& witnesses) const {
    const auto where = [this](const Witness& witness) {
      const model::Site site = teller_.place(witness.edge->pair->context.trace);
      return std::tuple(site.file, site.line, site.column);
    };
    const auto first =
        std::min_element(witnesses.begin(), witnesses.end(),
                         [&](const Witness& a, const Witness& b) { return where(a) < where(b); });
    std::rotate(witnesses.begin(), first, witnesses.end());
  }
  void add(model::Finding& finding, const Witness& witness) const {
    const LockPair& pair = *witness.edge->pair;
    teller_.add_flow(finding, witness.root,
                     {{"takes " + ticked(input_.name(witness.edge->held)), pair.held.taken, {}},
                      {"wants " + ticked(input_.name(witness.edge->wanted)), pair.context.trace,
                       pair.context.held}});
  }
  void finish(model::Finding& finding, const std::vector<Witness>& witnesses) const {
    std::vector<Key> keys;
    for (const Witness& witness : witnesses) {
      keys.push_back(teller_.key(witness.edge->pair->held.taken, witness.edge->pair->held.mode));
      keys.push_back(teller_.key(witness.edge->pair->context.trace, witness.edge->pair->mode));
    }
    finding.place = keys[1].site;
    set_ring_fingerprint(finding, keys);
  }

  const Teller& teller_;
  const LockGraphInput& input_;
};

std::string reason_of(const LockOrderGraph::Cycle& cycle, const LockGraphInput& input) {
  switch (cycle.filter) {
    case LockOrderGraph::Filter::one_thread: return "one thread alone does all of it";
    case LockOrderGraph::Filter::gate_lock:
      return "all of it happens under " + ticked(input.name(cycle.gate));
    case LockOrderGraph::Filter::shared_mode: return "readers do not keep readers waiting";
    default: return "creation and join of the threads put it in order";
  }
}

class Visitor final : public LockOrderGraph::Visitor {
 public:
  Visitor(const LockGraphInput& input, const Teller& teller, const Program& program,
          Findings& findings, FilteredCycles& filtered)
      : input_(input), tell_(teller, input), program_(program), findings_(findings),
        filtered_(filtered) {}

  void on_cycle(const LockOrderGraph::Cycle& cycle) override {
    // Gates are in the graph, too: what is taken under them is an edge of its own only if the
    // program shows that.
    const bool shown = std::all_of(cycle.edges.begin(), cycle.edges.end(), [&](const auto& edge) {
      return !input_.edges(edge.held, edge.wanted).empty();
    });
    if (!shown) return;
    if (cycle.filter == LockOrderGraph::Filter::none) {
      if (told_in_part(cycle)) return;
      WitnessSearch search(input_, program_, cycle.edges);
      if (const auto found = search.find()) {
        const Confidence confidence = confidence_of(program_, *found);
        findings_.push_back(tell_.tell(*found, confidence));
        if (confidence != Confidence::low) note_told(cycle);
        return;
      }
      if (search.undecided()) {
        ++undecided_;
        return;
      }
    }
    if (filtered_.size() == kFilteredMax) {
      more_filtered_ = true;
      return;
    }
    std::vector<Witness> witnesses;
    for (const LockOrderGraph::Edge& edge : cycle.edges) {
      const LockEdge& first = input_.edges(edge.held, edge.wanted).front();
      const auto roots = threads_of(program_, first.pair->context);
      const auto none = static_cast<std::uint32_t>(program_.roots.size());
      witnesses.push_back({&first, roots.empty() ? none : roots.front()});
    }
    filtered_.push_back({tell_.tell(witnesses, Confidence::low), reason_of(cycle, input_)});
  }

  // What the search of the graph says of itself, and what was cut here.
  LockOrderGraph::Summary with_cuts(LockOrderGraph::Summary summary) const {
    summary.components_cut += undecided_;
    summary.filtered_cut += more_filtered_ ? 1 : 0;
    return summary;
  }

 private:
  // A tangle of locks has hundreds of cycles. Shorter ones come first; a longer one that shares an
  // edge with one that was told is told when that one is gone.
  bool told_in_part(const LockOrderGraph::Cycle& cycle) const {
    return std::any_of(cycle.edges.begin(), cycle.edges.end(), [this](const auto& edge) {
      return told_.contains({edge.held, edge.wanted});
    });
  }
  void note_told(const LockOrderGraph::Cycle& cycle) {
    for (const auto& edge : cycle.edges) told_.insert({edge.held, edge.wanted});
  }

  const LockGraphInput& input_;
  CycleTeller tell_;
  const Program& program_;
  Findings& findings_;
  FilteredCycles& filtered_;
  std::set<std::pair<model::Id, model::Id>> told_;
  std::uint64_t undecided_ = 0;
  bool more_filtered_ = false;
};

void set_twins_place(model::Finding& finding, const LockPair& pair, const Teller& teller) {
  const Key held = teller.key(pair.held.taken, pair.held.mode);
  const Key wanted = teller.key(pair.context.trace, pair.mode);
  finding.place = wanted.site;
  set_ring_fingerprint(finding, {held, wanted, held, wanted});
}

// Two locks of one class, one after the other: the other thread may have them the other way round.
model::Finding tell_twins(const LockPair& pair, const Teller& teller, Confidence confidence) {
  model::Finding finding = teller.begin("lock-order-cycle", confidence);
  const std::string name = without_anonymous(link::name_of(pair.wanted));
  const std::uint32_t root = teller.thread_of(pair.context);
  for (int i = 0; i < 2; ++i) {
    teller.add_flow(
        finding, root,
        {{"takes " + ticked(name) + " of one object", pair.held.taken, {}},
         {"wants " + ticked(name) + " of another", pair.context.trace, pair.context.held}});
  }
  finding.locks = {name};
  finding.message = "two locks " + ticked(name) +
                    " are taken one after the other, and nothing says in which order: " +
                    finding.flows[0].thread +
                    " may hold the one and want the other, while a second thread has them the "
                    "other way round";
  finding.hint = "take both at once with `std::scoped_lock`, or order them by number or address";
  set_twins_place(finding, pair, teller);
  return finding;
}

void find_twins(const LockGraphInput& input, const Teller& teller, const Program& program,
                Findings& findings) {
  // Many ways lead to one pair, of one confidence; two files may have functions of one name.
  std::set<std::tuple<bool, std::string, std::string>> told;  // doubtful, fingerprint, file
  for (const LockPair* pair : input.twins()) {
    const bool reads =
        pair->mode == summary::Mode::shared && pair->held.mode == summary::Mode::shared;
    const bool nameless =
        !pair->bound || pair->wanted.root == Root::none || pair->held.lock.root == Root::none;
    const bool doubtful = nameless || !pair->held.certain || ordered_by_comparison(program, *pair);
    model::Finding seen;
    set_twins_place(seen, *pair, teller);
    if (reads || !parallel(program, pair->context, pair->context)) continue;
    if (!told.emplace(doubtful, seen.fingerprint, seen.place.file).second) continue;
    findings.push_back(tell_twins(*pair, teller, doubtful ? Confidence::low : Confidence::medium));
  }
}

}  // namespace

LockOrderGraph::Summary find_lock_order_cycles(Facts& facts, Findings& findings,
                                               FilteredCycles& filtered,
                                               const LockOrderGraph::Limits& limits) {
  const Program& program = facts.program();
  const Teller& teller = facts.teller();
  const LockGraphInput input(lock_pairs(facts.sites()));
  LockOrderGraph graph(model::heap_resource());
  input.feed(graph, program);
  Visitor visitor(input, teller, program, findings, filtered);
  const LockOrderGraph::Summary summary = graph.find_cycles(visitor, limits);
  find_twins(input, teller, program, findings);
  return visitor.with_cuts(summary);
}

}  // namespace lockweave::analyzer::rules
