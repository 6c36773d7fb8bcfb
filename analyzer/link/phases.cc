// analyzer/link/phases.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/phases.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "analyzer/link/premises.h"
#include "analyzer/link/roots.h"

namespace lockweave::analyzer::link {
namespace {

using summary::Op;
using summary::OpKind;

constexpr std::uint64_t kPhasesMax = 20'000'000;  // mains x roots x functions

using Known = std::unordered_map<FunctionId, std::vector<Premise>>;

bool contradict(const std::vector<Premise>& a, const std::vector<Premise>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const Premise& premise) { return contradicts_any(b, premise); });
}

std::vector<Premise> both(std::vector<Premise> known, const std::vector<Premise>& more) {
  for (const Premise& premise : more) suppose(known, premise);
  return known;
}

class Phases {
 public:
  explicit Phases(Context& context) : context_(context), program_(context.program) {}

  void find() {
    std::vector<std::uint32_t> mains;
    for (std::uint32_t root = 0; root < program_.roots.size(); ++root) {
      const bool divided = program_.first_thread.contains(program_.roots[root].function);
      if (program_.roots[root].what == "main" && divided) mains.push_back(root);
    }
    for (const std::uint32_t main : mains) {
      for (const FunctionId id : functions_of(main)) note_late_writes(id);
    }
    if (!keep_modes()) return;
    for (const std::uint32_t main : mains) {
      follow_program(main);
      for (auto& [root, known] : known_) program_.phases[{main, root}] = std::move(known);
    }
  }

 private:
  std::set<FunctionId> functions_of(std::uint32_t main) {
    considers_modes_ = false;
    follow_program(main);
    considers_modes_ = true;
    std::set<FunctionId> functions;
    for (const auto& [root, known] : known_) {
      for (const auto& [id, premises] : known) functions.insert(id);
    }
    return functions;
  }
  void note_late_writes(FunctionId id) {
    if (program_.start_up[id]) return;
    const std::vector<Moment>& moments = program_.functions[id].moments;
    const auto main = program_.first_thread.find(id);
    const std::size_t first = main == program_.first_thread.end() ? 0 : main->second;
    for (std::size_t at = first; at < moments.size(); ++at) {
      if (is_write(*moments[at].op)) late_.insert(name_of_mode(moments[at].op->object));
    }
  }
  // Leaves of what moments know what is known of modes. Is there anything?
  bool keep_modes() {
    bool any = false;
    for (Linked& linked : program_.functions) {
      for (Moment& moment : linked.moments) {
        std::erase_if(moment.modes, [&](const Premise& premise) {
          return late_.contains(name_of_mode(premise.subject));
        });
        any = any || !moment.modes.empty();
      }
    }
    return any;
  }
  // Whose member it is does not matter.
  static std::string name_of_mode(const Path& path) {
    const std::string& member = member_key(path);
    return member.empty() ? path.symbol : member;
  }

  void follow_program(std::uint32_t main) {
    known_.clear();
    begin(main, {});
    while (!todo_.empty()) {
      const auto [root, id] = *todo_.begin();
      todo_.erase(todo_.begin());
      follow(root, id);
    }
  }
  void begin(std::uint32_t root, const std::vector<Premise>& known) {
    reach(root, program_.roots[root].function, known);
  }
  void reach(std::uint32_t root, FunctionId id, const std::vector<Premise>& known) {
    const auto [at, fresh] = known_[root].try_emplace(id, known);
    if (fresh || keep_common(at->second, known)) todo_.emplace(root, id);
  }

