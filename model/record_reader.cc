// model/record_reader.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reader's side of record.h. Errors are kept, not thrown: the first of a line wins, then the
// line is given up and with it the rest of the file. A line that only refers to what is missing is
// left out alone, or loses the reference where it merely describes.
#include "model/record_reader.h"

#include <map>
#include <memory_resource>

#include "model/file_text.h"
#include "model/id_index.h"
#include "model/record_fields.h"

namespace lockweave::model {

struct Record::Storage {
  std::string text;                           // of the whole file; views point into it
  std::pmr::monotonic_buffer_resource arena;  // decoded strings, frames, steps
};

namespace {

constexpr std::string_view kNoRecord =
    "the process ended before its first line, or this is no record: leave the file out";

class Reader {
 public:
  explicit Reader(Record& record)
      : record_(record), storage_(*record.storage), parser_(storage_.arena) {}

  // Reads storage.text. false: `error` says why; the record holds what came before.
  bool read(ReadError& error) {
    std::string_view rest = trim_nuls(storage_.text);
    while (!rest.empty()) {
      ++line_;
      const std::size_t newline = rest.find('\n');
      const bool whole = newline != std::string_view::npos;
      const std::string_view text = rest.substr(0, newline);
      rest.remove_prefix(whole ? newline + 1 : rest.size());
      if (!read_line(text, whole) && !left_out()) return report(error);
    }
    if (has_header_) return true;
    line_ = 0;
    problem_ = {"there is no record in this file", kNoRecord};
    return report(error);
  }

 private:
  static std::string_view trim_nuls(std::string_view text) {
    const std::size_t last = text.find_last_not_of('\0');
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
  }
  bool report(ReadError& error) const {
    error = {record_.path, line_, problem_.message, std::string(problem_.remedy)};
    return false;
  }
  bool complain(std::string message, std::string_view remedy = kDamaged) {
    problem_ = {std::move(message), remedy};
    return false;
  }
  // The line that was read is lost, no more.
  bool left_out() {
    if (!problem_.only_missing) return false;
    ++record_.unresolved;
    problem_ = {};
    return true;
  }

  bool read_line(std::string_view text, bool whole) {
    if (text.size() > kLineBytesMax) {
      return complain("the line is longer than " + std::to_string(kLineBytesMax) + " bytes");
    }
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) return true;
    const JsonValue* const value = parser_.parse(text);
    if (value == nullptr && !whole) {
      record_.cut = true;
      return true;
    }
    if (value == nullptr) {
      return complain("not JSON: " + std::string(parser_.error()) + " (column " +
                      std::to_string(parser_.error_offset() + 1) + ")");
    }
    if (value->type != JsonValue::Type::object) return complain("the line is no JSON object");
    return read_entry(*value);
  }

  bool read_entry(const JsonValue& object) {
    struct Kind {
      std::string_view key;
      void (Reader::*read)(Fields& fields);
    };
    static constexpr Kind kKinds[] = {
        {"seen", &Reader::read_observation}, {"acquisition", &Reader::read_acquisition},
        {"stack", &Reader::read_stack},      {"object", &Reader::read_object},
        {"thread", &Reader::read_thread},    {"thread_end", &Reader::read_thread_end},
        {"join", &Reader::read_join},        {"module", &Reader::read_module},
        {"finding", &Reader::read_finding},  {"order", &Reader::read_order},
        {"lost", &Reader::read_lost},        {"end", &Reader::read_end},
        {"lockweave", &Reader::read_header},
    };
    const std::string_view key = object.size > 1 ? (&object + 1)->key : std::string_view();
    if (!has_header_ && key != "lockweave") {
      return complain("the first line is no record header", kNoRecord);
    }
    for (const Kind& kind : kKinds) {
      if (kind.key != key) continue;
      Fields fields(object, problem_);
      (this->*kind.read)(fields);
      return problem_.message.empty();
    }
    return true;
  }

