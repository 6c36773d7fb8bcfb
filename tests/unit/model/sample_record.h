// tests/unit/model/sample_record.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes entries to a string and reads them back; and a record that has every kind of entry once or more.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "model/record.h"
#include "model/record_reader.h"

namespace lockweave::model::testing {

class StringSink final : public LineSink {
 public:
  void append(std::string_view text) override { text_ += text; }
  void end_line() override { text_ += '\n'; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

template <typename... Entries>
std::string lines_of(const Entries&... entries) {
  StringSink sink;
  (write_entry(sink, entries), ...);
  return sink.text();
}

inline Record read(const std::string& text) {
  ReadError error;
  std::optional<Record> record = read_record_text(text, "run.jsonl", error);
  EXPECT_TRUE(record) << error.line << ": " << error.message << "\n" << text;
  return record ? std::move(*record) : Record();
}

inline std::string header_line() {
  return lines_of(Header{.tool = "1.0", .pid = 7, .exe = "/bin/p"});
}

inline std::string sample_record() {
  static constexpr std::string_view kArgs[] = {"p", "-v", "\xC3\xA4 \"b\"\n"};
  static constexpr Frame kFrames[] = {{1, 0x1139}, {0, 0xFFFFFFFFFFFFFFFF}};
  static constexpr Step kSteps[] = {
      {.thread = 1,
       .action = Action::waits,
       .object = 1,
       .mode = Mode::shared,
       .other = 2,
       .held = 1,
       .stack = 1},
      {.thread = 2, .action = Action::forks},
  };
  return lines_of(
      Header{.tool = "0.1.0", .pid = 4711, .ppid = 1, .root = true, .exe = "/bin/p", .args = kArgs},
      Module{.id = 1, .path = "/bin/p", .build_id = "c0ffee"}, Stack{.id = 1, .frames = kFrames},
      Thread{.id = 1, .tid = 4711, .label = "0"},
      Thread{.id = 2, .parent = 1, .parent_segment = 3, .label = "0.1", .name = "w", .stack = 1},
      Object{.id = 1,
             .kind = ObjectKind::rwlock,
             .address = 0x7FFE12345678,
             .generation = 2,
             .process_shared = true,
             .not_a_lock = true,
             .shared = {25, 7, 4096},
             .in_module = {1, 64},
             .on_stack_of = 2,
             .name = "table",
             .first = 1,
             .ordinal = 5},
      Object{.id = 2}, Order{.before = 1, .after = 2},
      Acquisition{.id = 1, .object = 1, .mode = Mode::shared, .stack = 1},
      Acquisition{.id = 2, .outer = 1, .object = 2, .trial = true},
      Observation{.acquisition = 2, .thread = 2, .segment = 1},
      Join{.thread = 2, .by = 1, .segment = 4}, ThreadEnd{.thread = 2, .segment = 1},
      RawFinding{.rule = "deadlock",
                 .variant = "self",
                 .certain = false,
                 .printed = true,
                 .object = 1,
                 .steps = kSteps},
      Lost{.what = "stacks", .count = 1}, End{.how = "signal", .status = -11});
}

}  // namespace lockweave::model::testing
