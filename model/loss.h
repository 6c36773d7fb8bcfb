// model/loss.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every kind of thing that an observed process can lose: what a bound cut off, or what it had no memory
// or no disk for. The one list: the runtime counts by kind (runtime/core/base/lost.h), the record
// names the kind (Lost in record.h), the command says what follows (records/losses.h).
//
// Constant data, no code that needs a library: also compiled into the runtime.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

namespace lockweave::model {

enum class Loss : std::uint8_t {
  observations,   // who did a nesting, between the first and the last ones that are kept
  record_lines,   // lines that could not be written
  findings,       // the same, of a finding
  objects,        // locks and other things waited for that could not be kept apart
  acquisitions,   // nestings that were not kept
  stacks,         // call stacks that were not kept
  threads,        // threads that are not followed
  held_locks,     // acquisitions that were not put on their thread's list
  names,          // names that the program gave
  joins,          // who joined whom
  orders,         // orders that the program declared
  permits,        // who holds permits of a semaphore, or values of a queue
  notifications,  // notifications that the runtime could not keep
  waits,          // waits not published or not judged, and deeds of a thread that may end one
  steps,          // steps of a finding
  accesses,       // accesses to memory that were forgotten, or not looked at
  variables,      // watched variables that are not followed, or no longer
  clock_entries,  // what orders threads, in the race detector
  modules,        // binaries without a place in the list: their addresses stay numbers
  frees,          // memory given back unseen: old objects may live on in it
  signals,        // what happened in signal handlers that interrupted the runtime
  children,       // programs that a process started and nobody watches
  processes,      // forked children that could not make a record
};
inline constexpr std::string_view kLossNames[] = {
    "observations",  "record-lines", "findings", "objects",  "acquisitions", "stacks",
    "threads",       "held-locks",   "names",    "joins",    "orders",       "permits",
    "notifications", "waits",        "steps",    "accesses", "variables",    "clock-entries",
    "modules",       "frees",        "signals",  "children", "processes",
};
inline constexpr std::size_t kLossKinds = std::size(kLossNames);
static_assert(kLossKinds == static_cast<std::size_t>(Loss::processes) + 1);

// As the record spells it.
constexpr std::string_view to_string(Loss kind) {
  return kLossNames[static_cast<std::size_t>(kind)];
}
constexpr std::optional<Loss> loss_from(std::string_view name) {
  for (std::size_t i = 0; i < kLossKinds; ++i) {
    if (kLossNames[i] == name) return static_cast<Loss>(i);
  }
  return std::nullopt;
}

}  // namespace lockweave::model
