// analyzer/link/roots.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/roots.h"

#include <algorithm>
#include <set>
#include <string>

#include "analyzer/link/sort_unique.h"

namespace lockweave::analyzer::link {
namespace {

using summary::Block;
using summary::Edge;
using summary::Function;
using summary::Op;
using summary::OpKind;

// ---- joins --------------------------------------------------------------------------------------

bool is_element(const std::string& field) { return !field.empty() && field.front() == '['; }

// All elements of a container are one: they are joined in a loop.
bool same_handle(const Path& a, const Path& b) {
  if (a.root != b.root || a.index != b.index || a.symbol != b.symbol) return false;
  return std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(),
                    [](const std::string& x, const std::string& y) {
                      return x == y || (is_element(x) && is_element(y));
                    });
}

bool has_element(const Path& path) {
  return std::any_of(path.fields.begin(), path.fields.end(), is_element);
}

// Does every way from one block to the exit, but for exceptions, lead through the other?
bool on_every_path(const Function& function, std::uint32_t from, std::uint32_t through) {
  if (from == through) return true;
  std::vector<bool> seen(function.blocks.size(), false);
  std::vector<std::uint32_t> todo{from};
  seen[from] = true;
  while (!todo.empty()) {
    const std::uint32_t block = todo.back();
    todo.pop_back();
    if (block == 1) return false;
    for (const Edge& edge : function.blocks[block].next) {
      if (edge.thrown || edge.to >= seen.size() || seen[edge.to] || edge.to == through) continue;
      seen[edge.to] = true;
      todo.push_back(edge.to);
    }
  }
  return true;
}

bool ends_thread(const Op& op) {
  return op.kind == OpKind::join ||
         (op.kind == OpKind::block && op.what.find("future") != std::string::npos);
}

std::vector<Path> names_of_handle(const Linked& spawner, std::size_t begins, const Path& handle) {
  std::vector<Path> names;
  if (nameable(handle)) names.push_back(handle);
  for (std::size_t i = begins + 1; i < spawner.moments.size(); ++i) {
    const Moment& moment = spawner.moments[i];
    if (moment.op->kind != OpKind::move_handle || moment.others.empty()) continue;
    const bool ours = std::any_of(names.begin(), names.end(), [&](const Path& name) {
      return same_handle(name, moment.others.front());
    });
    if (ours && nameable(moment.object)) names.push_back(moment.object);
  }
  return names;
}

// ---- roots --------------------------------------------------------------------------------------

class Roots {
 public:
  Roots(Context& context, const Components& components)
      : context_(context), program_(context.program), components_(components),
        calls_(calls_of(context)) {}

  void run() {
    add_mains();
    add_spawned();
    add_declared();
    mark_reached();
    add_caller();
    for (Linked& linked : program_.functions) sort_unique(linked.roots);
    find_mains();
    find_several();
  }

 private:
  void add_mains();
  void add_spawned();
  void add_declared();
  void add_root(FunctionId spawner, std::size_t at, FunctionId target, const std::string& what,
                bool repeated);
  void mark_reached();
  void reach(std::uint32_t root, const std::vector<FunctionId>& from);
  void add_caller();
  bool open_to_callers(FunctionId id) const;
  void find_mains();
  void find_several();
  using Programs = std::uint64_t;  // a bit each
  static constexpr std::size_t kProgramsAtOnce = 64;
  Programs programs_of(FunctionId id, std::size_t first) const;
  std::vector<Programs> done_again(std::size_t first) const;
  bool add_several(ThreadRoot& root, std::size_t first, Programs programs);
  bool inherit_several(ThreadRoot& root) const;
  std::set<std::string> joined_variables() const;

