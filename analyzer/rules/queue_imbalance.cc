// analyzer/rules/queue_imbalance.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <map>
#include <set>

#include "analyzer/rules/counted_walk.h"
#include "analyzer/rules/facts.h"
#include "analyzer/rules/path_walk.h"
#include "analyzer/rules/rule_functions.h"
#include "analyzer/rules/waits.h"

namespace lockweave::analyzer::rules {
namespace {

using model::Confidence;

bool is_get(const Op& op) { return op.kind == OpKind::block && op.what == "queue get"; }
bool is_done(const Op& op) { return op.what == "task done"; }
bool is_close(const Op& op) { return op.what == "queue close"; }
bool is_queue_join(const Op& op) { return op.kind == OpKind::block && op.what == "queue join"; }

// The queue by the names that its function's callers have for it.
std::vector<Path> names_of(const CallSites& sites, FunctionId id, const Moment& moment) {
  std::vector<Path> names;
  for (const Context& context : sites.contexts(id, moment, {moment.object})) {
    link::add_unique(names, context.paths.front());
  }
  return names;
}

bool any_same(const std::vector<Path>& names, const Path& path) {
  return std::any_of(names.begin(), names.end(),
                     [&](const Path& name) { return perhaps_same(name, path); });
}

// Can the function be left after the get, other than because the get says that it is over?
bool is_endless(const Linked& function, const Moment& get) {
  constexpr int kBefore = 0;
  constexpr int kAfter = 1;
  bool ends = false;
  PathRules rules;
  rules.at_operation = [&](int value, const Moment& moment) -> std::vector<WayOn> {
    if (moment.op == get.op) return {{kAfter}};
    if (moment.op->kind == OpKind::replace) return {};
    return {{value}};
  };
  rules.at_edge = [&](int value, const summary::Edge& edge) {
    if (value == kBefore || edge.condition == 0) return true;
    const std::string& words = function.function->conditions[edge.condition - 1].words;
    const bool tests_get =
        edge.condition == get.op->outcome || words.find("get()") != std::string::npos;
    return !tests_get || edge.value;
  };
  rules.at_exit = [&](int, const Op*) { ends = true; };
  return walk_paths(function, kBefore, rules) && !ends;
}

// Does some way from one get to the next leave out task_done, and another not?
bool forgets_task_done(const Linked& function, const Path& queue) {
  constexpr int kNothing = 0;
  constexpr int kUndone = 1;
  constexpr int kDone = 2;
  bool forgotten = false;
  bool done = false;
  PathRules rules;
  rules.at_operation = [&](int value, const Moment& moment) -> std::vector<WayOn> {
    if (!link::same(moment.object, queue)) return {{value}};
    if (is_get(*moment.op)) {
      forgotten = forgotten || value == kUndone;
      return {{kUndone}};
    }
    if (is_done(*moment.op)) {
      done = true;
      return {{kDone}};
    }
    return {{value}};
  };
  rules.at_exit = [](int, const Op*) {};
  return walk_paths(function, kNothing, rules) && forgotten && done;
}

class QueueFinder {
 public:
  QueueFinder(const Facts& facts, Findings& findings)
      : program_(facts.program()), sites_(facts.sites()), teller_(facts.teller()),
        findings_(findings) {}

  void find() {
    collect();
    for (FunctionId id = 0; id < program_.functions.size(); ++id) {
      for (const Moment& moment : program_.functions[id].moments) {
        if (!moment.reached || !is_get(*moment.op)) continue;
        endless_consumer(id, moment);
        undone(id, moment);
      }
    }
    for (const link::ThreadRoot& root : program_.roots) {
      if (root.what == "main") done_too_often(root.function);
    }
  }

 private:
  struct Place {
    FunctionId function = 0;
    const Moment* moment = nullptr;
    std::vector<Path> names;
  };

  void collect() {
    for (FunctionId id = 0; id < program_.functions.size(); ++id) {
      for (const Moment& moment : program_.functions[id].moments) {
        if (is_close(*moment.op)) closes_.push_back({id, &moment, names_of(sites_, id, moment)});
        if (is_done(*moment.op)) dones_.push_back({id, &moment, names_of(sites_, id, moment)});
        if (is_queue_join(*moment.op)) {
          joins_.push_back({id, &moment, names_of(sites_, id, moment)});
        }
      }
    }
  }

  static const Place* find_in(const std::vector<Place>& places, const std::vector<Path>& names) {
    for (const Place& place : places) {
      for (const Path& name : place.names) {
        if (any_same(names, name)) return &place;
      }
    }
    return nullptr;
  }

