// analyzer/link/overlap.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/overlap.h"

#include <algorithm>
#include <set>

#include "analyzer/link/phases.h"
#include "analyzer/link/roots.h"

namespace lockweave::analyzer::link {
namespace {

using summary::Op;
using summary::OpKind;

constexpr std::uint64_t kOverlapMax = 50'000'000;  // functions x roots

bool is_spawned(const ThreadRoot& root) { return root.spawn != nullptr; }

// Handlers of signals and of exit run in threads that are there already.
bool begins_thread(const std::string& what) { return what != "signal" && what != "exit"; }

class Life {
 public:
  Life(Context& context, const std::vector<std::vector<FunctionId>>& calls,
       const std::vector<std::vector<std::uint32_t>>& spawned, Program::Overlap& out)
      : context_(context), program_(context.program), calls_(calls), spawned_(spawned), out_(out) {}

  void run(const ThreadRoot& root) {
    out_.anywhere = false;
    out_.whole.assign(program_.functions.size(), false);
    const Moment& moment = program_.functions[root.spawner].moments[root.begins];
    follow(root.spawner, root.begins, moment.object, root.ends, root.several);
  }

 private:
  // The thread begins at this moment of the function, or has begun when its call there returns.
  void follow(FunctionId id, std::size_t begins, const Path& handle, std::size_t ends,
              bool overlaps_next);
  void climb(FunctionId id, const Path& handle, bool again);
  void mark(FunctionId id);

