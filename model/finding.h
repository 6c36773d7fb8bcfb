// model/finding.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A finding: one bug as it is told to a person, in the same form whichever half found it.
// Detectors and rules make findings, renderers only print them; no renderer decides anything.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/record.h"

namespace lockweave::model {

enum class Level : std::uint8_t { note, warning, error };
enum class How : std::uint8_t { observed, predicted, static_analysis, confirmed };
enum class Confidence : std::uint8_t { low, medium, high };

// A place in source, or, where there are no symbols, in a binary.
struct Site {
  std::string function;      // as the symboliser spells it; empty if unknown
  std::string file;          // absolute path; empty if unknown
  std::uint32_t line = 0;    // 1-based; 0 if unknown
  std::uint32_t column = 0;  // 1-based; 0 if unknown
  bool inlined = false;      // inlined into the next outer site
  std::string module;        // path of the binary
  std::uint64_t offset = 0;  // return address - load bias; 0 for static sites
  friend bool operator==(const Site&, const Site&) = default;
};

// A lock held at some step, and where this thread took it.
struct HeldLock {
  std::string lock;
  Mode mode = Mode::exclusive;
  std::vector<Site> stack;  // innermost first; lock wrappers removed
};

// Who keeps a thread from what it wants: whoever holds it; the thread itself, which holds it already; or
// who holds nothing yet, but waits for it ahead in line, as a writer does that lets no reader pass.
enum class Other : std::uint8_t { holder, itself, ahead };

// One thing a thread does. With an action it is told by what follows that, and renderers choose the
// words; without one by `text`, for what no action names. Nothing is decided on the text.
struct FlowStep {
  std::string text{};            // "starts a thread in `worker_`"; empty where there is an action
  std::vector<Site> stack{};     // innermost first; lock wrappers removed
  std::vector<HeldLock> held{};  // in the order they were taken
  std::optional<Action> action{};
  ObjectKind kind = ObjectKind::mutex;  // of the object
  Mode mode = Mode::exclusive;
  std::string object{};            // name; empty if there is none
  std::string other{};             // the thread joined or created, or who keeps the object from it
  Other other_is = Other::holder;  // of what is wanted
  std::uint64_t count = 1;         // of permits, of values
};

// One thread's part of the story, its steps in order.
struct Flow {
  std::string thread;         // "main thread", "thread 0.1 \"flusher\""
  std::string process;        // empty when all flows are of one process
  std::vector<Site> created;  // where the thread was created; empty for the main thread
  std::vector<FlowStep> steps;
};

struct Finding {
  std::string rule;  // id of rule_catalog.h
  Level level = Level::error;
  How how = How::observed;
  Confidence confidence = Confidence::high;
  std::string message;             // one sentence: the scenario
  std::string hint;                // what to do
  Site place;                      // the line to look at first; file empty if unknown
  std::vector<std::string> locks;  // names, in the order of the story
  std::vector<Flow> flows;
  std::string fingerprint;            // fingerprint.h
  std::vector<std::string> accesses;  // of a finding about a variable: access_keys of fingerprint.h
  std::vector<std::string> seen_in;   // programs (base names) whose records report it, sorted
};

std::string_view to_string(Level level);
std::string_view to_string(How how);
std::string_view to_string(Confidence confidence);

}  // namespace lockweave::model
