// tests/unit/model/record_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is written is read back the same.
#include "model/record.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "model/record_reader.h"
#include "sample_record.h"

namespace lockweave::model {
namespace {

using testing::header_line;
using testing::lines_of;
using testing::read;

// Entries after which any other entry can refer to the ids 1 and 2 of each kind.
std::string preamble() {
  return header_line() + lines_of(Module{.id = 1, .path = "/m"}, Module{.id = 2, .path = "/n"},
                                  Stack{.id = 1}, Stack{.id = 2}, Thread{.id = 1, .label = "0"},
                                  Thread{.id = 2, .parent = 1, .label = "0.1"}, Object{.id = 1},
                                  Object{.id = 2}, Acquisition{.id = 1, .object = 1},
                                  Acquisition{.id = 2, .object = 2});
}

std::string as_utf8(const std::string& latin1) {
  std::string text;
  for (const char c : latin1) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0 | byte >> 6);
      text += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return text;
}

TEST(RecordFormat, LinesAreWhatTheDocumentationSays) {
  EXPECT_EQ(testing::sample_record(),
            R"({"lockweave":"record","version":1,"tool":"0.1.0","pid":4711,"ppid":1,"root":true,)"
            R"("exe":"/bin/p","args":["p","-v","ä \"b\"\u000a"]})"
            "\n"
            R"({"module":1,"path":"/bin/p","build_id":"c0ffee"})"
            "\n"
            R"({"stack":1,"frames":[[1,4409],[0,18446744073709551615]]})"
            "\n"
            R"({"thread":1,"parent":0,"parent_segment":0,"tid":4711,"label":"0"})"
            "\n"
            R"({"thread":2,"parent":1,"parent_segment":3,"label":"0.1","name":"w","stack":1})"
            "\n"
            R"({"object":1,"kind":"rwlock","address":140729203840632,"generation":2,)"
            R"("process_shared":true,"not_a_lock":true,"shared":[25,7,4096],"in_module":[1,64],)"
            R"("on_stack_of":2,"name":"table","first":1,"ordinal":5})"
            "\n"
            R"({"object":2,"kind":"mutex","generation":1})"
            "\n"
            R"({"order":[1,2]})"
            "\n"
            R"({"acquisition":1,"object":1,"mode":"shared","stack":1})"
            "\n"
            R"({"acquisition":2,"outer":1,"object":2,"mode":"exclusive","trial":true})"
            "\n"
            R"({"seen":2,"thread":2,"segment":1})"
            "\n"
            R"({"join":2,"by":1,"segment":4})"
            "\n"
            R"({"thread_end":2,"segment":1})"
            "\n"
            R"({"finding":"deadlock","variant":"self","certain":false,"printed":true,"object":1,)"
            R"("steps":[{"thread":1,"action":"waits","object":1,"mode":"shared","other":2,)"
            R"("held":1,"stack":1},{"thread":2,"action":"forks"}]})"
            "\n"
            R"({"lost":"stacks","count":1})"
            "\n"
            R"({"end":"signal","status":-11})"
            "\n");
}

TEST(RecordFormat, HeaderRoundTrip) {
  const std::string_view args[] = {"p", "", "\xC3\xA4 \"b\"\n"};
  const Record record = read(lines_of(Header{.tool = "0.1.0",
                                             .pid = 0xFFFFFFFFFFFFFFFF,
                                             .ppid = 1,
                                             .root = true,
                                             .exe = "/bin/p",
                                             .args = args}));
  EXPECT_EQ(record.header.version, kRecordVersion);
  EXPECT_EQ(record.header.tool, "0.1.0");
  EXPECT_EQ(record.header.pid, 0xFFFFFFFFFFFFFFFF);
  EXPECT_EQ(record.header.ppid, 1u);
  EXPECT_TRUE(record.header.root);
  EXPECT_EQ(record.header.exe, "/bin/p");
  EXPECT_TRUE(std::ranges::equal(record.header.args, args));
  EXPECT_FALSE(record.end);
  EXPECT_FALSE(record.cut);
}

TEST(RecordFormat, ObjectRoundTrip) {
  const Object in{.id = 3,
                  .kind = ObjectKind::custom,
                  .address = 0xFFFFFFFFFFFFFFFF,
                  .generation = 0xFFFFFFFF,
                  .process_shared = true,
                  .not_a_lock = true,
                  .shared = {0xFFFFFFFFFFFFFFFF, 1, 2},
                  .in_module = {2, 9},
                  .on_stack_of = 2,
                  .name = "n",
                  .first = 2,
                  .ordinal = 8};
  const Record record = read(preamble() + lines_of(in));
  const Object& out = record.object(3);
  EXPECT_EQ(out.kind, in.kind);
  EXPECT_EQ(out.address, in.address);
  EXPECT_EQ(out.generation, in.generation);
  EXPECT_TRUE(out.process_shared);
  EXPECT_TRUE(out.not_a_lock);
  EXPECT_EQ(out.shared, in.shared);
  EXPECT_EQ(out.in_module, in.in_module);
  EXPECT_EQ(out.on_stack_of, in.on_stack_of);
  EXPECT_EQ(out.name, in.name);
  EXPECT_EQ(out.first, in.first);
  EXPECT_EQ(out.ordinal, in.ordinal);
}