  Context& context_;
  Program& program_;
  const std::vector<std::vector<FunctionId>>& calls_;
  const std::vector<std::vector<std::uint32_t>>& spawned_;  // by function: roots that begin there
  Program::Overlap& out_;
  std::set<std::pair<FunctionId, std::size_t>> seen_;
};

void Life::mark(FunctionId id) {
  std::vector<FunctionId> todo{id};
  while (!todo.empty()) {
    const FunctionId at = todo.back();
    todo.pop_back();
    if (out_.whole[at]) continue;
    out_.whole[at] = true;
    todo.insert(todo.end(), calls_[at].begin(), calls_[at].end());
  }
}

// By moment: can control come there from `begins`, and the thread not have been joined on the way?
// What stands in another branch is not after it.
std::vector<bool> moments_beside(const Linked& linked, std::size_t begins, const Path& handle) {
  const std::vector<Moment>& moments = linked.moments;
  std::vector<bool> joins(moments.size(), false);
  if (handle.root != Root::none) {
    for (const Join& join : find_joins(linked, begins, handle)) joins[join.at] = !join.of_some;
  }
  const std::vector<summary::Block>& blocks = linked.function->blocks;
  std::vector<std::size_t> first(blocks.size(), moments.size());
  for (std::size_t i = moments.size(); i-- > 0;) first[moments[i].block] = i;
  std::vector<bool> beside(moments.size(), false);
  std::vector<bool> seen(blocks.size(), false);
  std::vector<std::uint32_t> todo;
  const auto pass = [&](std::uint32_t block, std::size_t from) {
    for (std::size_t i = from; i < moments.size() && moments[i].block == block; ++i) {
      if (joins[i]) return;
      beside[i] = true;
    }
    for (const summary::Edge& edge : blocks[block].next) {
      if (edge.to >= blocks.size() || seen[edge.to]) continue;
      seen[edge.to] = true;
      todo.push_back(edge.to);
    }
  };
  pass(moments[begins].block, begins + 1);
  while (!todo.empty()) {
    const std::uint32_t block = todo.back();
    todo.pop_back();
    pass(block, first[block]);
  }
  return beside;
}

void Life::follow(FunctionId id, std::size_t begins, const Path& handle, std::size_t ends,
                  bool overlaps_next) {
  if (!seen_.emplace(id, begins).second) return;
  ++program_.work;
  const Linked& linked = program_.functions[id];
  std::size_t first = begins + 1;
  // In a loop the next round's beginning comes after this round's end.
  if (linked.moments[begins].op->looped && (overlaps_next || ends == SIZE_MAX)) {
    while (first > 0 && linked.moments[first - 1].op->looped) --first;
  }
  const std::size_t last = std::min(ends, linked.moments.size());
  const std::vector<bool> beside = moments_beside(linked, begins, handle);
  // The call in which it began goes on beside it; what in there does is asked of those functions.
  const bool began_in_call = linked.moments[begins].op->kind == OpKind::call;
  if (began_in_call) out_.spans[id].emplace_back(begins, begins + 1);
  for (std::size_t i = first; i < last; ++i) {
    if (!beside[i]) continue;
    out_.spans[id].emplace_back(i, i + 1);
    const Moment& moment = linked.moments[i];
    if (moment.op->kind != OpKind::call || i == begins) continue;
    for (const FunctionId target : moment.targets) mark(target);
  }
  for (const PassedCall& call : context_.passed[id]) {
    if (call.spawns) continue;
    const std::size_t at = moment_of(linked, call.op);
    if (at >= first && at < last && at != begins && beside[at]) mark(call.callee);
  }
  if (ends == SIZE_MAX) climb(id, handle, overlaps_next);
}

void Life::climb(FunctionId id, const Path& handle, bool again) {
  for (const FunctionId caller : program_.functions[id].callers) {
    const Linked& linked = program_.functions[caller];
    for (std::size_t at = 0; at < linked.moments.size(); ++at) {
      const Moment& moment = linked.moments[at];
      if (moment.op->kind != OpKind::call || !moment.reached) continue;
      if (!std::binary_search(moment.targets.begin(), moment.targets.end(), id)) continue;
      const auto stored = context_.namings.find(moment.op);
      const Naming naming =
          stored != context_.namings.end()
              ? stored->second
              : naming_at(*moment.op, *linked.function, *program_.functions[id].function, State{});
      const Path named = naming.object(handle);
      const auto join = named.root == Root::none ? std::nullopt : find_join(linked, at, named);
      follow(caller, at, named, join.value_or(SIZE_MAX), again);
    }
    for (const PassedCall& call : context_.passed[caller]) {
      if (call.callee != id || call.spawns) continue;
      follow(caller, moment_of(linked, call.op), {}, SIZE_MAX, again);
    }
  }
  // The function begins a thread itself: the spawner of that goes on beside both.
  for (const std::uint32_t number : spawned_[id]) {
    const ThreadRoot& parent = program_.roots[number];
    follow(parent.spawner, parent.begins, {}, SIZE_MAX, again || parent.several);
  }
}

// ---- questions ----------------------------------------------------------------------------------

// Can `at` of the function, in a thread above the root, run while the root is alive?
bool while_alive(const Program& program, std::uint32_t root, FunctionId id, const Op* at) {
  const Program::Overlap& overlap = program.overlaps[root];
  if (overlap.anywhere || overlap.whole[id]) return true;
  const auto spans = overlap.spans.find(id);
  if (spans == overlap.spans.end()) return false;
  if (at == nullptr) {
    return std::any_of(spans->second.begin(), spans->second.end(),
                       [](const auto& span) { return span.first < span.second; });
  }
  const std::size_t index = moment_of(program.functions[id], at);
  if (index == program.functions[id].moments.size()) return true;
  return std::any_of(spans->second.begin(), spans->second.end(),
                     [&](const auto& span) { return span.first <= index && index < span.second; });
}

// Is `above` a thread that spawned `root`, or one that spawned such a thread?
bool is_above(const Program& program, std::uint32_t above, std::uint32_t root) {
  std::vector<bool> seen(program.roots.size(), false);
  std::vector<std::uint32_t> todo{root};
  while (!todo.empty()) {
    const ThreadRoot& at = program.roots[todo.back()];
    todo.pop_back();
    if (!is_spawned(at)) continue;
    for (const std::uint32_t parent : program.functions[at.spawner].roots) {
      if (parent == above) return true;
      if (!seen[parent]) todo.push_back(parent);
      seen[parent] = true;
    }
  }
  return false;
}

bool of_one_program(const ThreadRoot& a, const ThreadRoot& b) {
  if (a.mains.empty() || b.mains.empty() || (a.of_users && b.of_users)) return true;
  return std::find_first_of(a.mains.begin(), a.mains.end(), b.mains.begin(), b.mains.end()) !=
         a.mains.end();
}

// The main that stands in the function's own file: then it is of that program only; roots.size():
// none.
std::uint32_t own_main(const Program& program, FunctionId id) {
  std::uint32_t root = 0;
  while (root < program.roots.size() &&
         !(program.roots[root].what == "main" &&
           program.functions[program.roots[root].function].unit == program.functions[id].unit)) {
    ++root;
  }
  return root;
}

// Can the thread be in the function, whatever leads to it through pointers?
bool can_be_in(const Program& program, std::uint32_t root, FunctionId id) {
  const std::uint32_t main = own_main(program, id);
  const std::vector<std::uint32_t>& mains = program.roots[root].mains;
  return main == program.roots.size() || mains.empty() ||
         std::find(mains.begin(), mains.end(), main) != mains.end();
}

// Can two of the kind be in the two functions at a time? Who stands beside a main is in that program.
bool meets_its_like(const Program& program, std::uint32_t root, FunctionId in_a, FunctionId in_b) {
  const ThreadRoot& thread = program.roots[root];
  if (!thread.several || thread.mains.empty()) return thread.several;
  const std::uint32_t of_a = own_main(program, in_a);
  const std::uint32_t of_b = own_main(program, in_b);
  const auto none = static_cast<std::uint32_t>(program.roots.size());
  if (of_a != none && of_b != none && of_a != of_b) return false;
  const std::uint32_t main = of_a != none ? of_a : of_b;
  return main == none ||
         std::binary_search(thread.several_in.begin(), thread.several_in.end(), main);
}

// Threads that one thread spawns, one after the other.
bool siblings_overlap(const Program& program, std::uint32_t a, std::uint32_t b) {
  const ThreadRoot& left = program.roots[a];
  const ThreadRoot& right = program.roots[b];
  const auto& left_roots = program.functions[left.spawner].roots;
  const bool one_thread = left_roots.size() == 1 && !program.roots[left_roots[0]].several &&
                          left_roots == program.functions[right.spawner].roots;
  if (!one_thread) return true;
  return while_alive(program, a, right.spawner, right.spawn) ||
         while_alive(program, b, left.spawner, left.spawn);
}

// Is `at` done before main, or what main calls, has begun any thread?
bool in_start_up(const Program& program, FunctionId id, const Op* at) {
  if (program.start_up.empty()) return false;
  if (program.start_up[id]) return true;
  const auto main = program.first_thread.find(id);
  return main != program.first_thread.end() && at != nullptr &&
         moment_of(program.functions[id], at) < main->second;
}

bool overlap(const Program& program, std::uint32_t a, FunctionId in_a, const Op* at_a,
             std::uint32_t b, FunctionId in_b, const Op* at_b) {
  const ThreadRoot& left = program.roots[a];
  const ThreadRoot& right = program.roots[b];
  if (left.what == "process" || right.what == "process") return false;
  if (a == b) return meets_its_like(program, a, in_a, in_b);
  if (left.what == "main" && right.what == "main") return false;
  if (left.what == "main" && in_start_up(program, in_a, at_a)) return false;
  if (right.what == "main" && in_start_up(program, in_b, at_b)) return false;
  // Users have programs of their own, and nothing in them that stands beside a main.
  if (left.what == "caller" || right.what == "caller") {
    const bool ours = own_main(program, in_a) != program.roots.size() ||
                      own_main(program, in_b) != program.roots.size();
    return !ours && left.what != "main" && right.what != "main";
  }
  if (!of_one_program(left, right)) return false;
  if (!can_be_in(program, a, in_a) || !can_be_in(program, a, in_b) ||
      !can_be_in(program, b, in_a) || !can_be_in(program, b, in_b)) {
    return false;
  }
  if (!in_one_phase(program, a, in_a, at_a, b, in_b, at_b)) return false;
  // Handlers of exit run in main, when it is done.
  if (left.what == "main" && right.what == "exit") return false;
  if (left.what == "exit" && right.what == "main") return false;
  if (is_spawned(right) && is_above(program, a, b)) {
    return left.several || while_alive(program, b, in_a, at_a);
  }
  if (is_spawned(left) && is_above(program, b, a)) {
    return right.several || while_alive(program, a, in_b, at_b);
  }
  return siblings_overlap(program, a, b);
}

}  // namespace

namespace {

using CallLists = std::vector<std::vector<FunctionId>>;

std::vector<bool> reached_from(const CallLists& calls, std::vector<FunctionId> todo) {
  std::vector<bool> reached(calls.size(), false);
  while (!todo.empty()) {
    const FunctionId at = todo.back();
    todo.pop_back();
    if (reached[at]) continue;
    reached[at] = true;
    todo.insert(todo.end(), calls[at].begin(), calls[at].end());
  }
  return reached;
}

// The functions below which some thread begins.
std::vector<bool> that_begin_threads(const Program& program, const CallLists& calls) {
  CallLists callers(calls.size());
  for (FunctionId id = 0; id < calls.size(); ++id) {
    for (const FunctionId callee : calls[id]) callers[callee].push_back(id);
  }
  std::vector<FunctionId> spawners;
  for (const ThreadRoot& root : program.roots) {
    if (is_spawned(root) && begins_thread(root.what)) spawners.push_back(root.spawner);
  }
  return reached_from(callers, spawners);
}

// The first moment at which the function, or what it calls, begins a thread; moments.size(): never.
std::size_t first_begin(const Linked& function, const std::vector<bool>& begins) {
  const auto first =
      std::find_if(function.moments.begin(), function.moments.end(), [&](const Moment& moment) {
        return (moment.op->kind == OpKind::spawn && begins_thread(moment.op->what)) ||
               std::any_of(moment.targets.begin(), moment.targets.end(),
                           [&](FunctionId target) { return begins[target]; });
      });
  return static_cast<std::size_t>(first - function.moments.begin());
}

// What only main does, before the first thread begins, is alone: of main itself, and of a function
// that main calls once, and nobody else, to begin it.
class StartUp {
 public:
  StartUp(Program& program, const CallLists& calls)
      : program_(program), calls_(calls), begins_(that_begin_threads(program, calls)) {}

