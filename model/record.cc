// model/record.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The writer's side of record.h. Also compiled into the runtime, so: no allocation, no exceptions,
// no iostreams, nothing that needs libstdc++.so.
//
// Members that hold their default (0, false, "") and that a reader may miss are left out; what
// record_reader.cc requires is always written.
#include "model/record.h"

#include <iterator>

#include "model/utf8.h"

namespace lockweave::model {
namespace {

constexpr std::string_view kObjectKinds[] = {
    "mutex",
    "recursive_mutex",
    "errorcheck_mutex",
    "rwlock",
    "spinlock",
    "semaphore",
    "condition_variable",
    "barrier",
    "latch",
    "queue",
    "future",
    "once",
    "static_guard",
    "thread",
    "futex",
    "file_lock",
    "custom",
    "atomic",
    "variable",
};
constexpr std::string_view kModes[] = {"exclusive", "shared"};
constexpr std::string_view kActions[] = {
    "wants",    "waits", "joins",   "acquires", "releases", "destroys", "ends",
    "notifies", "posts", "creates", "forks",    "reads",    "writes",
};
static_assert(std::size(kObjectKinds) == static_cast<std::size_t>(ObjectKind::variable) + 1);
static_assert(std::size(kModes) == static_cast<std::size_t>(Mode::shared) + 1);
static_assert(std::size(kActions) == static_cast<std::size_t>(Action::writes) + 1);

template <typename Enum, std::size_t N>
std::string_view name_of(const std::string_view (&names)[N], Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : std::string_view("unknown");
}

template <typename Enum, std::size_t N>
std::optional<Enum> value_of(const std::string_view (&names)[N], std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

void append_escape(LineSink& sink, char c) {
  if (c == '"' || c == '\\') {
    const char escape[] = {'\\', c};
    return sink.append({escape, sizeof escape});
  }
  constexpr char kHex[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  const char escape[] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
  sink.append({escape, sizeof escape});
}

// Bytes that can stand in a JSON string as they are, from `text` on.
std::size_t plain_length(const char* text, std::size_t size) {
  std::size_t length = 0;
  while (length < size) {
    const auto byte = static_cast<unsigned char>(text[length]);
    if (byte < 0x20 || byte == '"' || byte == '\\') return length;
    const std::size_t step = utf8_length(text + length, size - length);
    if (step == 0) return length;
    length += step;
  }
  return length;
}

void append_string(LineSink& sink, std::string_view text) {
  sink.append("\"");
  const char* at = text.data();
  std::size_t left = text.size();
  while (left != 0) {
    const std::size_t plain = plain_length(at, left);
    if (plain != 0) sink.append({at, plain});
    at += plain;
    left -= plain;
    if (left == 0) break;
    append_escape(sink, *at);
    ++at;
    --left;
  }
  sink.append("\"");
}

void append_number(LineSink& sink, std::uint64_t value) {
  char digits[20];
  char* const end = digits + sizeof digits;
  char* begin = end;
  do {
    *--begin = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  sink.append({begin, static_cast<std::size_t>(end - begin)});
}

void append_signed(LineSink& sink, std::int64_t value) {
  if (value >= 0) return append_number(sink, static_cast<std::uint64_t>(value));
  sink.append("-");
  append_number(sink, std::uint64_t{0} - static_cast<std::uint64_t>(value));
}

void append_frame(LineSink& sink, const Frame& frame) {
  sink.append("[");
  append_number(sink, frame.module);
  sink.append(",");
  append_number(sink, frame.offset);
  sink.append("]");
}

void append_place(LineSink& sink, const SharedPlace& place) {
  sink.append("[");
  append_number(sink, place.device);
  sink.append(",");
  append_number(sink, place.inode);
  sink.append(",");
  append_number(sink, place.offset);
  sink.append("]");
}

// One JSON object, member by member. The `maybe_` forms leave out the default value.
class Members {
 public:
  explicit Members(LineSink& sink) : sink_(sink) {}

  Members& key(std::string_view name) {
    sink_.append(first_ ? "{\"" : ",\"");
    first_ = false;
    sink_.append(name);
    sink_.append("\":");
    return *this;
  }
  Members& number(std::string_view name, std::uint64_t value) {
    append_number(key(name).sink_, value);
    return *this;
  }
  Members& signed_number(std::string_view name, std::int64_t value) {
    append_signed(key(name).sink_, value);
    return *this;
  }
  Members& text(std::string_view name, std::string_view value) {
    append_string(key(name).sink_, value);
    return *this;
  }
  Members& flag(std::string_view name, bool value) {
    key(name).sink_.append(value ? "true" : "false");
    return *this;
  }
  Members& maybe_number(std::string_view name, std::uint64_t value) {
    return value == 0 ? *this : number(name, value);
  }
  Members& maybe_text(std::string_view name, std::string_view value) {
    return value.empty() ? *this : text(name, value);
  }
  Members& maybe_flag(std::string_view name, bool value) {
    return value ? flag(name, value) : *this;
  }
  void close() { sink_.append("}"); }
  void end_line() {
    close();
    sink_.end_line();
  }

 private:
  LineSink& sink_;
  bool first_ = true;
};

template <typename T, typename Append>
void append_list(LineSink& sink, std::span<const T> items, Append append_item) {
  sink.append("[");
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i != 0) sink.append(",");
    append_item(sink, items.data()[i]);
  }
  sink.append("]");
}

void append_step(LineSink& sink, const Step& step) {
  Members members(sink);
  members.number("thread", step.thread).text("action", to_string(step.action));
  members.maybe_number("object", step.object);
  if (step.mode != Mode::exclusive) members.text("mode", to_string(step.mode));
  members.maybe_number("other", step.other).maybe_number("held", step.held);
  members.maybe_number("stack", step.stack);
  if (step.count != 1) members.number("count", step.count);
  members.close();
}

}  // namespace

void write_entry(LineSink& sink, const Header& entry) {
  Members members(sink);
  members.text("lockweave", "record").signed_number("version", entry.version);
  members.text("tool", entry.tool).number("pid", entry.pid).number("ppid", entry.ppid);
  members.flag("root", entry.root).text("exe", entry.exe).key("args");
  append_list(sink, entry.args, append_string);
  members.end_line();
}

void write_entry(LineSink& sink, const Module& entry) {
  Members members(sink);
  members.number("module", entry.id).text("path", entry.path);
  members.maybe_text("build_id", entry.build_id).end_line();
}

void write_entry(LineSink& sink, const Stack& entry) {
  Members members(sink);
  members.number("stack", entry.id).key("frames");
  append_list(sink, entry.frames, append_frame);
  members.end_line();
}

void write_entry(LineSink& sink, const Thread& entry) {
  Members members(sink);
  members.number("thread", entry.id).number("parent", entry.parent);
  members.number("parent_segment", entry.parent_segment).maybe_number("tid", entry.tid);
  members.text("label", entry.label).maybe_text("name", entry.name);
  members.maybe_number("stack", entry.stack).end_line();
}

void write_entry(LineSink& sink, const ThreadEnd& entry) {
  Members(sink).number("thread_end", entry.thread).number("segment", entry.segment).end_line();
}

void write_entry(LineSink& sink, const Join& entry) {
  Members members(sink);
  members.number("join", entry.thread).number("by", entry.by);
  members.number("segment", entry.segment).end_line();
}

void write_entry(LineSink& sink, const Object& entry) {
  Members members(sink);
  members.number("object", entry.id).text("kind", to_string(entry.kind));
  members.maybe_number("address", entry.address).number("generation", entry.generation);
  members.maybe_flag("process_shared", entry.process_shared);
  members.maybe_flag("not_a_lock", entry.not_a_lock);
  if (entry.shared.inode != 0) {
    members.key("shared");
    append_place(sink, entry.shared);
  }
  if (entry.in_module.module != 0) {
    members.key("in_module");
    append_frame(sink, entry.in_module);
  }
  members.maybe_number("on_stack_of", entry.on_stack_of).maybe_text("name", entry.name);
  members.maybe_number("first", entry.first).maybe_number("ordinal", entry.ordinal).end_line();
}

void write_entry(LineSink& sink, const Acquisition& entry) {
  Members members(sink);
  members.number("acquisition", entry.id).maybe_number("outer", entry.outer);
  members.number("object", entry.object).text("mode", to_string(entry.mode));
  members.maybe_flag("trial", entry.trial).maybe_number("stack", entry.stack).end_line();
}

void write_entry(LineSink& sink, const Observation& entry) {
  Members members(sink);
  members.number("seen", entry.acquisition).number("thread", entry.thread);
  members.number("segment", entry.segment).end_line();
}

void write_entry(LineSink& sink, const RawFinding& entry) {
  Members members(sink);
  members.text("finding", entry.rule).maybe_text("variant", entry.variant);
  members.flag("certain", entry.certain).maybe_flag("printed", entry.printed);
  members.maybe_number("object", entry.object).key("steps");
  append_list(sink, entry.steps, append_step);
  members.end_line();
}

void write_entry(LineSink& sink, const Order& entry) {
  Members members(sink);
  members.key("order");
  sink.append("[");
  append_number(sink, entry.before);
  sink.append(",");
  append_number(sink, entry.after);
  sink.append("]");
  members.end_line();
}

void write_entry(LineSink& sink, const Lost& entry) {
  Members(sink).text("lost", entry.what).number("count", entry.count).end_line();
}

void write_entry(LineSink& sink, const End& entry) {
  Members members(sink);
  members.text("end", entry.how).signed_number("status", entry.status).end_line();
}

std::string_view to_string(ObjectKind kind) { return name_of(kObjectKinds, kind); }
std::string_view to_string(Mode mode) { return name_of(kModes, mode); }
std::string_view to_string(Action action) { return name_of(kActions, action); }

std::optional<ObjectKind> object_kind_from(std::string_view text) {
  return value_of<ObjectKind>(kObjectKinds, text);
}
std::optional<Mode> mode_from(std::string_view text) { return value_of<Mode>(kModes, text); }
std::optional<Action> action_from(std::string_view text) {
  return value_of<Action>(kActions, text);
}

}  // namespace lockweave::model
