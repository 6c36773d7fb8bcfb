// analyzer/rules/contexts.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/contexts.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

namespace lockweave::analyzer::rules {
namespace {

constexpr std::size_t kContextsMax = 32;
constexpr std::size_t kClimbMax = 12;
// Where functions call each other in many ways, most ways out end in a circle and give no context.
constexpr std::size_t kClimbsMax = 1000;
constexpr std::size_t kVisitedMax = 4096;
constexpr int kAliasesMax = 4;

// A local reference or pointer that is set once: what it was set to.
Path without_alias(const Linked& function, Path path) {
  for (int round = 0; round < kAliasesMax && path.root == Root::local; ++round) {
    const Moment* only = nullptr;
    for (const Moment& moment : function.moments) {
      const Path& name = moment.op->object;
      const bool names_it = moment.op->kind == OpKind::alias && name.root == Root::local &&
                            name.fields.empty() && name.symbol == path.symbol;
      if (!names_it) continue;
      if (only != nullptr) return path;
      only = &moment;
    }
    if (only == nullptr || only->others.empty() || link::same(only->others[0], only->op->object)) {
      return path;
    }
    path = link::joined(only->others[0], path);
  }
  return path;
}

// A lambda names its function's parameter by key: back to what the function calls it.
Path own_parameter(const summary::Function& function, Path path) {
  if (path.root != Root::local) return path;
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    if (function.parameters[i].key.empty() || function.parameters[i].key != path.symbol) continue;
    path.root = Root::parameter;
    path.index = static_cast<std::uint32_t>(i);
    path.symbol.clear();
    return path;
  }
  return path;
}

Held wrapped(const Program& program, const CallSite& site, Held held) {
  held.lock = named_by_caller(program, site, held.lock);
  held.taken = trace_of(site.caller, site.moment->op, held.taken);
  return held;
}

std::optional<std::uint32_t> root_of_spawn(const Program& program, const Op* spawn,
                                           FunctionId function) {
  for (std::uint32_t i = 0; i < program.roots.size(); ++i) {
    if (program.roots[i].spawn == spawn && program.roots[i].function == function) return i;
  }
  return std::nullopt;
}

}  // namespace

Trace trace_of(FunctionId function, const Op* op, Trace inner) {
  link::TraceStep step;
  step.function = function;
  step.op = op;
  step.depth = inner == nullptr ? 1 : inner->depth + 1;
  step.inner = std::move(inner);
  return std::make_shared<const link::TraceStep>(std::move(step));
}

Path named_by_caller(const Program& program, const CallSite& site, const Path& path) {
  const Linked& caller = program.functions[site.caller];
  const Op& op = *site.moment->op;
  Path base;
  if (path.root == Root::parameter) {
    if (path.index < op.arguments.size()) base = op.arguments[path.index].path;
  } else if (path.root == Root::object) {
    base = op.receiver;
  } else if (path.root == Root::local) {
    return own_parameter(*caller.function, path);
  } else {
    return path;
  }
  return link::joined(own_parameter(*caller.function, without_alias(caller, base)), path);
}

CallSites::CallSites(const Program& program) : program_(program), sites_(program.functions.size()) {
  for (FunctionId caller = 0; caller < program.functions.size(); ++caller) {
    for (const Moment& moment : program.functions[caller].moments) {
      if (!moment.reached) continue;
      for (const FunctionId target : moment.targets) {
        CallSite site{caller, &moment, std::nullopt};
        if (moment.op->kind == OpKind::spawn) {
          site.root = root_of_spawn(program, moment.op, target);
          if (!site.root) continue;
        }
        sites_[target].push_back(site);
      }
    }
  }
}

std::vector<Context> CallSites::contexts(FunctionId function, Trace trace, std::vector<Path> paths,
                                         std::vector<Held> held, std::vector<Path> released) const {
  Search search;
  climb({function, std::move(paths), std::move(held), std::move(released), std::move(trace), {}},
        {}, search);
  return std::move(search.found);
}