  // ---- one function per kind: fill the entry, then keep it if nothing was wrong ---------------
  void read_header(Fields& fields) {
    Header& header = record_.header;
    std::string_view format;
    if (has_header_) return fields.complain("a second header", "two records in one file: split it");
    fields.need_text("lockweave", format);
    fields.need_number("version", header.version);
    if (!fields.ok()) return;
    if (format != "record") return fields.complain(quoted(format) + " is no record");
    if (header.version != kRecordVersion) return refuse_version(fields);
    fields.need_text("tool", header.tool);
    fields.need_number("pid", header.pid);
    fields.number("ppid", header.ppid);
    fields.flag("root", header.root);
    fields.need_text("exe", header.exe);
    if (fields.find("args") != nullptr) read_args(fields);
    has_header_ = fields.ok();
  }
  void refuse_version(Fields& fields) {
    const int version = record_.header.version;
    const bool newer = version > kRecordVersion;
    record_.header = {};
    fields.complain("this is a record of version " + std::to_string(version) +
                        ", this program reads version " + std::to_string(kRecordVersion),
                    newer ? "read it with the newer Lockweave that wrote it, or update this one"
                          : "record the run again with the runtime that came with this program");
  }
  void read_args(Fields& fields) {
    const JsonValue* const list = fields.need("args", JsonValue::Type::array);
    if (list == nullptr) return;
    const std::span<std::string_view> args = make_array<std::string_view>(*list);
    std::size_t i = 0;
    for (const JsonValue& item : JsonChildren(*list)) {
      if (item.type != JsonValue::Type::string) return fields.complain("`args` must be strings");
      args[i++] = item.text;
    }
    record_.header.args = args;
  }

  void read_module(Fields& fields) {
    Module entry;
    const Id id = define("module", modules_, fields);
    fields.need_text("path", entry.path);
    fields.text("build_id", entry.build_id);
    keep(fields, modules_, id, record_.modules, entry);
  }

  void read_stack(Fields& fields) {
    Stack entry;
    const Id id = define("stack", stacks_, fields);
    if (const JsonValue* const list = fields.need("frames", JsonValue::Type::array)) {
      const std::span<Frame> frames = make_array<Frame>(*list);
      std::size_t i = 0;
      for (const JsonValue& item : JsonChildren(*list)) read_frame(fields, item, frames[i++]);
      entry.frames = frames;
    }
    keep(fields, stacks_, id, record_.stacks, entry);
  }
  void read_frame(Fields& fields, const JsonValue& value, Frame& out) {
    fields.take_list(value, out.module, out.offset);
    forget_missing(modules_, out.module);
  }

  // A later line may tell what was not known at first (tid, name), not another parent: so parents
  // always stand before their children.
  void read_thread(Fields& fields) {
    Thread entry;
    Id id = 0;
    fields.need_number("thread", id);
    fields.reference("parent", threads_, "thread", entry.parent);
    fields.number("parent_segment", entry.parent_segment);
    fields.number("tid", entry.tid);
    fields.need_text("label", entry.label);
    fields.text("name", entry.name);
    describe("stack", stacks_, fields, entry.stack);
    if (const auto old = threads_.find(id)) {
      Thread& known = record_.threads[*old];
      entry.id = known.id;
      if (known.parent != entry.parent) return fields.complain("the thread's parent changes");
      if (fields.ok()) known = entry;
    } else {
      keep(fields, threads_, id, record_.threads, entry);
    }
  }

  void read_thread_end(Fields& fields) {
    ThreadEnd entry;
    fields.need_reference("thread_end", threads_, "thread", entry.thread);
    fields.need_number("segment", entry.segment);
    if (fields.ok()) record_.thread_ends.push_back(entry);
  }

  void read_join(Fields& fields) {
    Join entry;
    fields.need_reference("join", threads_, "thread", entry.thread);
    fields.need_reference("by", threads_, "thread", entry.by);
    fields.need_number("segment", entry.segment);
    if (fields.ok()) record_.joins.push_back(entry);
  }