  void find() {
    for (const ThreadRoot& root : program_.roots) {
      if (root.what != "main") {
        late_.push_back(root.function);
        continue;
      }
      // Where main begins none, nobody knows when they begin.
      if (begins_[root.function]) divide(root.function);
    }
    program_.start_up = reached_from(calls_, early_);
    const std::vector<bool> other = reached_from(calls_, late_);
    for (FunctionId id = 0; id < calls_.size(); ++id) {
      if (other[id]) program_.start_up[id] = false;
    }
  }

 private:
  void divide(FunctionId id) {
    const std::vector<Moment>& moments = program_.functions[id].moments;
    const std::size_t first = first_begin(program_.functions[id], begins_);
    if (first == moments.size() || !program_.first_thread.emplace(id, first).second) return;
    for (std::size_t at = 0; at < moments.size(); ++at) {
      if (at == first && only_here(id, moments[at])) {
        divide(moments[at].targets.front());
        continue;
      }
      std::vector<FunctionId>& part = at < first ? early_ : late_;
      part.insert(part.end(), moments[at].targets.begin(), moments[at].targets.end());
    }
  }
  bool only_here(FunctionId caller, const Moment& call) const {
    if (call.op->kind != OpKind::call || call.targets.size() != 1 || call.op->looped) return false;
    const std::vector<Moment>& moments = program_.functions[caller].moments;
    const auto times = std::count_if(moments.begin(), moments.end(), [&](const Moment& moment) {
      return moment.targets == call.targets;
    });
    return times == 1 && program_.functions[call.targets.front()].callers.size() == 1;
  }