TEST(RecordFormat, ModuleStackThreadRoundTrip) {
  const Frame frames[] = {{1, 0}, {2, 0xFFFFFFFFFFFFFFFF}, {0, 5}};
  const Record record = read(preamble() + lines_of(Module{.id = 9, .path = "/x", .build_id = "ab"},
                                                   Stack{.id = 3, .frames = frames},
                                                   Thread{.id = 4,
                                                          .parent = 2,
                                                          .parent_segment = 6,
                                                          .tid = 99,
                                                          .label = "0.1.0",
                                                          .name = "n",
                                                          .stack = 3}));
  EXPECT_EQ(record.module(3).path, "/x");
  EXPECT_EQ(record.module(3).build_id, "ab");
  EXPECT_TRUE(std::ranges::equal(record.stack(3).frames, frames));
  const Thread& thread = record.thread(3);
  EXPECT_EQ(thread.parent, 2u);
  EXPECT_EQ(thread.parent_segment, 6u);
  EXPECT_EQ(thread.tid, 99u);
  EXPECT_EQ(thread.label, "0.1.0");
  EXPECT_EQ(thread.name, "n");
  EXPECT_EQ(thread.stack, 3u);
}

TEST(RecordFormat, AcquisitionAndObservationRoundTrip) {
  const Record record = read(
      preamble() +
      lines_of(
          Acquisition{
              .id = 3, .outer = 2, .object = 1, .mode = Mode::shared, .trial = true, .stack = 2},
          Observation{.acquisition = 3, .thread = 2, .segment = 0xFFFFFFFF}));
  const Acquisition& acquisition = record.acquisition(3);
  EXPECT_EQ(acquisition.outer, 2u);
  EXPECT_EQ(acquisition.object, 1u);
  EXPECT_EQ(acquisition.mode, Mode::shared);
  EXPECT_TRUE(acquisition.trial);
  EXPECT_EQ(acquisition.stack, 2u);
  ASSERT_EQ(record.observations.size(), 1u);
  EXPECT_EQ(record.observations[0].acquisition, 3u);
  EXPECT_EQ(record.observations[0].thread, 2u);
  EXPECT_EQ(record.observations[0].segment, 0xFFFFFFFF);
}

TEST(RecordFormat, FindingRoundTrip) {
  const Step steps[] = {{.thread = 1,
                         .action = Action::joins,
                         .object = 2,
                         .mode = Mode::shared,
                         .other = 2,
                         .held = 2,
                         .stack = 1},
                        {}};
  const Record record = read(preamble() + lines_of(RawFinding{.rule = "r",
                                                              .variant = "v",
                                                              .certain = false,
                                                              .printed = true,
                                                              .object = 2,
                                                              .steps = steps},
                                                   RawFinding{.rule = "s"}));
  ASSERT_EQ(record.findings.size(), 2u);
  const RawFinding& finding = record.findings[0];
  EXPECT_EQ(finding.rule, "r");
  EXPECT_EQ(finding.variant, "v");
  EXPECT_FALSE(finding.certain);
  EXPECT_TRUE(finding.printed);
  EXPECT_EQ(finding.object, 2u);
  ASSERT_EQ(finding.steps.size(), 2u);
  EXPECT_EQ(finding.steps[0].thread, 1u);
  EXPECT_EQ(finding.steps[0].action, Action::joins);
  EXPECT_EQ(finding.steps[0].object, 2u);
  EXPECT_EQ(finding.steps[0].mode, Mode::shared);
  EXPECT_EQ(finding.steps[0].other, 2u);
  EXPECT_EQ(finding.steps[0].held, 2u);
  EXPECT_EQ(finding.steps[0].stack, 1u);
  EXPECT_EQ(finding.steps[1].thread, 0u);
  EXPECT_TRUE(record.findings[1].certain);
  EXPECT_TRUE(record.findings[1].steps.empty());
}