  // What the thread does in the function, and which threads it begins there.
  void follow(std::uint32_t root, FunctionId id) {
    const std::vector<Premise> entry = known_[root].at(id);
    const Linked& function = program_.functions[id];
    for (const Moment& moment : function.moments) {
      const auto known = known_in(entry, moment);
      if (!moment.reached || !known) continue;
      if (moment.op->kind == OpKind::spawn) begin_threads(id, moment, *known);
      if (moment.op->kind != OpKind::call) continue;
      for (const FunctionId target : moment.targets) reach(root, target, *known);
    }
    for (const PassedCall& call : context_.passed[id]) {
      const std::size_t at = moment_of(function, call.op);
      if (call.spawns || at == function.moments.size()) continue;
      if (const auto known = known_in(entry, function.moments[at])) {
        reach(root, call.callee, *known);
      }
    }
  }
  // None: what is known on entry keeps the thread from the moment.
  std::optional<std::vector<Premise>> known_in(const std::vector<Premise>& entry,
                                               const Moment& moment) const {
    if (!considers_modes_) return entry;
    if (contradict(entry, moment.modes)) return std::nullopt;
    return both(entry, moment.modes);
  }
  void begin_threads(FunctionId spawner, const Moment& spawn, const std::vector<Premise>& known) {
    for (std::uint32_t root = 0; root < program_.roots.size(); ++root) {
      if (program_.roots[root].spawner == spawner && program_.roots[root].spawn == spawn.op) {
        begin(root, known);
      }
    }
  }

  Context& context_;
  Program& program_;
  bool considers_modes_ = true;
  std::set<std::string> late_;            // names of what is written beside threads
  std::map<std::uint32_t, Known> known_;  // of the program at hand, by root
  std::set<std::pair<std::uint32_t, FunctionId>> todo_;
};

// What is known at the place; none: the thread does not come there.
std::optional<std::vector<Premise>> known_at(const Program& program, std::uint32_t main,
                                             std::uint32_t root, FunctionId id, const Op* at) {
  const auto phase = program.phases.find({main, root});
  if (phase == program.phases.end()) return std::vector<Premise>{};
  const auto known = phase->second.find(id);
  if (known == phase->second.end()) return std::nullopt;
  const Linked& function = program.functions[id];
  const std::size_t index = at == nullptr ? function.moments.size() : moment_of(function, at);
  if (index == function.moments.size()) return known->second;
  const std::vector<Premise>& modes = function.moments[index].modes;
  if (contradict(known->second, modes)) return std::nullopt;
  return both(known->second, modes);
}

bool belongs_to_users(const ThreadRoot& root) { return root.mains.empty() || root.of_users; }

}  // namespace

void find_phases(Context& context) {
  Program& program = context.program;
  const auto mains = static_cast<std::uint64_t>(
      std::count_if(program.roots.begin(), program.roots.end(),
                    [](const ThreadRoot& root) { return root.what == "main"; }));
  const bool too_many = mains * program.roots.size() * program.functions.size() > kPhasesMax;
  if (program.start_up.empty() || too_many) return;
  Phases(context).find();
}

bool in_one_phase(const Program& program, std::uint32_t root_a, FunctionId a, const Op* at_a,
                  std::uint32_t root_b, FunctionId b, const Op* at_b) {
  if (program.phases.empty()) return true;
  const auto belongs = [&](std::uint32_t main, std::uint32_t root) {
    const std::vector<std::uint32_t>& mains = program.roots[root].mains;
    return mains.empty() || std::binary_search(mains.begin(), mains.end(), main);
  };
  // Users have modes of their own.
  if (belongs_to_users(program.roots[root_a]) && belongs_to_users(program.roots[root_b])) {
    return true;
  }
  bool any = false;
  for (std::uint32_t main = 0; main < program.roots.size(); ++main) {
    if (program.roots[main].what != "main") continue;
    if (!belongs(main, root_a) || !belongs(main, root_b)) continue;
    any = true;
    const auto of_a = known_at(program, main, root_a, a, at_a);
    const auto of_b = known_at(program, main, root_b, b, at_b);
    if (of_a && of_b && !contradict(*of_a, *of_b)) return true;
  }
  return !any;
}

}  // namespace lockweave::analyzer::link
