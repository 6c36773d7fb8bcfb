// report/messages.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The words: one sentence that tells the scenario, and one that says what to do, per rule and
// variant. Every sentence of a finding that a rule has is here, so that they keep one voice:
// plain, names in backticks, no capital at the start, no full stop.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"
#include "model/record.h"

namespace lockweave::cli {

struct MessageStep {
  std::string thread;  // "main thread"
  model::Action action = model::Action::wants;
  model::ObjectKind kind = model::ObjectKind::mutex;
  model::Mode mode = model::Mode::exclusive;
  std::uint64_t count = 1;          // of permits, of values
  std::string object{};             // name, without backticks; empty if there is none
  std::string other{};              // the thread joined, or the owner; may be empty
  std::vector<std::string> held{};  // names of what the thread holds, innermost last
};

struct MessageInput {
  std::string_view rule;
  std::string_view variant;
  bool declared = false;
  bool several_processes = false;
  std::vector<MessageStep> steps;
  std::vector<std::string> locks;
};

struct Message {
  std::string message;
  std::string hint;
};

Message message_for(const MessageInput& input);

// One step by itself: "wants `b.mu`", "joins thread 0.1".
std::string step_text(const MessageStep& step);
// The same of a finding's step, with who holds what it wants: "wants `b.mu`, held by thread 0.1".
std::string step_words(const model::FlowStep& step);

}  // namespace lockweave::cli