  Context& context_;
  Program& program_;
  const Components& components_;
  std::vector<std::vector<FunctionId>> calls_;
  std::vector<std::uint32_t> mains_;    // roots; sorted
  std::vector<bool> joined_each_time_;  // by root: in its spawner, whatever loop it stands in
};

void Roots::add_mains() {
  for (FunctionId id = 0; id < program_.functions.size(); ++id) {
    const Function& function = *program_.functions[id].function;
    if (function.name != "main" || !function.owner.empty() || function.blocks.empty()) continue;
    ThreadRoot root;
    root.what = "main";
    root.function = id;
    root.spawner = id;
    program_.roots.push_back(std::move(root));
    joined_each_time_.push_back(true);
  }
}

void Roots::add_root(FunctionId spawner, std::size_t at, FunctionId target, const std::string& what,
                     bool repeated) {
  const Linked& linked = program_.functions[spawner];
  const Moment& moment = linked.moments[at];
  ThreadRoot root;
  root.what = what.empty() ? "thread" : what;
  root.function = target;
  root.spawner = spawner;
  root.spawn = moment.op;
  root.begins = at;
  const bool handle = moment.op->kind == OpKind::spawn;
  if (handle) root.ends = find_join(linked, at, moment.object).value_or(SIZE_MAX);
  const bool loop_joins =
      root.ends != SIZE_MAX && !has_element(moment.object) && linked.moments[root.ends].op->looped;
  root.several = repeated || moment.op->repeated || (moment.op->looped && !loop_joins);
  root.on_one_object = root.several || (handle && has_element(moment.object));
  joined_each_time_.push_back(root.ends != SIZE_MAX);
  program_.roots.push_back(std::move(root));
}

void Roots::add_spawned() {
  for (FunctionId id = 0; id < program_.functions.size(); ++id) {
    const Linked& linked = program_.functions[id];
    for (std::size_t at = 0; at < linked.moments.size(); ++at) {
      const Moment& moment = linked.moments[at];
      if (moment.op->kind != OpKind::spawn || !moment.reached) continue;
      for (const FunctionId target : moment.targets) {
        add_root(id, at, target, moment.op->what, false);
      }
    }
    for (const PassedCall& call : context_.passed[id]) {
      if (!call.spawns) continue;
      add_root(id, moment_of(linked, call.op), call.callee, call.what, call.repeated);
    }
  }
}

void Roots::add_declared() {
  for (FunctionId id = 0; id < program_.functions.size(); ++id) {
    if (!is_declared_root(context_.settings, *program_.functions[id].function)) continue;
    ThreadRoot root;
    root.what = "declared";
    root.function = root.spawner = id;
    program_.roots.push_back(std::move(root));
    joined_each_time_.push_back(false);
  }
}

void Roots::reach(std::uint32_t root, const std::vector<FunctionId>& from) {
  std::vector<FunctionId> todo = from;
  const auto enter = [&](FunctionId id) {
    std::vector<std::uint32_t>& roots = program_.functions[id].roots;
    if (!roots.empty() && roots.back() == root) return false;
    roots.push_back(root);
    return true;
  };
  std::erase_if(todo, [&](FunctionId id) { return !enter(id); });
  while (!todo.empty()) {
    const FunctionId id = todo.back();
    todo.pop_back();
    for (const FunctionId called : calls_[id]) {
      if (enter(called)) todo.push_back(called);
    }
  }
}

void Roots::mark_reached() {
  for (std::uint32_t root = 0; root < program_.roots.size(); ++root) {
    reach(root, {program_.roots[root].function});
  }
}

bool Roots::open_to_callers(FunctionId id) const {
  const Function& function = *program_.functions[id].function;
  return !function.internal && !function.hidden && !function.lambda && !function.blocks.empty() &&
         !program_.functions[id].for_one_program;
}

// One root for all users of a library, and for what no program here uses.
void Roots::add_caller() {
  const auto number = static_cast<std::uint32_t>(program_.roots.size());
  const auto unreached = [&](FunctionId id) {
    return program_.functions[id].roots.empty() && open_to_callers(id);
  };
  std::vector<FunctionId> from;
  for (FunctionId id = 0; id < program_.functions.size(); ++id) {
    if (unreached(id) && program_.functions[id].callers.empty()) from.push_back(id);
  }
  ThreadRoot root;
  root.what = "caller";
  root.several = true;
  root.function = root.spawner = from.empty() ? 0 : from.front();
  reach(number, from);
  // Functions that only call each other have callers, and yet nobody begins them.
  for (FunctionId id = 0; id < program_.functions.size(); ++id) {
    if (!unreached(id)) continue;
    if (from.empty()) root.function = root.spawner = id;
    from.push_back(id);
    reach(number, {id});
  }
  if (from.empty()) return;
  program_.roots.push_back(std::move(root));
  joined_each_time_.push_back(false);
}

// Which programs a thread belongs to: those whose main leads to its spawn.
void Roots::find_mains() {
  std::vector<ThreadRoot>& roots = program_.roots;
  std::vector<bool> any(roots.size(), false);
  for (std::uint32_t i = 0; i < roots.size(); ++i) {
    if (roots[i].what == "main") {
      roots[i].mains = {i};
      mains_.push_back(i);
    }
    any[i] = roots[i].what == "caller" || roots[i].what == "declared";
    if (roots[i].spawn != nullptr && program_.functions[roots[i].spawner].roots.empty()) {
      any[i] = true;
    }
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (std::uint32_t i = 0; i < roots.size(); ++i) {
      if (roots[i].spawn == nullptr) continue;
      const std::size_t before = roots[i].mains.size() + (any[i] ? 1U : 0U);
      for (const std::uint32_t parent : program_.functions[roots[i].spawner].roots) {
        if (any[parent]) any[i] = true;
        roots[i].mains.insert(roots[i].mains.end(), roots[parent].mains.begin(),
                              roots[parent].mains.end());
      }
      sort_unique(roots[i].mains);
      changed |= before != roots[i].mains.size() + (any[i] ? 1U : 0U);
    }
  }
  for (std::uint32_t i = 0; i < roots.size(); ++i) {
    roots[i].of_users = any[i];
  }
}

// The programs that the function is in, of those from `first` on: a bit each. Behind the mains comes one
// for all users' programs.
Roots::Programs Roots::programs_of(FunctionId id, std::size_t first) const {
  Programs programs = 0;
  const auto add = [&](std::size_t number) {
    if (number >= first && number < first + kProgramsAtOnce)
      programs |= Programs{1} << (number - first);
  };
  const Linked& linked = program_.functions[id];
  if (linked.roots.empty()) add(mains_.size());
  for (const std::uint32_t root : linked.roots) {
    if (program_.roots[root].of_users) add(mains_.size());
    for (const std::uint32_t main : program_.roots[root].mains) {
      add(static_cast<std::size_t>(std::lower_bound(mains_.begin(), mains_.end(), main) -
                                   mains_.begin()));
    }
  }
  return programs;
}

// By function: in which programs is it run again after it has returned?
std::vector<Roots::Programs> Roots::done_again(std::size_t first) const {
  std::vector<Programs> in(program_.functions.size());
  for (FunctionId id = 0; id < in.size(); ++id) in[id] = programs_of(id, first);
  std::vector<Programs> once(in.size(), 0);
  std::vector<Programs> again(in.size(), 0);
  const auto called = [&](FunctionId caller, FunctionId target, bool looped) {
    again[target] |= in[caller] & (looped ? in[caller] : once[target]);
    once[target] |= in[caller];
  };
  for (FunctionId id = 0; id < in.size(); ++id) {
    for (const Moment& moment : program_.functions[id].moments) {
      if (moment.op->kind != OpKind::call) continue;
      for (const FunctionId target : moment.targets) called(id, target, moment.op->looped);
    }
    for (const PassedCall& call : context_.passed[id]) {
      if (!call.spawns) called(id, call.callee, call.op->looped);
    }
  }
  for (std::size_t at = components_.members.size(); at-- > 0;) {
    Programs any = 0;
    for (const FunctionId id : components_.members[at]) {
      any |= components_.recursive[at] ? in[id] : again[id];
    }
    if (any == 0) continue;
    for (const FunctionId id : components_.members[at]) {
      again[id] |= any;
      for (const FunctionId target : calls_[id]) again[target] |= any & in[target];
    }
  }
  return again;
}

// The one variable that the program has for the thread, and joins it by somewhere: the thread ends
// before another is begun, though nothing here shows it.
std::set<std::string> Roots::joined_variables() const {
  std::set<std::string> joined;
  for (const Linked& linked : program_.functions) {
    for (const Moment& moment : linked.moments) {
      const bool variable = moment.object.root == Root::global && !has_element(moment.object);
      if (variable && ends_thread(*moment.op)) joined.insert(key_of(moment.object));
    }
  }
  return joined;
}

// The programs among the root's that `programs` names; has it become more?
bool Roots::add_several(ThreadRoot& root, std::size_t first, Programs programs) {
  const std::size_t before = root.several_in.size() + (root.several ? 1U : 0U);
  for (std::size_t bit = 0; bit < kProgramsAtOnce && first + bit <= mains_.size(); ++bit) {
    if ((programs >> bit & 1U) == 0) continue;
    root.several = true;
    if (first + bit == mains_.size()) continue;
    const std::uint32_t main = mains_[first + bit];
    if (std::binary_search(root.mains.begin(), root.mains.end(), main)) {
      root.several_in.push_back(main);
    }
  }
  sort_unique(root.several_in);
  return before != root.several_in.size() + (root.several ? 1U : 0U);
}

void Roots::find_several() {
  const std::set<std::string> joined = joined_variables();
  std::vector<bool> decided(program_.roots.size(), false);
  for (std::uint32_t i = 0; i < program_.roots.size(); ++i) {
    ThreadRoot& root = program_.roots[i];
    if (root.several) root.several_in = root.mains;
    decided[i] =
        root.spawn == nullptr || root.several ||
        joined.contains(key_of(program_.functions[root.spawner].moments[root.begins].object));
  }
  for (std::size_t first = 0; first <= mains_.size(); first += kProgramsAtOnce) {
    const std::vector<Programs> again = done_again(first);
    for (std::uint32_t i = 0; i < program_.roots.size(); ++i) {
      if (decided[i] || joined_each_time_[i]) continue;
      add_several(program_.roots[i], first, again[program_.roots[i].spawner]);
    }
  }
  // What several threads do is done several times.
  for (bool changed = true; changed;) {
    changed = false;
    for (std::uint32_t i = 0; i < program_.roots.size(); ++i) {
      if (!decided[i]) changed |= inherit_several(program_.roots[i]);
    }
  }
}

bool Roots::inherit_several(ThreadRoot& root) const {
  const std::size_t before = root.several_in.size() + (root.several ? 1U : 0U);
  for (const std::uint32_t parent : program_.functions[root.spawner].roots) {
    const ThreadRoot& above = program_.roots[parent];
    root.several |= above.several;
    root.several_in.insert(root.several_in.end(), above.several_in.begin(), above.several_in.end());
  }
  sort_unique(root.several_in);
  return before != root.several_in.size() + (root.several ? 1U : 0U);
}

}  // namespace

