// tools/lockweave/records/raw_findings.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A raw is a finding before anything is looked up: who did what, in ids of the records. Cycles of
// the lock-order graph and what the runtime concluded become raw_findings alike; from there on the
// pipeline treats them the same.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "model/finding.h"
#include "model/lock_order_graph.h"
#include "model/record_reader.h"

namespace lockweave::cli {

using model::Id;
using Records = std::span<const model::Record>;

struct ObjectRef {
  std::size_t record = 0;  // index into Records
  Id id = 0;
  friend auto operator<=>(const ObjectRef&, const ObjectRef&) = default;
};

struct RawStep {
  std::size_t record = 0;
  model::Step step;
};

struct RawFinding {
  std::string rule;
  std::string variant;
  model::How how = model::How::observed;
  bool certain = true;
  bool printed = false;  // its process has shown it already
  bool several_processes = false;
  bool declared = false;             // a cycle with an order the user declared
  std::vector<RawStep> steps;        // of a cycle: acquires, wants, acquires, wants...
  std::vector<ObjectRef> locks;      // in the order of the raw
  std::vector<std::size_t> records;  // that tell it, sorted
  model::LockOrderGraph::Filter filter = model::LockOrderGraph::Filter::none;
  ObjectRef gate;  // when filter == gate_lock
  // Objects of several processes that are one lock -> the one that gives the name.
  std::map<ObjectRef, ObjectRef> same;
};

// What the runtime concluded, one raw each.
std::vector<RawFinding> concluded_findings(Records records);

// An edge of a cycle, with the record its witness comes from.
struct CycleEdge {
  std::size_t record = 0;
  model::LockOrderGraph::Edge edge;  // held, wanted: objects of that record
};
// edges[i].wanted is the same lock as edges[i+1].held.
RawFinding cycle_finding(Records records, std::span<const CycleEdge> edges);

}  // namespace lockweave::cli
