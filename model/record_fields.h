// model/record_fields.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The members of one line of a record, by key, with type, range and references checked.
// Private to record_reader.cc. The first problem of a line is kept in `Problem`, all that follow are
// ignored, so a reader fills its whole entry first and asks `ok` once.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "model/id_index.h"
#include "model/json.h"
#include "model/record.h"

namespace lockweave::model {

inline constexpr std::string_view kDamaged =
    "the file was changed after the runtime wrote it, or is damaged: record the run again";
inline constexpr std::string_view kNewer =
    "it may come from a newer Lockweave: read it with that version";

struct Problem {
  std::string message;  // empty: none
  std::string_view remedy = kDamaged;
  bool only_missing = false;  // nothing is wrong but that an earlier line is not there
};

inline std::string quoted(std::string_view text) {
  constexpr std::size_t kShownMax = 40;
  std::string result = "`";
  result += text.substr(0, kShownMax);
  if (text.size() > kShownMax) result += "...";
  return result += "`";
}

template <typename T>
std::optional<T> whole_number(const JsonValue& value) {
  T number = 0;
  const char* const end = value.text.data() + value.text.size();
  if (value.type != JsonValue::Type::number) return std::nullopt;
  const auto [stop, error] = std::from_chars(value.text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// The members of one line, or of one step in it, read by key with type and range checked.
class Fields {
 public:
  Fields(const JsonValue& object, Problem& problem) : object_(object), problem_(problem) {}

  const JsonValue* find(std::string_view key) const {
    for (const JsonValue& member : JsonChildren(object_)) {
      if (member.key == key) return &member;
    }
    return nullptr;
  }
  const JsonValue* need(std::string_view key, JsonValue::Type type) {
    const JsonValue* member = find(key);
    if (member == nullptr) {
      complain(quoted(key) + " is missing");
    } else if (member->type != type) {
      complain(quoted(key) + " has the wrong type");
    } else {
      return member;
    }
    return nullptr;
  }

  template <typename T>
  void number(std::string_view key, T& out) {
    if (const JsonValue* member = find(key)) take_number(*member, out);
  }
  template <typename T>
  void need_number(std::string_view key, T& out) {
    if (const JsonValue* member = need(key, JsonValue::Type::number)) take_number(*member, out);
  }
  void text(std::string_view key, std::string_view& out) {
    if (find(key) != nullptr) need_text(key, out);
  }
  void need_text(std::string_view key, std::string_view& out) {
    if (const JsonValue* member = need(key, JsonValue::Type::string)) out = member->text;
  }
  void flag(std::string_view key, bool& out) {
    if (find(key) == nullptr) return;
    if (const JsonValue* member = need(key, JsonValue::Type::boolean)) out = member->truth;
  }
  void mode(std::string_view key, Mode& out) {
    std::string_view name = to_string(out);
    text(key, name);
    take_name(key, name, mode_from(name), out);
  }
  void action(std::string_view key, Action& out) {
    std::string_view name;
    need_text(key, name);
    take_name(key, name, action_from(name), out);
  }

  // An entry that an earlier line must have defined, as an id of the Record; 0 stands for none.
  void reference(std::string_view key, const IdIndex& index, std::string_view what, Id& out) {
    number(key, out);
    resolve(index, what, out);
  }
  void need_reference(std::string_view key, const IdIndex& index, std::string_view what, Id& out) {
    need_number(key, out);
    if (out == 0) complain(quoted(key) + " must not be 0");
    resolve(index, what, out);
  }
  // From the file's id to the Record's.
  void resolve(const IdIndex& index, std::string_view what, Id& id) {
    if (id == 0 || !ok()) return;
    if (const auto place = index.find(id)) {
      id = static_cast<Id>(*place + 1);
      return;
    }
    complain(std::string(what) + " " + std::to_string(id) + " is not defined by an earlier line");
    problem_.only_missing = true;
  }

  template <typename T>
  void take_number(const JsonValue& value, T& out) {
    if (const std::optional<T> number = whole_number<T>(value)) {
      out = *number;
    } else {
      complain((value.key.empty() ? "an element" : quoted(value.key)) +
               " must be a whole number of " + std::to_string(sizeof(T) * 8) + " bits");
    }
  }
  // Exactly as many whole numbers as there are places for them.
  template <typename... Numbers>
  void take_list(const JsonValue& value, Numbers&... out) {
    const JsonValue* item = &value;
    if (value.type != JsonValue::Type::array || value.size != 1 + sizeof...(out)) {
      return complain("expected a list of " + std::to_string(sizeof...(out)) + " numbers");
    }
    (take_number(*++item, out), ...);
  }

  bool ok() const { return problem_.message.empty(); }
  void complain(std::string message, std::string_view remedy = kDamaged) {
    if (ok() || problem_.only_missing) problem_ = {std::move(message), remedy};
  }

 private:
  template <typename Enum>
  void take_name(std::string_view key, std::string_view name, std::optional<Enum> value,
                 Enum& out) {
    if (!ok() && !problem_.only_missing) return;
    if (value) {
      out = *value;
    } else {
      complain(quoted(name) + " is no known " + std::string(key), kNewer);
    }
  }

  const JsonValue& object_;
  Problem& problem_;
};

}  // namespace lockweave::model