std::vector<Context> CallSites::contexts(FunctionId function, const Moment& moment,
                                         std::vector<Path> paths) const {
  return contexts(function, trace_of(function, moment.op), std::move(paths), moment.held,
                  moment.given_up);
}

void CallSites::climb(Context context, std::vector<FunctionId> through, Search& search) const {
  if (search.found.size() >= kContextsMax || ++search.steps > kClimbsMax) return;
  const bool open = std::any_of(context.paths.begin(), context.paths.end(), depends_on_caller);
  const bool again = std::find(through.begin(), through.end(), context.top) != through.end();
  if (!open || again || through.size() >= kClimbMax) {
    if (!again) search.found.push_back(std::move(context));
    return;
  }
  through.push_back(context.top);
  bool gone_out = false;
  for (const CallSite& site : sites_[context.top]) {
    if (site.root && context.root) continue;
    gone_out = true;
    Context outer;
    outer.top = site.caller;
    outer.root = site.root ? site.root : context.root;
    for (const Path& path : context.paths) {
      outer.paths.push_back(named_by_caller(program_, site, path));
    }
    if (outer.root) {
      outer.trace = context.trace;
      outer.held = context.held;
      for (Held& held : outer.held) held.lock = named_by_caller(program_, site, held.lock);
    } else {
      outer.trace = trace_of(site.caller, site.moment->op, context.trace);
      for (const Path& path : context.released) {
        outer.released.push_back(named_by_caller(program_, site, path));
      }
      for (const Held& held : site.moment->held) {
        if (!link::contains(outer.released, held.lock)) outer.held.push_back(held);
      }
      for (const Held& held : context.held) outer.held.push_back(wrapped(program_, site, held));
      for (const Path& path : site.moment->given_up) link::add_unique(outer.released, path);
    }
    climb(std::move(outer), through, search);
  }
  if (!gone_out) search.found.push_back(std::move(context));
}

Trace CallSites::around(FunctionId from, FunctionId to, const Trace& inner) const {
  std::map<FunctionId, const CallSite*> towards;  // how one gets on from there to `to`
  std::map<FunctionId, FunctionId> next;
  std::deque<FunctionId> queue{to};
  towards[to] = nullptr;
  while (!queue.empty() && !towards.contains(from) && towards.size() < kVisitedMax) {
    const FunctionId at = queue.front();
    queue.pop_front();
    for (const CallSite& site : sites_[at]) {
      if (site.root || !towards.emplace(site.caller, &site).second) continue;
      next[site.caller] = at;
      queue.push_back(site.caller);
    }
  }
  if (from == to || !towards.contains(from)) return inner;
  std::vector<const CallSite*> way;
  for (FunctionId at = from; at != to; at = next.at(at)) way.push_back(towards.at(at));
  Trace trace = inner;
  for (auto site = way.rbegin(); site != way.rend(); ++site) {
    trace = trace_of((*site)->caller, (*site)->moment->op, trace);
  }
  return trace;
}

std::vector<Held> certain_locks(const Program& program, const Context& context) {
  std::vector<Held> locks;
  if (!context.root) {
    for (const Held& held : program.functions[context.top].entry) {
      if (!link::contains(context.released, held.lock)) locks.push_back(held);
    }
  }
  std::copy_if(context.held.begin(), context.held.end(), std::back_inserter(locks),
               [](const Held& held) { return held.certain; });
  return locks;
}

bool shares_memory(const link::ThreadRoot& root) {
  return root.what != "process" && root.what != "signal" && root.what != "exit";
}

bool is_started(const link::ThreadRoot& root) {
  return root.spawn != nullptr || root.what == "declared";
}

bool is_real(const link::ThreadRoot& root) { return root.what != "caller"; }

std::vector<std::uint32_t> threads_of(const Program& program, const Context& context) {
  std::vector<std::uint32_t> roots;
  if (context.root) {
    roots.push_back(*context.root);
  } else {
    roots = program.functions[context.top].roots;
  }
  std::erase_if(roots, [&](std::uint32_t root) { return !shares_memory(program.roots[root]); });
  return roots;
}