  void read_object(Fields& fields) {
    Object entry;
    Id id = 0;
    std::string_view kind;
    fields.need_number("object", id);
    fields.need_text("kind", kind);
    entry.kind = object_kind_from(kind).value_or(ObjectKind::custom);
    fields.number("address", entry.address);
    fields.number("generation", entry.generation);
    fields.flag("process_shared", entry.process_shared);
    fields.flag("not_a_lock", entry.not_a_lock);
    if (const JsonValue* place = fields.find("shared")) {
      fields.take_list(*place, entry.shared.device, entry.shared.inode, entry.shared.offset);
    }
    if (const JsonValue* place = fields.find("in_module")) {
      read_frame(fields, *place, entry.in_module);
    }
    describe("on_stack_of", threads_, fields, entry.on_stack_of);
    fields.text("name", entry.name);
    describe("first", stacks_, fields, entry.first);
    fields.number("ordinal", entry.ordinal);
    if (const auto old = objects_.find(id)) {
      entry.id = record_.objects[*old].id;
      if (fields.ok()) record_.objects[*old] = entry;
    } else {
      keep(fields, objects_, id, record_.objects, entry);
    }
  }

  void read_acquisition(Fields& fields) {
    Acquisition entry;
    const Id id = define("acquisition", acquisitions_, fields);
    fields.reference("outer", acquisitions_, "acquisition", entry.outer);
    fields.need_reference("object", objects_, "object", entry.object);
    fields.mode("mode", entry.mode);
    fields.flag("trial", entry.trial);
    describe("stack", stacks_, fields, entry.stack);
    keep(fields, acquisitions_, id, record_.acquisitions, entry);
  }

  void read_observation(Fields& fields) {
    Observation entry;
    fields.need_reference("seen", acquisitions_, "acquisition", entry.acquisition);
    fields.need_reference("thread", threads_, "thread", entry.thread);
    fields.need_number("segment", entry.segment);
    if (fields.ok()) record_.observations.push_back(entry);
  }

  void read_finding(Fields& fields) {
    RawFinding entry;
    fields.need_text("finding", entry.rule);
    fields.text("variant", entry.variant);
    fields.flag("certain", entry.certain);
    fields.flag("printed", entry.printed);
    describe("object", objects_, fields, entry.object);
    if (const JsonValue* const list = fields.need("steps", JsonValue::Type::array)) {
      const std::span<Step> steps = make_array<Step>(*list);
      std::size_t i = 0;
      for (const JsonValue& item : JsonChildren(*list)) read_step(fields, item, steps[i++]);
      entry.steps = steps;
    }
    if (fields.ok()) record_.findings.push_back(entry);
  }
  void read_step(Fields& line, const JsonValue& value, Step& out) {
    if (value.type != JsonValue::Type::object) return line.complain("a step is no JSON object");
    Fields fields(value, problem_);
    describe("thread", threads_, fields, out.thread);
    fields.action("action", out.action);
    describe("object", objects_, fields, out.object);
    fields.mode("mode", out.mode);
    describe("other", threads_, fields, out.other);
    describe("held", acquisitions_, fields, out.held);
    describe("stack", stacks_, fields, out.stack);
    fields.number("count", out.count);
  }

  void read_order(Fields& fields) {
    Order entry;
    if (const JsonValue* const pair = fields.need("order", JsonValue::Type::array)) {
      fields.take_list(*pair, entry.before, entry.after);
    }
    if (entry.before == 0 || entry.after == 0) fields.complain("`order` must name two objects");
    fields.resolve(objects_, "object", entry.before);
    fields.resolve(objects_, "object", entry.after);
    if (fields.ok()) record_.orders.push_back(entry);
  }

  void read_lost(Fields& fields) {
    Lost entry;
    fields.need_text("lost", entry.what);
    fields.need_number("count", entry.count);
    if (!fields.ok()) return;
    const auto [known, is_new] = losses_.emplace(entry.what, record_.losses.size());
    if (is_new) {
      record_.losses.push_back(entry);
    } else {
      record_.losses[known->second].count = entry.count;
    }
  }

