// tools/lockweave/records/decided_waits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/decided_waits.h"

#include <algorithm>
#include <span>

#include "tools/lockweave/records/lock_wrappers.h"

namespace lockweave::cli {
namespace {

using Sites = std::span<const model::Site>;

bool same_line(const model::Site& a, const model::Site& b) {
  return a.line != 0 && a.line == b.line && a.column == b.column && a.file == b.file &&
         a.function == b.function;
}

// From the lock's call out to the function that waits later; empty: not known.
Sites door_of(const RawStep& wait, Id lock, SymbolizedRecords& symbolized) {
  const model::Record& record = symbolized.record(wait.record);
  Id held = wait.step.held;
  while (held != 0 && record.acquisition(held).object != lock) {
    held = record.acquisition(held).outer;
  }
  if (held == 0) return {};
  const Sites taken = symbolized.stack({wait.record, record.acquisition(held).stack});
  const Sites waits = symbolized.stack({wait.record, wait.step.stack});
  return taken.first(std::min(taken.size(), returned_frames(taken, waits) + 1));
}

bool is_at(Sites door, const RawStep& taking, SymbolizedRecords& symbolized) {
  const Sites taken = symbolized.stack({taking.record, taking.step.stack});
  return !door.empty() && taken.size() >= door.size() &&
         std::equal(door.begin(), door.end(), taken.begin(), same_line);
}

bool is_to_judge(const RawFinding& raw) {
  return raw.rule == "blocking-under-lock" && (raw.variant == "decided" || raw.variant == "room") &&
         raw.steps.size() > 1;
}

// Makes it an ordinary finding; false: it is none.
bool stands(RawFinding& raw, SymbolizedRecords& symbolized) {
  const Sites door = door_of(raw.steps.front(), raw.steps[1].step.object, symbolized);
  const auto at_door = [&](const RawStep& taking) { return is_at(door, taking, symbolized); };
  const auto takings = raw.steps.begin() + 1;
  const auto other = std::find_if_not(takings, raw.steps.end(), at_door);
  if (other == raw.steps.end()) return false;
  if (raw.variant == "room" && std::any_of(takings, raw.steps.end(), at_door)) return false;
  std::iter_swap(takings, other);
  raw.steps.resize(2);
  raw.variant = "post";
  return true;
}

}  // namespace

void judge_decided_waits(std::vector<RawFinding>& raw_findings, SymbolizedRecords& symbolized) {
  std::set<StackRef> stacks;
  for (const RawFinding& raw : raw_findings) {
    if (is_to_judge(raw)) symbolized.collect(raw, stacks);
  }
  symbolized.prefetch(stacks);
  std::erase_if(raw_findings,
                [&](RawFinding& raw) { return is_to_judge(raw) && !stands(raw, symbolized); });
}

}  // namespace lockweave::cli