std::size_t moment_of(const Linked& function, const Op* op) {
  for (std::size_t i = 0; i < function.moments.size(); ++i) {
    if (function.moments[i].op == op) return i;
  }
  return function.moments.size();
}

static bool calls_the_same(const Moment& moment, const Op& call) {
  return call.kind == OpKind::call && moment.op->kind == OpKind::call &&
         moment.op->callees == call.callees && moment.op->receiver == call.receiver &&
         moment.op->arguments == call.arguments;
}

std::vector<Join> find_joins(const Linked& spawner, std::size_t begins, const Path& handle) {
  const std::vector<Path> names = names_of_handle(spawner, begins, handle);
  std::vector<Join> joins;
  for (const Stop& stop : spawner.effects.stops) {
    if (stop.trace == nullptr || !ends_thread(*innermost(stop.trace).op)) continue;
    const bool ours = std::any_of(names.begin(), names.end(),
                                  [&](const Path& name) { return same_handle(name, stop.object); });
    if (!ours) continue;
    for (std::size_t at = begins + 1; at < spawner.moments.size(); ++at) {
      // Equal stops are kept once: look for all operations that do the same.
      const Moment& moment = spawner.moments[at];
      const bool itself = moment.op == stop.trace->op;
      const bool alike =
          (ends_thread(*moment.op) && same_handle(moment.object, stop.object)) ||
          (stop.object.root == Root::global && calls_the_same(moment, *stop.trace->op));
      if (itself || alike) joins.push_back({at, has_element(stop.object)});
    }
  }
  return joins;
}

