// analyzer/link/components.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/components.h"

#include <algorithm>

namespace lockweave::analyzer::link {
namespace {

using Graph = std::vector<std::vector<FunctionId>>;

std::vector<FunctionId> all_called(const Program& program, const Calls& calls, FunctionId id) {
  std::vector<FunctionId> called;
  for (const summary::Block& block : program.functions[id].function->blocks) {
    for (const summary::Op& op : block.ops) {
      const std::vector<FunctionId> by_op = called_by(calls, id, op);
      called.insert(called.end(), by_op.begin(), by_op.end());
    }
  }
  std::sort(called.begin(), called.end());
  called.erase(std::unique(called.begin(), called.end()), called.end());
  return called;
}

// Tarjan's algorithm without recursion: call chains can be long.
class Search {
 public:
  Search(const Graph& graph, Components& out) : graph_(graph), out_(out) {
    index_.assign(graph.size(), 0);
    low_.assign(graph.size(), 0);
    on_stack_.assign(graph.size(), false);
    out_.of.assign(graph.size(), 0);
  }

  void run() {
    for (FunctionId id = 0; id < graph_.size(); ++id) {
      if (index_[id] == 0) from(id);
    }
  }

 private:
  struct Frame {
    FunctionId id;
    std::size_t next;
  };

  void enter(FunctionId id) {
    index_[id] = low_[id] = ++count_;
    stack_.push_back(id);
    on_stack_[id] = true;
    frames_.push_back({id, 0});
  }

  void from(FunctionId start) {
    enter(start);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const FunctionId id = frame.id;
      if (frame.next < graph_[id].size()) {
        const FunctionId to = graph_[id][frame.next++];
        if (index_[to] == 0) {
          enter(to);
        } else if (on_stack_[to]) {
          low_[id] = std::min(low_[id], index_[to]);
        }
        continue;
      }
      frames_.pop_back();
      if (!frames_.empty()) low_[frames_.back().id] = std::min(low_[frames_.back().id], low_[id]);
      if (low_[id] == index_[id]) close(id);
    }
  }

  void close(FunctionId id) {
    std::vector<FunctionId> members;
    FunctionId member;
    do {
      member = stack_.back();
      stack_.pop_back();
      on_stack_[member] = false;
      out_.of[member] = static_cast<std::uint32_t>(out_.members.size());
      members.push_back(member);
    } while (member != id);
    std::sort(members.begin(), members.end());
    out_.recursive.push_back(members.size() > 1 ||
                             std::binary_search(graph_[id].begin(), graph_[id].end(), id));
    out_.members.push_back(std::move(members));
  }

  const Graph& graph_;
  Components& out_;
  std::vector<std::uint32_t> index_;
  std::vector<std::uint32_t> low_;
  std::vector<bool> on_stack_;
  std::vector<FunctionId> stack_;
  std::vector<Frame> frames_;
  std::uint32_t count_ = 0;
};

}  // namespace

std::vector<FunctionId> called_by(const Calls& calls, FunctionId caller, const summary::Op& op) {
  if (op.kind != summary::OpKind::call) return {};
  std::vector<FunctionId> called = calls.of(op).targets;
  for (const summary::Argument& argument : op.arguments) {
    if (argument.function.empty()) continue;
    const FunctionId passed = calls.find(caller, argument.function);
    if (passed != FunctionNames::kNone) called.push_back(passed);
  }
  return called;
}

Components find_components(const Program& program, const Calls& calls) {
  Graph graph(program.functions.size());
  for (FunctionId id = 0; id < graph.size(); ++id) graph[id] = all_called(program, calls, id);
  Components components;
  Search(graph, components).run();
  components.called = std::move(graph);
  return components;
}

}  // namespace lockweave::analyzer::link
