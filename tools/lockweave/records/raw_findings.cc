// tools/lockweave/records/raw_findings.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/raw_findings.h"

#include <algorithm>
#include <set>

namespace lockweave::cli {
namespace {

void add_lock(RawFinding& raw, const model::Record& record, ObjectRef object,
              std::set<ObjectRef>& added) {
  if (object.id == 0) return;
  const model::ObjectKind kind = record.object(object.id).kind;
  if (kind == model::ObjectKind::thread || kind == model::ObjectKind::variable) return;
  if (added.insert(object).second) raw.locks.push_back(object);
}

RawStep acquisition_step(const model::Record& record, std::size_t index, Id acquisition, Id thread,
                         model::Action action) {
  const model::Acquisition& taken = record.acquisition(acquisition);
  model::Step step;
  step.thread = thread;
  step.action = action;
  step.object = taken.object;
  step.mode = taken.mode;
  step.held = taken.outer;
  step.stack = taken.stack;
  return {index, step};
}

}  // namespace

std::vector<RawFinding> concluded_findings(Records records) {
  std::vector<RawFinding> raw_findings;
  for (std::size_t index = 0; index < records.size(); ++index) {
    for (const model::RawFinding& written : records[index].findings) {
      RawFinding raw;
      std::set<ObjectRef> added;
      raw.rule = written.rule;
      raw.variant = written.variant;
      raw.certain = written.certain;
      raw.printed = written.printed;
      raw.records = {index};
      add_lock(raw, records[index], {index, written.object}, added);
      for (const model::Step& step : written.steps) {
        raw.steps.push_back({index, step});
        add_lock(raw, records[index], {index, step.object}, added);
      }
      raw_findings.push_back(std::move(raw));
    }
  }
  return raw_findings;
}

RawFinding cycle_finding(Records records, std::span<const CycleEdge> edges) {
  RawFinding raw;
  raw.rule = "lock-order-cycle";
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const CycleEdge& at = edges[i];
    const CycleEdge& next = edges[(i + 1) % edges.size()];
    const ObjectRef wanted{at.record, at.edge.wanted};
    const ObjectRef held_next{next.record, next.edge.held};
    if (wanted != held_next) raw.same[wanted] = held_next;
    const model::Record& record = records[at.record];
    raw.locks.push_back({at.record, at.edge.held});
    if (std::find(raw.records.begin(), raw.records.end(), at.record) == raw.records.end()) {
      raw.records.push_back(at.record);
    }
    if (at.edge.declared) {
      raw.declared = true;
      continue;
    }
    raw.steps.push_back(acquisition_step(record, at.record, at.edge.held_at, at.edge.thread,
                                         model::Action::acquires));
    raw.steps.push_back(acquisition_step(record, at.record, at.edge.wanted_at, at.edge.thread,
                                         model::Action::wants));
  }
  std::sort(raw.records.begin(), raw.records.end());
  raw.several_processes = raw.records.size() > 1;
  if (raw.several_processes) raw.how = model::How::predicted;
  return raw;
}

}  // namespace lockweave::cli