  Program& program_;
  const CallLists& calls_;
  std::vector<bool> begins_;
  std::vector<FunctionId> early_;
  std::vector<FunctionId> late_;
};

}  // namespace

void find_overlaps(Context& context) {
  Program& program = context.program;
  program.overlaps.resize(program.roots.size());
  const std::uint64_t size = std::uint64_t{program.roots.size()} * program.functions.size();
  if (size > kOverlapMax) return;
  const CallLists calls = calls_of(context);
  StartUp(program, calls).find();
  std::vector<std::vector<std::uint32_t>> spawned(program.functions.size());
  for (std::uint32_t i = 0; i < program.roots.size(); ++i) {
    if (is_spawned(program.roots[i])) spawned[program.roots[i].function].push_back(i);
  }
  for (std::uint32_t i = 0; i < program.roots.size(); ++i) {
    if (!is_spawned(program.roots[i])) continue;
    Life(context, calls, spawned, program.overlaps[i]).run(program.roots[i]);
  }
}

bool Program::parallel(FunctionId a, FunctionId b) const {
  return parallel(a, nullptr, b, nullptr);
}

bool Program::parallel(FunctionId a, const summary::Op* at_a, FunctionId b,
                       const summary::Op* at_b) const {
  const std::vector<std::uint32_t>& left = functions[a].roots;
  const std::vector<std::uint32_t>& right = functions[b].roots;
  if (left.empty() || right.empty()) return true;
  return std::any_of(left.begin(), left.end(), [&](std::uint32_t x) {
    return std::any_of(right.begin(), right.end(),
                       [&](std::uint32_t y) { return parallel_in(x, a, at_a, y, b, at_b); });
  });
}

bool Program::parallel_in(std::uint32_t root_a, FunctionId a, const summary::Op* at_a,
                          std::uint32_t root_b, FunctionId b, const summary::Op* at_b) const {
  return overlap(*this, root_a, a, at_a, root_b, b, at_b);
}

}  // namespace lockweave::analyzer::link