std::optional<std::size_t> find_join(const Linked& spawner, std::size_t begins,
                                     const Path& handle) {
  std::optional<std::size_t> earliest;
  for (const Join& join : find_joins(spawner, begins, handle)) {
    const Moment& moment = spawner.moments[join.at];
    const bool everywhere =
        on_every_path(*spawner.function, spawner.moments[begins].block, moment.block) ||
        (moment.op->looped && join.of_some);
    if (everywhere && (!earliest || join.at < *earliest)) earliest = join.at;
  }
  return earliest;
}

std::vector<std::vector<FunctionId>> calls_of(const Context& context) {
  std::vector<std::vector<FunctionId>> calls(context.program.functions.size());
  for (FunctionId id = 0; id < calls.size(); ++id) {
    for (const Moment& moment : context.program.functions[id].moments) {
      if (moment.op->kind != OpKind::call || !moment.reached) continue;
      calls[id].insert(calls[id].end(), moment.targets.begin(), moment.targets.end());
      const std::vector<FunctionId>& beyond = context.calls.of(*moment.op).beyond;
      calls[id].insert(calls[id].end(), beyond.begin(), beyond.end());
    }
    for (const PassedCall& call : context.passed[id]) {
      if (!call.spawns) calls[id].push_back(call.callee);
    }
    sort_unique(calls[id]);
  }
  return calls;
}