  void read_end(Fields& fields) {
    End entry;
    fields.need_text("end", entry.how);
    fields.number("status", entry.status);
    if (fields.ok()) record_.end = entry;
  }

  // ---- helpers -------------------------------------------------------------------------------
  // A reference without which the entry still says what happened.
  void describe(std::string_view key, const IdIndex& index, Fields& fields, Id& out) {
    fields.number(key, out);
    forget_missing(index, out);
  }
  void forget_missing(const IdIndex& index, Id& id) {
    if (id == 0) return;
    const std::optional<std::size_t> place = index.find(id);
    if (!place) ++record_.unresolved;
    id = place ? static_cast<Id>(*place + 1) : 0;
  }
  static Id define(std::string_view what, const IdIndex& index, Fields& fields) {
    Id id = 0;
    fields.need_number(what, id);
    if (index.find(id)) {
      fields.complain(std::string(what) + " " + std::to_string(id) + " is defined twice");
    }
    return id;
  }
  // `id` is what the file calls it.
  template <typename Entry>
  static void keep(Fields& fields, IdIndex& index, Id id, std::vector<Entry>& entries,
                   Entry& entry) {
    if (id == 0) fields.complain("the id 0 means none and cannot be defined");
    if (!fields.ok()) return;
    index.insert(id, entries.size());
    entry.id = static_cast<Id>(entries.size() + 1);
    entries.push_back(entry);
  }
  template <typename T>
  std::span<T> make_array(const JsonValue& list) {
    std::size_t count = 0;
    for ([[maybe_unused]] const JsonValue& item : JsonChildren(list)) ++count;
    T* const items = static_cast<T*>(storage_.arena.allocate(count * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(items, count);
    return {items, count};
  }

  Record& record_;
  Record::Storage& storage_;
  JsonParser parser_;
  Problem problem_;
  // The ids that the file gives -> places.
  IdIndex modules_;
  IdIndex stacks_;
  IdIndex threads_;
  IdIndex objects_;
  IdIndex acquisitions_;
  std::map<std::string_view, std::size_t> losses_;  // by kind
  std::size_t line_ = 0;                            // 1-based, of the line being read
  bool has_header_ = false;
};

std::optional<Record> read_owned(std::string text, std::string path, ReadError& error,
                                 Record* partial) {
  Record record;
  record.path = std::move(path);
  record.storage->text = std::move(text);
  if (Reader(record).read(error)) return record;
  if (partial != nullptr) *partial = std::move(record);
  return std::nullopt;
}

template <typename Entry>
const Entry& entry_of(const std::vector<Entry>& entries, Id id) {
  static const Entry kNone{};
  return id != 0 && id <= entries.size() ? entries[id - 1] : kNone;
}

}  // namespace

Record::Record() : storage(std::make_unique<Storage>()) {}
Record::~Record() = default;
Record::Record(Record&&) noexcept = default;
Record& Record::operator=(Record&&) noexcept = default;

const Module& Record::module(Id id) const { return entry_of(modules, id); }
const Stack& Record::stack(Id id) const { return entry_of(stacks, id); }
const Thread& Record::thread(Id id) const { return entry_of(threads, id); }
const Object& Record::object(Id id) const { return entry_of(objects, id); }
const Acquisition& Record::acquisition(Id id) const { return entry_of(acquisitions, id); }

std::optional<Record> read_record(const std::filesystem::path& path, ReadError& error,
                                  Record* partial) {
  std::string text;
  std::string why;
  if (!read_file_text(path, text, why)) {
    error = {path.string(), 0, "cannot be read: " + why, "check its name and permissions"};
    return std::nullopt;
  }
  return read_owned(std::move(text), path.string(), error, partial);
}

std::optional<Record> read_record_text(std::string_view text, std::string path, ReadError& error,
                                       Record* partial) {
  return read_owned(std::string(text), std::move(path), error, partial);
}

}  // namespace lockweave::model
