// analyzer/rules/lock_graph_input.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the program to model::LockOrderGraph: which lock is wanted while which is held, and by whom.
//
// A pair is born in the function where held and wanted meet, and named where its callers name it
// best (contexts.h). Nodes: a variable or a member of one is a node of its own; what nobody can name
// is its class, `Account::mu`, and stands for each known object of the class as well (at most
// kInstancesMax of them; if there are more, all of them are the class). So is what is reached through
// a pointer in another object: `session.server->mu` is `Server::mu`.
// Pairs of one class node with itself are not for the graph: they are `twins`.
//
// Thread-safety: built once, then immutable.
// Cost: linear in wants times locks held, times contexts (at most 32 each).
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/rules/contexts.h"
#include "model/lock_order_graph.h"

namespace lockweave::analyzer::rules {

inline constexpr std::size_t kInstancesMax = 8;
inline constexpr std::size_t kWitnessesMax = 16;  // of one pair of nodes

struct LockPair {
  Held held;  // as context.top names it
  link::Path wanted;
  summary::Mode mode = summary::Mode::exclusive;  // of the wanted one
  std::vector<Held> gates;                        // held for certain besides
  Context context;                                // trace: to the wanted acquisition
  bool bound = true;  // false: a parameter that nobody binds, not even its class is known
};

// Pairs in the program, without those that never wait: tried ones, those taken all at once.
std::vector<LockPair> lock_pairs(const CallSites& sites);

// A pair as an edge between two nodes. What was a class may have become an object of it.
struct LockEdge {
  const LockPair* pair = nullptr;
  model::Id held = 0;  // nodes
  model::Id wanted = 0;
  std::vector<std::pair<model::Id, summary::Mode>> gates;
  bool exact = true;  // both are the objects that the program names
};

class LockGraphInput {
 public:
  explicit LockGraphInput(std::vector<LockPair> pairs);
  LockGraphInput(const LockGraphInput&) = delete;
  LockGraphInput& operator=(const LockGraphInput&) = delete;

  // Every edge as acquisitions and observations. The wanted acquisition's id is edge_of's key.
  void feed(model::LockOrderGraph& graph, const Program& program) const;
  // Witnesses of a pair of nodes.
  const std::vector<LockEdge>& edges(model::Id held, model::Id wanted) const;
  const std::string& name(model::Id node) const { return names_.at(node - 1); }
  // Pairs of two objects of one class of which nobody can say which they are.
  const std::vector<const LockPair*>& twins() const { return twins_; }

 private:
  using Nodes = std::vector<std::pair<model::Id, link::Path>>;

  void collect_instances();
  bool folded(const std::string& of_class) const;
  model::Id node(const link::Path& path);
  Nodes nodes_for(const link::Path& path);
  void add(const LockPair& pair);
  void add_edge(const LockPair& pair, const std::pair<model::Id, link::Path>& held,
                const std::pair<model::Id, link::Path>& wanted);

  std::vector<LockPair> pairs_;
  std::map<std::string, std::map<std::string, link::Path>> instances_;  // by class, by object
  std::map<std::string, model::Id> ids_;
  std::vector<std::string> names_;
  std::map<std::pair<model::Id, model::Id>, std::vector<LockEdge>> edges_;
  std::vector<const LockPair*> twins_;
};

}  // namespace lockweave::analyzer::rules
