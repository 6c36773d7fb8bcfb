// runtime/core/state/observations.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/state/table_parts.h"

namespace lockweave::core {
namespace {

RawLock& stripe_of(const Acquisition& node) {
  return tables::acquisitions.stripes[node.id % tables::kStripes];
}

// The node's stripe is held.
void note_late(Acquisition& node, Id thread, std::uint32_t segment) {
  if (node.late == nullptr) node.late = arena.make<LateObservations>();
  if (node.late == nullptr) {
    count_lost(Loss::observations);
    return;
  }
  LateObservations& late = *node.late;
  const std::uint64_t kept = late.count < kObservationsMax ? late.count : kObservationsMax;
  for (std::uint64_t i = 0; i < kept; ++i) {
    if (late.at[i].thread == thread && late.at[i].segment == segment) return;
  }
  if (kept == kObservationsMax) count_lost(Loss::observations);
  late.at[late.count++ % kObservationsMax] = {thread, segment};
}

}  // namespace

void for_each_late_observation(Acquisition& node, ObservationVisitor visit, void* context) {
  LateObservations late;
  {
    RawGuard stripe(stripe_of(node));
    if (node.late == nullptr) return;
    late = *node.late;
  }
  for (std::uint64_t i = 0; i < late.count && i < kObservationsMax; ++i) {
    visit(context, node, late.at[i].thread, late.at[i].segment);
  }
}

Observation add_observation(Acquisition& node, Id thread, std::uint32_t segment) {
  RawGuard stripe(stripe_of(node));
  for (ObservationChunk* chunk = node.observations; chunk != nullptr; chunk = chunk->next) {
    for (std::uint32_t i = 0; i < chunk->count; ++i) {
      if (chunk->at[i].thread == thread && chunk->at[i].segment == segment)
        return Observation::known;
    }
  }
  if (node.observation_count == kObservationsMax) {
    note_late(node, thread, segment);
    return Observation::late;
  }
  ObservationChunk* chunk = node.observations;
  if (chunk == nullptr || chunk->count == ObservationChunk::kMax) {
    chunk = arena.make<ObservationChunk>();
    if (chunk != nullptr) chunk->next = node.observations;
    if (chunk != nullptr) node.observations = chunk;
  }
  if (chunk == nullptr) {
    count_lost(Loss::observations);
    return Observation::known;
  }
  chunk->at[chunk->count++] = {thread, segment};
  ++node.observation_count;
  return Observation::early;
}

}  // namespace lockweave::core