TEST(RecordFormat, OtherEntriesRoundTrip) {
  const Record record =
      read(preamble() +
           lines_of(ThreadEnd{.thread = 2, .segment = 3}, Join{.thread = 2, .by = 1, .segment = 4},
                    Order{.before = 2, .after = 1}, Lost{.what = "w", .count = 0xFFFFFFFFFFFFFFFF},
                    End{.how = "exit", .status = -2147483647 - 1}));
  ASSERT_EQ(record.thread_ends.size(), 1u);
  EXPECT_EQ(record.thread_ends[0].thread, 2u);
  EXPECT_EQ(record.thread_ends[0].segment, 3u);
  ASSERT_EQ(record.joins.size(), 1u);
  EXPECT_EQ(record.joins[0].thread, 2u);
  EXPECT_EQ(record.joins[0].by, 1u);
  EXPECT_EQ(record.joins[0].segment, 4u);
  ASSERT_EQ(record.orders.size(), 1u);
  EXPECT_EQ(record.orders[0].before, 2u);
  EXPECT_EQ(record.orders[0].after, 1u);
  ASSERT_EQ(record.losses.size(), 1u);
  EXPECT_EQ(record.losses[0].what, "w");
  EXPECT_EQ(record.losses[0].count, 0xFFFFFFFFFFFFFFFF);
  ASSERT_TRUE(record.end);
  EXPECT_EQ(record.end->how, "exit");
  EXPECT_EQ(record.end->status, -2147483647 - 1);
}

TEST(RecordFormat, EnumNamesRoundTrip) {
  for (int i = 0; i <= static_cast<int>(ObjectKind::custom); ++i) {
    EXPECT_EQ(object_kind_from(to_string(static_cast<ObjectKind>(i))), static_cast<ObjectKind>(i));
  }
  for (int i = 0; i <= static_cast<int>(Action::forks); ++i) {
    EXPECT_EQ(action_from(to_string(static_cast<Action>(i))), static_cast<Action>(i));
  }
  EXPECT_EQ(mode_from("exclusive"), Mode::exclusive);
  EXPECT_EQ(mode_from("shared"), Mode::shared);
  EXPECT_EQ(mode_from("unknown"), std::nullopt);
  EXPECT_EQ(to_string(static_cast<Action>(200)), "unknown");
  EXPECT_EQ(action_from("unknown"), std::nullopt);
  EXPECT_EQ(object_kind_from(""), std::nullopt);
}

struct OddString {
  std::string written;
  std::string read;
};

class OddStrings : public ::testing::TestWithParam<OddString> {};

TEST_P(OddStrings, RoundTrip) {
  const std::string line = lines_of(Object{.id = 9, .name = GetParam().written});
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_EQ(read(header_line() + line).object(1).name, GetParam().read) << line;
}

using namespace std::string_literals;
INSTANTIATE_TEST_SUITE_P(
    Record, OddStrings,
    ::testing::Values(OddString{"\"\\/", "\"\\/"},
                      OddString{"\b\f\n\r\t\x1F\x7F"s, "\b\f\n\r\t\x1F\x7F"s},
                      OddString{"nul\0inside"s, "nul\0inside"s}, OddString{"}{][,:", "}{][,:"},
                      OddString{"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x94\x92",
                                "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x94\x92"},
                      OddString{"\xFF\xFE", "\xC3\xBF\xC3\xBE"},              // never UTF-8
                      OddString{"\xC3", "\xC3\x83"},                          // cut character
                      OddString{"\xE2\x82", "\xC3\xA2\xC2\x82"},              // cut character
                      OddString{"\xC0\x80", "\xC3\x80\xC2\x80"},              // overlong
                      OddString{"\xE0\x80\x80", "\xC3\xA0\xC2\x80\xC2\x80"},  // overlong
                      OddString{"\xED\xA0\x80", "\xC3\xAD\xC2\xA0\xC2\x80"},  // surrogate
                      OddString{"\xF4\x90\x80\x80",
                                "\xC3\xB4\xC2\x90\xC2\x80\xC2\x80"},  // > U+10FFFF
                      OddString{"\\u0041", "\\u0041"},
                      OddString{std::string(100000, '"'), std::string(100000, '"')}));

RC_GTEST_PROP(RecordFormat, AnyAsciiTextRoundTrips, (const std::string& text)) {
  std::string ascii = text;
  for (char& c : ascii) c = static_cast<char>(c & 0x7F);
  RC_ASSERT(read(header_line() + lines_of(Object{.id = 1, .name = ascii})).object(1).name == ascii);
}

// Bytes from 0x80 that never form a valid character: each becomes the character of its number.
RC_GTEST_PROP(RecordFormat, InvalidBytesAreKeptAsCharacters, (const std::string& text)) {
  std::string bytes = text;
  for (char& c : bytes) c = static_cast<char>(c | 0xF8);
  const Record record = read(header_line() + lines_of(Object{.id = 1, .name = bytes}));
  RC_ASSERT(record.object(1).name == as_utf8(bytes));
}

RC_GTEST_PROP(RecordFormat, NumbersRoundTrip,
              (std::uint64_t offset, std::uint32_t segment, int status)) {
  const Frame frame{1, offset};
  const Record record = read(preamble() + lines_of(Stack{.id = 7, .frames = {&frame, 1}},
                                                   ThreadEnd{.thread = 1, .segment = segment},
                                                   End{.how = "exit", .status = status}));
  RC_ASSERT(record.stack(3).frames[0] == frame);
  RC_ASSERT(record.thread_ends[0].segment == segment);
  RC_ASSERT(record.end->status == status);
}

}  // namespace
}  // namespace lockweave::model