  void endless_consumer(FunctionId id, const Moment& get) {
    const Linked& function = program_.functions[id];
    if (!get.op->looped || get.op->attempt != summary::Attempt::blocking) return;
    const std::vector<Path> names = names_of(sites_, id, get);
    if (find_in(closes_, names) != nullptr || !is_endless(function, get)) return;
    for (const std::uint32_t root : function.roots) {
      const link::ThreadRoot& begun = program_.roots[root];
      if (begun.spawn == nullptr || begun.function != id || begun.what == "process") continue;
      const Moment* join = join_of(begun);
      if (join == nullptr) continue;
      tell_endless(id, get, root, begun.spawner, *join);
    }
  }

  const Moment* join_of(const link::ThreadRoot& begun) const {
    const auto& moments = program_.functions[begun.spawner].moments;
    const auto spawn = std::find_if(moments.begin(), moments.end(),
                                    [&](const Moment& moment) { return moment.op == begun.spawn; });
    if (spawn == moments.end()) return nullptr;
    const auto join = std::find_if(spawn, moments.end(), [&](const Moment& moment) {
      return moment.op->kind == OpKind::join && link::same(moment.object, spawn->object);
    });
    return join == moments.end() ? nullptr : &*join;
  }

  void tell_endless(FunctionId id, const Moment& get, std::uint32_t root, FunctionId joiner,
                    const Moment& join) {
    const std::string name = ticked(told_name(get.object));
    model::Finding finding = teller_.begin("queue-imbalance", Confidence::high);
    const Trace joined = trace_of(joiner, join.op);
    const Trace taken = trace_of(id, get.op);
    teller_.add_flow(finding, {joiner, {}, {}, {}, joined, {}},
                     "joins " + ticked(told_name(join.object)));
    teller_.add_flow(finding, root, {{"waits for the next item of " + name, taken, {}}});
    finding.message = "the thread joined here takes items from queue " + name +
                      " for ever: nothing closes the queue, and the join never returns";
    finish(finding, get.object, joined, {teller_.key(joined), teller_.key(taken)},
           "close the queue, or send an item that means the end");
  }

  void undone(FunctionId id, const Moment& get) {
    const Linked& function = program_.functions[id];
    const std::vector<Path> names = names_of(sites_, id, get);
    const Place* join = find_in(joins_, names);
    if (join == nullptr) return;
    const bool never = find_in(dones_, names) == nullptr;
    if (!never && !forgets_task_done(function, get.object)) return;
    const std::string name = ticked(told_name(join->moment->object));
    model::Finding finding =
        teller_.begin("queue-imbalance", never ? Confidence::medium : Confidence::high);
    const Trace joined = trace_of(join->function, join->moment->op);
    const Trace taken = trace_of(id, get.op);
    teller_.add_flow(finding, {join->function, {}, {}, {}, joined, {}},
                     "waits until all items of " + name + " are done");
    teller_.add_flow(finding, {id, {}, {}, {}, taken, {}}, "takes an item of " + name);
    finding.message = std::string("on some path an item of queue ") + name +
                      " is taken and `task_done` not called: this wait never ends";
    if (never) {
      finding.message = "items of queue " + name +
                        " are taken, `task_done` is never called: this wait never ends";
    }
    finish(finding, join->moment->object, joined, {teller_.key(joined), teller_.key(taken)},
           "call `task_done` exactly once for each item");
  }

  void done_too_often(FunctionId main) {
    struct Count {
      int put = 0;
      int done = 0;
    };
    std::map<std::string, Count> counts;
    walk_straight(program_, main, [&](const Op& op, const Path& object, const Trace& trace) {
      if (!is_fixed(object)) return true;
      Count& count = counts[link::key_of(object)];
      if (op.kind == OpKind::post && op.what == "queue put") ++count.put;
      if (!is_done(op) || ++count.done <= count.put) return true;
      const std::string name = ticked(told_name(object));
      model::Finding finding = teller_.begin("queue-imbalance", Confidence::high);
      teller_.add_flow(finding, {trace->function, {}, {}, {}, trace, {}},
                       "calls `task_done` of " + name);
      finding.message =
          "`task_done` of queue " + name + " is called more often than items were put";
      finish(finding, object, trace, {teller_.key(trace)},
             "call `task_done` exactly once for each item");
      return false;
    });
  }

  void finish(model::Finding& finding, const Path& queue, const Trace& place,
              const std::vector<Key>& keys, const char* hint) {
    finding.hint = hint;
    finding.locks = {told_name(queue)};
    finding.place = teller_.place(place);
    set_fingerprint(finding, keys);
    findings_.push_back(std::move(finding));
  }

  const Program& program_;
  const CallSites& sites_;
  const Teller& teller_;
  Findings& findings_;
  std::vector<Place> closes_;
  std::vector<Place> dones_;
  std::vector<Place> joins_;
};

}  // namespace

void find_queue_imbalance(Facts& facts, Findings& findings) { QueueFinder(facts, findings).find(); }

}  // namespace lockweave::analyzer::rules
