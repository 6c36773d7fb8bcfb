// model/json.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "model/json.h"

#include <cstring>

#include "model/utf8.h"

namespace lockweave::model {
namespace {

bool is_digit(char c) { return '0' <= c && c <= '9'; }

// Stands for itself in a string, and is a whole character.
bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return 0x20 <= byte && byte < 0x80 && c != '"' && c != '\\';
}

std::optional<std::uint32_t> hex_value(char c) {
  if (is_digit(c)) return static_cast<std::uint32_t>(c - '0');
  if ('a' <= c && c <= 'f') return static_cast<std::uint32_t>(c - 'a' + 10);
  if ('A' <= c && c <= 'F') return static_cast<std::uint32_t>(c - 'A' + 10);
  return std::nullopt;
}

bool is_high_surrogate(std::uint32_t code) { return 0xD800 <= code && code < 0xDC00; }
bool is_low_surrogate(std::uint32_t code) { return 0xDC00 <= code && code < 0xE000; }

void put(char*& to, std::uint32_t byte) { *to++ = static_cast<char>(byte); }

void put_utf8(char*& to, std::uint32_t code) {
  if (code < 0x80) return put(to, code);
  if (code < 0x800) {
    put(to, 0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(to, 0xE0 | code >> 12);
    } else {
      put(to, 0xF0 | code >> 18);
      put(to, 0x80 | (code >> 12 & 0x3F));
    }
    put(to, 0x80 | (code >> 6 & 0x3F));
  }
  put(to, 0x80 | (code & 0x3F));
}

}  // namespace

const JsonValue* JsonParser::parse(std::string_view text) {
  text_ = text;
  at_ = 0;
  error_ = {};
  values_.clear();
  skip_space();
  if (!parse_value({}, 0)) return nullptr;
  skip_space();
  if (!at_end()) {
    fail("there is text after the end of the value");
    return nullptr;
  }
  return values_.data();
}

bool JsonParser::fail(std::string_view why) {
  error_ = why;
  return false;
}

bool JsonParser::take(char c) {
  if (at_end() || text_[at_] != c) return false;
  ++at_;
  return true;
}

void JsonParser::skip_space() {
  while (!at_end() &&
         (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n')) {
    ++at_;
  }
}

bool JsonParser::parse_value(std::string_view key, int depth) {
  if (depth > kDepthMax) return fail("values are nested too deeply");
  const std::size_t index = values_.size();
  JsonValue& value = values_.emplace_back();
  value.key = key;
  switch (peek()) {
    case '{': value.type = JsonValue::Type::object; break;
    case '[': value.type = JsonValue::Type::array; break;
    case '"': value.type = JsonValue::Type::string; return parse_string(value.text);
    case 't': value.truth = true; [[fallthrough]];
    case 'f':
      value.type = JsonValue::Type::boolean;
      return parse_word(value.truth ? "true" : "false");
    case 'n': return parse_word("null");
    default: return parse_number(value);
  }
  ++at_;
  const bool object = value.type == JsonValue::Type::object;
  if (!(object ? parse_object(depth) : parse_array(depth))) return false;
  values_[index].size = static_cast<std::uint32_t>(values_.size() - index);
  return true;
}

bool JsonParser::parse_array(int depth) {
  skip_space();
  if (take(']')) return true;
  do {
    skip_space();
    if (!parse_value({}, depth + 1)) return false;
    skip_space();
  } while (take(','));
  return take(']') || fail("expected ',' or ']'");
}

bool JsonParser::parse_object(int depth) {
  skip_space();
  if (take('}')) return true;
  return parse_members(depth) && (take('}') || fail("expected ',' or '}'"));
}

bool JsonParser::parse_members(int depth) {
  do {
    skip_space();
    std::string_view key;
    if (peek() != '"') return fail("expected a key in quotes");
    if (!parse_string(key)) return false;
    skip_space();
    if (!take(':')) return fail("expected ':'");
    skip_space();
    if (!parse_value(key, depth + 1)) return false;
    skip_space();
  } while (take(','));
  return true;
}

bool JsonParser::parse_word(std::string_view word) {
  for (const char c : word) {
    if (!take(c)) return fail("unknown word");
  }
  return true;
}

bool JsonParser::parse_number(JsonValue& value) {
  const std::size_t begin = at_;
  value.type = JsonValue::Type::number;
  take('-');
  if (!take('0') && !take_digits()) return fail("expected a value");
  if (take('.') && !take_digits()) return fail("expected a digit");
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (!take_digits()) return fail("expected a digit");
  }
  value.text = text_.substr(begin, at_ - begin);
  return true;
}

