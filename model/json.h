// model/json.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A strict JSON parser (RFC 8259) for one line of a record. Private to record_reader.cc.
//
// The values of a line lie in one array, each before its children, so that a line costs no
// allocation once the array has grown. Strings without escapes are views of the input; others are
// decoded into the arena given. Strings must be valid UTF-8, surrogates must come in pairs.
// Never reads outside the input. Nesting deeper than kDepthMax is refused.
// Thread-safety: none; one parser per thread.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

namespace lockweave::model {

struct JsonValue {
  enum class Type : std::uint8_t { null, boolean, number, string, array, object };
  Type type = Type::null;
  bool truth = false;
  std::uint32_t size = 1;  // number of values from this one to its last descendant
  std::string_view key;    // if it is a member of an object
  std::string_view text;   // the decoded string, or the number as written
};

// Steps over the elements of an array or the members of an object.
class JsonChildren {
 public:
  explicit JsonChildren(const JsonValue& parent) : parent_(&parent) {}

  class Iterator {
   public:
    explicit Iterator(const JsonValue* at) : at_(at) {}
    const JsonValue& operator*() const { return *at_; }
    Iterator& operator++() {
      at_ += at_->size;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const JsonValue* at_;
  };
  Iterator begin() const { return Iterator(parent_ + 1); }
  Iterator end() const { return Iterator(parent_ + parent_->size); }

 private:
  const JsonValue* parent_;
};

class JsonParser {
 public:
  static constexpr int kDepthMax = 32;

  explicit JsonParser(std::pmr::memory_resource& arena) : arena_(arena) {}

  // The value of the whole text, valid until the next call; nullptr: malformed, see `error`.
  const JsonValue* parse(std::string_view text);
  std::string_view error() const { return error_; }
  std::size_t error_offset() const { return at_; }  // in the text; 0-based

 private:
  bool fail(std::string_view why);
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c);
  void skip_space();
  bool parse_value(std::string_view key, int depth);
  bool parse_array(int depth);
  bool parse_object(int depth);
  bool parse_members(int depth);
  bool parse_word(std::string_view word);
  bool parse_number(JsonValue& value);
  bool take_digits();
  bool parse_string(std::string_view& out);
  bool decode_string(std::size_t begin, std::string_view& out);
  bool decode_escape(char*& to);
  bool decode_unicode(char*& to);
  std::optional<std::uint32_t> take_hex4();
  bool skip_character();

  std::pmr::memory_resource& arena_;
  std::vector<JsonValue> values_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view error_;
};

}  // namespace lockweave::model