bool is_declared_root(const Settings& settings, const Function& function) {
  return !function.blocks.empty() &&
         std::find(settings.thread_roots.begin(), settings.thread_roots.end(), function.name) !=
             settings.thread_roots.end();
}

std::vector<bool> find_callers(Context& context) {
  Program& program = context.program;
  std::vector<bool> begins_thread(program.functions.size(), false);
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    if (is_declared_root(context.settings, *program.functions[id].function)) {
      begins_thread[id] = true;
    }
    for (const Moment& moment : program.functions[id].moments) {
      for (const FunctionId target : moment.targets) {
        if (moment.op->kind == OpKind::spawn) begins_thread[target] = true;
        if (moment.op->kind == OpKind::call) program.functions[target].callers.push_back(id);
      }
      if (moment.op->kind != OpKind::call) continue;
      for (const FunctionId target : context.calls.of(*moment.op).beyond) {
        program.functions[target].callers.push_back(id);
      }
    }
    for (const PassedCall& call : context.passed[id]) {
      if (call.spawns) begins_thread[call.callee] = true;
      if (!call.spawns) program.functions[call.callee].callers.push_back(id);
    }
  }
  for (Linked& linked : program.functions) sort_unique(linked.callers);
  return begins_thread;
}

void find_roots(Context& context, const Components& components) {
  Roots(context, components).run();
}

}  // namespace lockweave::analyzer::link