bool JsonParser::take_digits() {
  const std::size_t begin = at_;
  while (is_digit(peek())) ++at_;
  return at_ != begin;
}

bool JsonParser::parse_string(std::string_view& out) {
  const std::size_t begin = ++at_;
  for (;;) {
    while (!at_end() && is_plain(text_[at_])) ++at_;
    if (at_end()) return fail("the string does not end");
    const char c = text_[at_];
    if (c == '\\') return decode_string(begin, out);
    if (c == '"') {
      out = text_.substr(begin, at_++ - begin);
      return true;
    }
    if (!skip_character()) return false;
  }
}

bool JsonParser::skip_character() {
  const std::string_view rest = text_.substr(at_);
  if (static_cast<unsigned char>(rest[0]) < 0x20) return fail("control character in a string");
  const std::size_t length = utf8_length(rest.data(), rest.size());
  if (length == 0) return fail("the string is not UTF-8");
  at_ += length;
  return true;
}

// An escape is never shorter than what it stands for, so the text left bounds the result.
bool JsonParser::decode_string(std::size_t begin, std::string_view& out) {
  const std::size_t end = text_.find('"', at_);
  std::size_t room = end == std::string_view::npos ? 0 : end - begin;
  for (std::size_t quote = end; quote != std::string_view::npos && text_[quote - 1] == '\\';) {
    quote = text_.find('"', quote + 1);
    room = (quote == std::string_view::npos ? text_.size() : quote) - begin;
  }
  if (room == 0) return fail("the string does not end");
  char* const decoded = static_cast<char*>(arena_.allocate(room, 1));
  std::memcpy(decoded, text_.data() + begin, at_ - begin);
  char* to = decoded + (at_ - begin);
  while (!at_end() && text_[at_] != '"') {
    const std::size_t from = at_;
    if (take('\\')) {
      if (!decode_escape(to)) return false;
    } else {
      if (!skip_character()) return false;
      for (std::size_t i = from; i < at_; ++i) *to++ = text_[i];
    }
  }
  out = {decoded, static_cast<std::size_t>(to - decoded)};
  return take('"') || fail("the string does not end");
}

bool JsonParser::decode_escape(char*& to) {
  const char c = peek();
  constexpr std::string_view kEscapes = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (c == 'u') return decode_unicode(to);
  const std::size_t found = kEscapes.find(c);
  if (found == std::string_view::npos) return fail("unknown escape");
  ++at_;
  *to++ = kMeanings[found];
  return true;
}

bool JsonParser::decode_unicode(char*& to) {
  ++at_;
  std::optional<std::uint32_t> code = take_hex4();
  if (!code || is_low_surrogate(*code)) return fail("malformed \\u escape");
  if (is_high_surrogate(*code)) {
    if (!take('\\') || !take('u')) return fail("malformed \\u escape");
    const std::optional<std::uint32_t> low = take_hex4();
    if (!low || !is_low_surrogate(*low)) return fail("malformed \\u escape");
    code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
  }
  put_utf8(to, *code);
  return true;
}

std::optional<std::uint32_t> JsonParser::take_hex4() {
  std::uint32_t code = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const std::optional<std::uint32_t> digit = hex_value(peek());
    if (!digit) return std::nullopt;
    code = code << 4 | *digit;
  }
  return code;
}

}  // namespace lockweave::model