bool can_overlap(const Program& program, std::uint32_t root_a, std::uint32_t root_b) {
  return root_a != root_b || program.roots[root_a].several || !is_real(program.roots[root_a]);
}

// `stop()` sets a flag and then joins the thread that `start()` began: the flag is set beside it.
static bool precedes_its_join(const Program& program, const Context& context, std::uint32_t root) {
  const link::ThreadRoot& begun = program.roots[root];
  if (begun.spawn == nullptr) return false;
  const std::string handle =
      class_key(program.functions[begun.spawner].moments[begun.begins].object);
  if (handle.empty()) return false;
  for (const link::TraceStep* step = context.trace.get(); step != nullptr;
       step = step->inner.get()) {
    if (step->function == begun.spawner) continue;
    bool before = false;
    for (const Moment& moment : program.functions[step->function].moments) {
      before = before || moment.op == step->op;
      // It is begun after the step: what comes before it is known exactly.
      const bool begins_later = before && std::find(moment.targets.begin(), moment.targets.end(),
                                                    begun.spawner) != moment.targets.end();
      if (begins_later && moment.op != step->op) return false;
      const bool lasts = !moment.object.fields.empty() || moment.object.root == Root::global;
      const bool joins =
          moment.op->kind == OpKind::join && lasts && class_key(moment.object) == handle;
      if (joins) return before && moment.op != step->op;
    }
  }
  return false;
}

// The step of `a` that stands beside the life of the thread: in the function that began it, else
// the outermost.
static const link::TraceStep& step_beside(const Program& program, const Context& a,
                                          std::uint32_t root) {
  const link::TraceStep* beside = a.trace.get();
  if (program.roots[root].spawn == nullptr) return *beside;
  for (const link::TraceStep* step = a.trace.get(); step != nullptr; step = step->inner.get()) {
    if (program.roots[root].spawner == step->function) beside = step;
  }
  return *beside;
}

bool parallel_in(const Program& program, const Context& a, std::uint32_t root_a, const Context& b,
                 std::uint32_t root_b) {
  if (!can_overlap(program, root_a, root_b)) return false;
  if (precedes_its_join(program, a, root_b) || precedes_its_join(program, b, root_a)) return true;
  const auto beside = [&](const link::TraceStep& x, const link::TraceStep& y) {
    return program.parallel_in(root_a, x.function, x.op, root_b, y.function, y.op);
  };
  return beside(a.inner(), b.inner()) &&
         beside(step_beside(program, a, root_b), step_beside(program, b, root_a));
}

bool parallel(const Program& program, const Context& a, const Context& b) {
  const auto roots_a = threads_of(program, a);
  const auto roots_b = threads_of(program, b);
  return std::any_of(roots_a.begin(), roots_a.end(), [&](std::uint32_t x) {
    return std::any_of(roots_b.begin(), roots_b.end(),
                       [&](std::uint32_t y) { return parallel_in(program, a, x, b, y); });
  });
}

bool meet_on_one_object(const Program& program, std::uint32_t root_a, std::uint32_t root_b) {
  return root_a != root_b || program.roots[root_a].spawn == nullptr ||
         program.roots[root_a].on_one_object;
}

bool parallel_on_one_object(const Program& program, const Context& a, const Context& b) {
  const auto roots_a = threads_of(program, a);
  const auto roots_b = threads_of(program, b);
  return std::any_of(roots_a.begin(), roots_a.end(), [&](std::uint32_t x) {
    return std::any_of(roots_b.begin(), roots_b.end(), [&](std::uint32_t y) {
      return meet_on_one_object(program, x, y) && parallel_in(program, a, x, b, y);
    });
  });
}

bool surely_beside(const Program& program, const Context& context, std::uint32_t root) {
  if (program.roots[root].spawn == nullptr) return false;
  return program.functions[program.roots[root].spawner].function->constructor ||
         precedes_its_join(program, context, root);
}

}  // namespace lockweave::analyzer::rules
