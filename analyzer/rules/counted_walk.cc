// analyzer/rules/counted_walk.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/counted_walk.h"

#include <set>
#include <vector>

namespace lockweave::analyzer::rules {
namespace {

constexpr std::size_t kOperationsMax = 1000;
constexpr std::size_t kCallsMax = 16;

class Walk {
 public:
  Walk(const Program& program, const StraightVisitor& visit) : program_(program), visit_(visit) {}

  // false: the walk is over.
  bool through(FunctionId id) {
    const Linked& function = program_.functions[id];
    const auto& blocks = function.function->blocks;
    std::set<std::uint32_t> seen;
    for (std::uint32_t block = 0; blocks.size() > 1 && block != 1;) {
      if (!seen.insert(block).second) return false;  // a loop
      for (const Moment& moment : function.moments) {
        if (moment.block == block && !at(id, moment)) return false;
      }
      const summary::Edge* only = nullptr;
      for (const summary::Edge& edge : blocks[block].next) {
        if (edge.thrown) continue;
        if (only != nullptr) return false;  // a branch
        only = &edge;
      }
      if (only == nullptr) return false;
      block = only->to;
    }
    return true;
  }

 private:
  bool at(FunctionId id, const Moment& moment) {
    if (++operations_ > kOperationsMax || moment.op->kind == OpKind::spawn) return false;
    Path object = moment.object;
    Trace trace = trace_of(id, moment.op);
    for (auto site = way_.rbegin(); site != way_.rend(); ++site) {
      object = named_by_caller(program_, *site, object);
      trace = trace_of(site->caller, site->moment->op, trace);
    }
    if (!visit_(*moment.op, object, trace)) return false;
    if (moment.op->kind != OpKind::call || moment.targets.empty()) return true;
    if (moment.targets.size() != 1 || moment.open || way_.size() >= kCallsMax) return false;
    way_.push_back({id, &moment, std::nullopt});
    const bool on = through(moment.targets.front());
    way_.pop_back();
    return on;
  }

  const Program& program_;
  const StraightVisitor& visit_;
  std::vector<CallSite> way_;
  std::size_t operations_ = 0;
};

}  // namespace

void walk_straight(const Program& program, FunctionId main, const StraightVisitor& visit) {
  Walk(program, visit).through(main);
}

}  // namespace lockweave::analyzer::rules
