// tests/unit/model/record_reader_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the reader accepts, what it refuses, and what it says then.
#include "model/record_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>

#include "sample_record.h"

namespace lockweave::model {
namespace {

using testing::header_line;
using testing::lines_of;
using testing::read;
using testing::sample_record;

struct Refusal {
  std::size_t line = 0;
  std::string message;
  std::string remedy;
};

Refusal refusal_of(const std::string& text) {
  ReadError error;
  EXPECT_FALSE(read_record_text(text, "run.jsonl", error)) << text;
  EXPECT_EQ(error.path, "run.jsonl");
  EXPECT_FALSE(error.remedy.empty());
  return {error.line, error.message, error.remedy};
}

// The first block of JSON in docs/design/record.md.
std::string documented_sample() {
  std::ifstream page(LOCKWEAVE_RECORD_PAGE);
  std::string text;
  std::string line;
  while (std::getline(page, line) && line != "```json") {
  }
  while (std::getline(page, line) && line != "```") text += line + "\n";
  return text;
}

TEST(RecordReader, ReadsTheSampleInTheDocumentation) {
  const Record record = read(documented_sample());
  EXPECT_EQ(record.header.exe, "/opt/bank");
  EXPECT_EQ(record.acquisitions.size(), 4u);
  EXPECT_EQ(record.observations.size(), 2u);
  EXPECT_EQ(record.joins.size(), 1u);
  EXPECT_TRUE(record.end);
}

TEST(RecordReader, ReadsTheSample) {
  const Record record = read(sample_record());
  EXPECT_EQ(record.path, "run.jsonl");
  EXPECT_EQ(record.threads.size(), 2u);
  EXPECT_EQ(record.objects.size(), 2u);
  EXPECT_EQ(record.acquisitions.size(), 2u);
  EXPECT_FALSE(record.cut);
  EXPECT_TRUE(record.end);
}

TEST(RecordReader, IdsThatAreNoneGiveEmptyEntries) {
  const Record record = read(sample_record());
  EXPECT_EQ(record.stack(0).frames.size(), 0u);
  EXPECT_EQ(record.object(0).id, 0u);
  EXPECT_EQ(record.thread(77).id, 0u);
}

TEST(RecordReader, StaysValidWhenMoved) {
  Record first = read(sample_record());
  Record second = std::move(first);
  Record third;
  third = std::move(second);
  EXPECT_EQ(third.object(1).name, "table");
  EXPECT_EQ(third.stack(1).frames.size(), 2u);
}

// A record that is cut anywhere is the record of its whole lines.
TEST(RecordReader, CutAtEveryByte) {
  const std::string whole = sample_record();
  const std::size_t header_end = whole.find('\n');
  for (std::size_t size = header_end; size <= whole.size(); ++size) {
    const std::string text = whole.substr(0, size);
    const bool line_is_whole = text.back() == '\n' || whole[size] == '\n';
    for (const std::string& tail : {std::string(), std::string(1000, '\0')}) {
      const Record record = read(text + tail);
      EXPECT_EQ(record.cut, !line_is_whole) << size;
      EXPECT_EQ(record.end.has_value(), size >= whole.size() - 1) << size;
    }
  }
  for (std::size_t size = 0; size < header_end; ++size) {
    EXPECT_EQ(refusal_of(whole.substr(0, size)).line, 0u);
  }
}

TEST(RecordReader, NoRecordAtAll) {
  EXPECT_EQ(refusal_of("").message, "there is no record in this file");
  EXPECT_EQ(refusal_of(std::string(4096, '\0')).message, "there is no record in this file");
  EXPECT_EQ(refusal_of("\n \n").line, 0u);
  EXPECT_EQ(refusal_of("{\"thread\":1}\n").message, "the first line is no record header");
  EXPECT_EQ(refusal_of("{}\n").line, 1u);
  EXPECT_EQ(refusal_of("[]\n").message, "the line is no JSON object");
  EXPECT_EQ(refusal_of("\x7F"
                       "ELF\x02\x01\n")
                .line,
            1u);
  EXPECT_EQ(refusal_of("{\"lockweave\":\"baseline\",\"version\":1}\n").message,
            "`baseline` is no record");
}

TEST(RecordReader, OtherVersionsAreRefusedWithBothNumbers) {
  const Refusal newer = refusal_of("{\"lockweave\":\"record\",\"version\":2,\"new\":{}}\n{]\n");
  EXPECT_EQ(newer.line, 1u);
  EXPECT_EQ(newer.message, "this is a record of version 2, this program reads version 1");
  EXPECT_NE(newer.remedy.find("newer"), std::string::npos);
  const Refusal older = refusal_of("{\"lockweave\":\"record\",\"version\":0}\n");
  EXPECT_EQ(older.message, "this is a record of version 0, this program reads version 1");
  EXPECT_NE(older.remedy.find("again"), std::string::npos);
  EXPECT_EQ(refusal_of("{\"lockweave\":\"record\",\"version\":\"1\"}\n").message,
            "`version` has the wrong type");
  EXPECT_EQ(refusal_of("{\"lockweave\":\"record\"}\n").message, "`version` is missing");
  EXPECT_EQ(refusal_of(header_line() + header_line()).message, "a second header");
}

TEST(RecordReader, UnknownKeysAndKindsAreSkipped) {
  const Record record = read(header_line() +
                             "{\"weather\":\"fine\",\"x\":[1.5e3,{\"a\":null}],\"y\":-0}\n"
                             "{}\n"
                             "  { \"object\" : 1 , \"kind\" : \"mutex\" , \"mood\":[], \"name\" : "
                             "\"\\u00e9\\ud83d\\ude00\" } \r\n"
                             "\n"
                             "{\"object\":2,\"kind\":\"quantum_lock\"}\n");
  EXPECT_EQ(record.object(1).name, "\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(record.object(2).kind, ObjectKind::custom);
}

TEST(RecordReader, LaterLinesOfObjectsAndThreadsReplace) {
  const Record record =
      read(header_line() + lines_of(Thread{.id = 1, .label = "0"}, Object{.id = 1, .name = "a"},
                                    Object{.id = 2}, Object{.id = 1, .name = "b"},
                                    Thread{.id = 1, .tid = 8, .label = "0"}));
  ASSERT_EQ(record.objects.size(), 2u);
  EXPECT_EQ(record.objects[0].name, "b");
  EXPECT_EQ(record.object(1).name, "b");
  ASSERT_EQ(record.threads.size(), 1u);
  EXPECT_EQ(record.thread(1).tid, 8u);
}

// So that nobody who indexes arrays by them needs memory for ids that a file makes up.
TEST(RecordReader, EntriesAreNumberedByTheirPlace) {
  const Record record =
      read(header_line() +
           lines_of(Module{.id = 7, .path = "/x"}, Thread{.id = 0xFFFFFFFF, .label = "0"},
                    Thread{.id = 9, .parent = 0xFFFFFFFF, .label = "0.1"},
                    Object{.id = 0xFFFFFFFF, .in_module = {7, 16}, .on_stack_of = 9, .name = "far"},
                    Object{.id = 1, .name = "near"}, Object{.id = 100000, .name = "middle"},
                    Acquisition{.id = 0xFFFFFFFF, .object = 1},
                    Acquisition{.id = 3, .outer = 0xFFFFFFFF, .object = 100000},
                    Observation{.acquisition = 3, .thread = 9}, Order{.before = 100000, .after = 1},
                    Object{.id = 100000, .name = "renamed"}));
  EXPECT_EQ(record.object(1).name, "far");
  EXPECT_EQ(record.object(1).in_module.module, 1u);
  EXPECT_EQ(record.object(1).on_stack_of, 2u);
  EXPECT_EQ(record.object(3).name, "renamed");
  EXPECT_EQ(record.object(3).id, 3u);
  EXPECT_EQ(record.thread(2).parent, 1u);
  EXPECT_EQ(record.acquisition(2).outer, 1u);
  EXPECT_EQ(record.acquisition(2).object, 3u);
  EXPECT_EQ(record.observations[0].acquisition, 2u);
  EXPECT_EQ(record.observations[0].thread, 2u);
  EXPECT_EQ(record.orders[0].before, 3u);
  EXPECT_EQ(record.orders[0].after, 2u);
  EXPECT_EQ(record.object(100000).id, 0u);
  EXPECT_EQ(record.unresolved, 0u);
}

TEST(RecordReader, OfALossTheLastCountHolds) {
  const Record record =
      read(header_line() + lines_of(Lost{.what = "a", .count = 1}, Lost{.what = "b", .count = 2},
                                    Lost{.what = "a", .count = 5}));
  ASSERT_EQ(record.losses.size(), 2u);
  EXPECT_EQ(record.losses[0].count, 5u);
  EXPECT_EQ(record.losses[1].count, 2u);
}

struct BadLine {
  std::string line;
  std::string message;
};

class BadLines : public ::testing::TestWithParam<BadLine> {};

// The line stands after the sample's entries, so ids 1 and 2 exist.
TEST_P(BadLines, AreRefusedWithTheirNumber) {
  const std::string before = sample_record();
  const auto lines = static_cast<std::size_t>(std::ranges::count(before, '\n'));
  const std::string text = before + "\n" + GetParam().line + "\n" + lines_of(Object{.id = 50});
  const Refusal refusal = refusal_of(text);
  EXPECT_EQ(refusal.line, lines + 2);
  EXPECT_EQ(refusal.message, GetParam().message);

  ReadError error;
  Record partial;
  EXPECT_FALSE(read_record_text(text, "run.jsonl", error, &partial));
  EXPECT_EQ(partial.header.pid, 4711u);
  EXPECT_EQ(partial.objects.size(), 2u);
  EXPECT_TRUE(partial.end);
}

INSTANTIATE_TEST_SUITE_P(
    References, BadLines,
    ::testing::Values(BadLine{R"({"join":0,"by":1,"segment":1})", "`join` must not be 0"},
                      BadLine{R"({"acquisition":9})", "`object` is missing"},
                      BadLine{R"({"acquisition":9,"object":0})", "`object` must not be 0"},
                      BadLine{R"({"acquisition":9,"object":9,"mode":"maybe"})",
                              "`maybe` is no known mode"},
                      BadLine{R"({"order":[1,0]})", "`order` must name two objects"}));

// Lines that refer to what was lost: the writer had no disk for it.
class DanglingLines : public ::testing::TestWithParam<std::string> {};

TEST_P(DanglingLines, AreLeftOutAloneAndCounted) {
  const std::string before = sample_record();
  const Record whole = read(before);
  const Record record = read(before + GetParam() + "\n" + lines_of(Object{.id = 50}));
  EXPECT_EQ(record.unresolved, 1u);
  EXPECT_EQ(record.objects.size(), whole.objects.size() + 1);
  EXPECT_EQ(record.threads.size(), whole.threads.size());
  EXPECT_EQ(record.thread_ends.size(), whole.thread_ends.size());
  EXPECT_EQ(record.joins.size(), whole.joins.size());
  EXPECT_EQ(record.acquisitions.size(), whole.acquisitions.size());
  EXPECT_EQ(record.observations.size(), whole.observations.size());
  EXPECT_EQ(record.orders.size(), whole.orders.size());
}

INSTANTIATE_TEST_SUITE_P(
    References, DanglingLines,
    ::testing::Values(R"({"thread":9,"parent":8,"label":"x"})",
                      R"({"thread":9,"parent":9,"label":"x"})", R"({"thread_end":9,"segment":1})",
                      R"({"join":1,"by":9,"segment":1})", R"({"acquisition":9,"object":9})",
                      R"({"acquisition":9,"outer":9,"object":1})",
                      R"({"seen":9,"thread":1,"segment":1})",
                      R"({"seen":1,"thread":9,"segment":1})", R"({"order":[1,9]})"));

TEST(RecordReader, WhatOnlyDescribesMayBeMissing) {
  const Record record = read(sample_record() +
                             R"({"stack":9,"frames":[[9,1]]}
{"thread":9,"parent":1,"label":"x","stack":8}
{"object":9,"kind":"mutex","in_module":[9,4],"on_stack_of":8,"first":8}
{"acquisition":9,"object":9,"stack":8}
{"finding":"deadlock","object":8,"steps":[{"thread":8,"action":"waits","object":8,"held":8}]}
)");
  EXPECT_EQ(record.unresolved, 10u);
  EXPECT_EQ(record.stacks.back().frames[0].offset, 1u);
  EXPECT_EQ(record.threads.back().stack, 0u);
  EXPECT_EQ(record.objects.back().first, 0u);
  EXPECT_EQ(record.acquisitions.back().stack, 0u);
  EXPECT_EQ(record.findings.back().steps[0].action, Action::waits);
  EXPECT_EQ(record.findings.back().steps[0].held, 0u);
}

TEST(RecordReader, ALaterCountOfWhatWasLostReplaces) {
  const Record record = read(header_line() + lines_of(Lost{"stacks", 2}, Lost{"objects", 1},
                                                      End{"exec-failed"}, Lost{"stacks", 3}));
  ASSERT_EQ(record.losses.size(), 2u);
  EXPECT_EQ(record.losses[0].count, 3u);
}

INSTANTIATE_TEST_SUITE_P(
    Definitions, BadLines,
    ::testing::Values(
        BadLine{R"({"module":1,"path":"x"})", "module 1 is defined twice"},
        BadLine{R"({"stack":1,"frames":[]})", "stack 1 is defined twice"},
        BadLine{R"({"acquisition":1,"object":1})", "acquisition 1 is defined twice"},
        BadLine{R"({"thread":1,"parent":2,"label":"0"})", "the thread's parent changes"},
        BadLine{R"({"object":0,"kind":"mutex"})", "the id 0 means none and cannot be defined"}));

INSTANTIATE_TEST_SUITE_P(
    Types, BadLines,
    ::testing::Values(
        BadLine{R"({"object":"1","kind":"mutex"})", "`object` has the wrong type"},
        BadLine{R"({"object":1.5,"kind":"mutex"})", "`object` must be a whole number of 32 bits"},
        BadLine{R"({"object":-1,"kind":"mutex"})", "`object` must be a whole number of 32 bits"},
        BadLine{R"({"object":1e2,"kind":"mutex"})", "`object` must be a whole number of 32 bits"},
        BadLine{R"({"object":4294967296,"kind":"mutex"})",
                "`object` must be a whole number of 32 bits"},
        BadLine{R"({"object":9,"kind":"mutex","address":18446744073709551616})",
                "`address` must be a whole number of 64 bits"},
        BadLine{R"({"object":9,"kind":7})", "`kind` has the wrong type"},
        BadLine{R"({"object":9,"kind":"mutex","process_shared":1})",
                "`process_shared` has the wrong type"},
        BadLine{R"({"object":9,"kind":"mutex","in_module":[1]})", "expected a list of 2 numbers"},
        BadLine{R"({"object":9,"kind":"mutex","shared":[1,2]})", "expected a list of 3 numbers"},
        BadLine{R"({"object":9,"kind":"mutex","shared":[1,[2],3]})",
                "expected a list of 3 numbers"},
        BadLine{R"({"object":9,"kind":"mutex","shared":[1,-2,3]})",
                "an element must be a whole number of 64 bits"},
        BadLine{R"({"object":9,"kind":"mutex","in_module":[[1,2],3]})",
                "expected a list of 2 numbers"},
        BadLine{R"({"stack":9,"frames":[[1,"x"]]})",
                "an element must be a whole number of 64 bits"},
        BadLine{R"({"stack":9,"frames":[1]})", "expected a list of 2 numbers"},
        BadLine{R"({"acquisition":9,"object":1,"mode":"maybe"})", "`maybe` is no known mode"},
        BadLine{R"({"finding":"x","steps":[{"action":"sings"}]})", "`sings` is no known action"},
        BadLine{R"({"finding":"x","steps":[{}]})", "`action` is missing"},
        BadLine{R"({"finding":"x","steps":[7]})", "a step is no JSON object"},
        BadLine{R"({"finding":"x"})", "`steps` is missing"},
        BadLine{R"({"end":"exit","status":2147483648})",
                "`status` must be a whole number of 32 bits"}));

INSTANTIATE_TEST_SUITE_P(
    Json, BadLines,
    ::testing::Values(
        BadLine{"{", "not JSON: expected a key in quotes (column 2)"},
        BadLine{"{\"a\"}", "not JSON: expected ':' (column 5)"},
        BadLine{"{\"a\":}", "not JSON: expected a value (column 6)"},
        BadLine{"{\"a\":1,}", "not JSON: expected a key in quotes (column 8)"},
        BadLine{"{\"a\":[1 2]}", "not JSON: expected ',' or ']' (column 9)"},
        BadLine{"{\"a\":1]", "not JSON: expected ',' or '}' (column 7)"},
        BadLine{"{\"a\":1}{", "not JSON: there is text after the end of the value (column 8)"},
        BadLine{"{\"a\":01}", "not JSON: expected ',' or '}' (column 7)"},
        BadLine{"{\"a\":1.}", "not JSON: expected a digit (column 8)"},
        BadLine{"{\"a\":1e+}", "not JSON: expected a digit (column 9)"},
        BadLine{"{\"a\":tru}", "not JSON: unknown word (column 9)"},
        BadLine{"{\"a\":nan}", "not JSON: unknown word (column 7)"},
        BadLine{"{\"a\":\"b}", "not JSON: the string does not end (column 9)"},
        BadLine{"{\"a\":\"\\\"}", "not JSON: the string does not end (column 10)"},
        BadLine{"{\"a\":\"\\", "not JSON: the string does not end (column 7)"},
        BadLine{"{\"a\":\"\\x\"}", "not JSON: unknown escape (column 8)"},
        BadLine{"{\"a\":\"\\u12g4\"}", "not JSON: malformed \\u escape (column 11)"},
        BadLine{"{\"a\":\"\\ud800\"}", "not JSON: malformed \\u escape (column 13)"},
        BadLine{"{\"a\":\"\\udc00\"}", "not JSON: malformed \\u escape (column 13)"},
        BadLine{"{\"a\":\"\\ud800\\u0041\"}", "not JSON: malformed \\u escape (column 19)"},
        BadLine{"{\"a\":\"\t\"}", "not JSON: control character in a string (column 7)"},
        BadLine{"{\"a\":\"\xFF\"}", "not JSON: the string is not UTF-8 (column 7)"},
        BadLine{std::string("{\"a\":0\0}", 8), "not JSON: expected ',' or '}' (column 7)"},
        BadLine{"{\"a\":" + std::string(100000, '['),
                "not JSON: values are nested too deeply (column 38)"}));

TEST(RecordReader, TooLongLine) {
  const std::string text = header_line() + "{\"x\":\"" + std::string(kLineBytesMax, 'a') + "\"}\n";
  const Refusal refusal = refusal_of(text);
  EXPECT_EQ(refusal.line, 2u);
  EXPECT_EQ(refusal.message, "the line is longer than 16777216 bytes");
}

RC_GTEST_PROP(RecordReader, AnyBytesAreSurvived, (const std::string& bytes)) {
  ReadError error;
  Record partial;
  (void)read_record_text(bytes, "x", error, &partial);
  (void)read_record_text(header_line() + bytes, "x", error, &partial);
  (void)read_record_text(sample_record() + bytes + "\n", "x", error, &partial);
}

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text)
      : path_(std::filesystem::path(::testing::TempDir()) /
              ("lockweave_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Not followed by anything, a hole of any size costs nothing.
TEST(RecordReader, AGigabyteOfNuls) {
  const TemporaryFile file(sample_record());
  std::filesystem::resize_file(file.path(), std::uintmax_t{1} << 30);
  ReadError error;
  const std::optional<Record> record = read_record(file.path(), error);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->end);
  std::ofstream(file.path(), std::ios::binary | std::ios::app) << "{}\n";
  EXPECT_FALSE(read_record(file.path(), error));
}

TEST(RecordReader, RefusesWhatIsNoFile) {
  for (const char* path : {"/dev/zero", "/proc"}) {
    ReadError error;
    EXPECT_FALSE(read_record(path, error));
    EXPECT_EQ(error.message.find("cannot be read: it is "), 0u) << error.message;
  }
  ReadError error;
  EXPECT_FALSE(read_record("/dev/null", error));
  EXPECT_EQ(error.message, "there is no record in this file");
}

TEST(RecordReader, ReadsFiles) {
  const TemporaryFile file(sample_record());
  ReadError error;
  const std::optional<Record> record = read_record(file.path(), error);
  ASSERT_TRUE(record) << error.message;
  EXPECT_EQ(record->path, file.path().string());
  EXPECT_EQ(record->header.pid, 4711u);
}

TEST(RecordReader, FilesThatCannotBeRead) {
  const TemporaryFile empty("");
  ReadError error;
  EXPECT_FALSE(read_record(empty.path(), error));
  EXPECT_EQ(error.message, "there is no record in this file");
  EXPECT_FALSE(read_record("/no/such/file", error));
  EXPECT_EQ(error.path, "/no/such/file");
  EXPECT_EQ(error.line, 0u);
  EXPECT_EQ(error.message, "cannot be read: No such file or directory");
  EXPECT_FALSE(read_record(::testing::TempDir(), error));
  EXPECT_EQ(error.message, "cannot be read: it is a directory");
}

}  // namespace
}  // namespace lockweave::model
