// tests/fuzz/use_record.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads any bytes as a record and then does with it what the tools do: follows every reference,
// writes it again, searches its lock-order graph. For both fuzzers.
#pragma once

#include <string>

#include "model/fingerprint.h"
#include "model/lock_order_graph.h"
#include "model/record_reader.h"

namespace lockweave::model::fuzz {

class CountingSink final : public LineSink {
 public:
  void append(std::string_view text) override { bytes += text.size(); }
  void end_line() override { ++bytes; }
  std::size_t bytes = 0;
};

class CountingVisitor final : public LockOrderGraph::Visitor {
 public:
  void on_cycle(const LockOrderGraph::Cycle& cycle) override { edges += cycle.edges.size(); }
  std::size_t edges = 0;
};

inline std::size_t write_all(const Record& record) {
  CountingSink sink;
  write_entry(sink, record.header);
  for (const Module& entry : record.modules) write_entry(sink, entry);
  for (const Stack& entry : record.stacks) write_entry(sink, entry);
  for (const Thread& entry : record.threads) write_entry(sink, entry);
  for (const Object& entry : record.objects) write_entry(sink, entry);
  for (const RawFinding& entry : record.findings) write_entry(sink, entry);
  return sink.bytes;
}

// The graph is for dense ids; what is not dense is left out.
inline std::size_t search(const Record& record) {
  constexpr Id kIdMax = 10000;
  LockOrderGraph graph(heap_resource());
  for (const Thread& entry : record.threads) {
    if (entry.id <= kIdMax) graph.add_thread(entry.id, entry.parent, entry.parent_segment);
  }
  for (const Acquisition& entry : record.acquisitions) {
    if (entry.id > kIdMax || entry.object > kIdMax) continue;
    graph.add_acquisition(entry.id, entry.outer, entry.object, entry.mode, entry.trial);
  }
  for (const Observation& entry : record.observations) {
    if (entry.thread <= kIdMax)
      graph.add_observation(entry.acquisition, entry.thread, entry.segment);
  }
  CountingVisitor visitor;
  graph.find_cycles(visitor);
  return visitor.edges;
}

// Every reference leads to an entry: the sum of ids found equals the sum of ids named.
inline bool references_hold(const Record& record) {
  bool hold = true;
  for (const Acquisition& entry : record.acquisitions) {
    hold = hold && record.object(entry.object).id == entry.object &&
           record.acquisition(entry.outer).id == entry.outer &&
           record.stack(entry.stack).id == entry.stack;
  }
  for (const Thread& entry : record.threads) {
    hold = hold && record.thread(entry.parent).id == entry.parent;
  }
  for (const Stack& entry : record.stacks) {
    for (const Frame& frame : entry.frames) {
      hold = hold && record.module(frame.module).id == frame.module;
    }
  }
  return hold;
}

// false: the reader let something pass that it promises to refuse.
inline bool use_record(std::string_view text) {
  ReadError error;
  Record partial;
  const std::optional<Record> record = read_record_text(text, "fuzz", error, &partial);
  if (!record && (error.message.empty() || error.remedy.empty())) return false;
  const Record& used = record ? *record : partial;
  for (const Object& entry : used.objects) (void)plain_function_name(entry.name);
  return write_all(used) + search(used) != 0 && references_hold(used);
}

}  // namespace lockweave::model::fuzz
