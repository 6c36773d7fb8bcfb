// analyzer/summary/archive.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/summary/archive.h"

#include <limits>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "analyzer/summary/archive_fields.h"

namespace lockweave::analyzer::summary {
namespace {

constexpr std::string_view kMagic = "\x7FLWUNIT\n";
// A string that stands once in the file may be many in memory. Real units stay far below.
constexpr std::size_t kTextGrowthMax = 1024;

void append_number(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>((number & 0x7F) | 0x80);
  out += static_cast<char>(number);
}

class Writer {
 public:
  template <typename T>
  using Of = const T;

  template <typename... Values>
  void operator()(const Values&... values) {
    (value(values), ...);
  }
  template <typename... Flags>
  void flags(const Flags&... flags) {
    std::uint64_t bits = 0;
    unsigned at = 0;
    ((bits |= std::uint64_t{flags} << at++), ...);
    append_number(body_, bits);
  }

  std::string finish() const {
    std::string out(kMagic);
    append_number(out, kVersion);
    append_number(out, strings_.size());
    for (const std::string& text : strings_) {
      append_number(out, text.size());
      out += text;
    }
    return out += body_;
  }

 private:
  void value(std::uint32_t number) { append_number(body_, number); }
  void value(std::uint64_t number) { append_number(body_, number); }
  // Zigzag: -1 is short.
  void value(std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    append_number(body_, (bits << 1) ^ (number < 0 ? ~std::uint64_t{0} : 0));
  }
  void value(const std::string& text) {
    const auto [found, added] = numbers_.try_emplace(text, strings_.size());
    if (added) strings_.push_back(text);
    append_number(body_, found->second);
  }
  template <typename T>
  void value(const std::vector<T>& list) {
    append_number(body_, list.size());
    for (const T& one : list) value(one);
  }
  template <typename T>
  void value(const T& one) {
    if constexpr (std::is_enum_v<T>) {
      append_number(body_, static_cast<std::uint64_t>(one));
    } else {
      describe(*this, one);
    }
  }

  std::string body_;
  std::vector<std::string> strings_;
  std::unordered_map<std::string, std::size_t> numbers_;
};

// After the first problem everything is read as zero or empty, and nothing further is.
class Reader {
 public:
  template <typename T>
  using Of = T;

  explicit Reader(std::string_view bytes)
      : left_(bytes), text_left_(bytes.size() * kTextGrowthMax) {}

  template <typename... Values>
  void operator()(Values&... values) {
    (value(values), ...);
  }
  template <typename... Flags>
  void flags(Flags&... flags) {
    const std::uint64_t bits = number((std::uint64_t{1} << sizeof...(flags)) - 1);
    unsigned at = 0;
    ((flags = ((bits >> at++) & 1) != 0), ...);
  }

  void read_header() {
    if (!left_.starts_with(kMagic)) return fail("this is no summary of a unit");
    left_.remove_prefix(kMagic.size());
    const std::uint64_t version = number();
    if (!failed() && version != kVersion) {
      fail("its format is version " + std::to_string(version) + ", this tool reads version " +
           std::to_string(kVersion));
    }
  }
  void read_strings() {
    for (std::uint64_t count = number(left_.size()); count != 0 && !failed(); --count) {
      const std::uint64_t size = number();
      if (size > left_.size()) return fail("it is cut");
      strings_.push_back(left_.substr(0, size));
      left_.remove_prefix(size);
    }
  }
  void expect_end() {
    if (!failed() && !left_.empty()) fail("something follows its end");
  }
  void fail(std::string error) {
    if (failed()) return;
    error_ = std::move(error);
    left_ = {};
  }
  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }

 private:
  std::uint64_t number(std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) {
    std::uint64_t result = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (left_.empty()) break;
      const auto byte = static_cast<unsigned char>(left_.front());
      left_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      result |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte >= 0x80) continue;
      if (result <= max) return result;
      break;
    }
    fail(left_.empty() ? "it is cut" : "a number in it is out of range");
    return 0;
  }

  void value(std::uint32_t& out) {
    out = static_cast<std::uint32_t>(number(std::numeric_limits<std::uint32_t>::max()));
  }
  void value(std::uint64_t& out) { out = number(); }
  void value(std::int64_t& out) {
    const std::uint64_t bits = number();
    out = static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
  }
  void value(std::string& out) {
    const std::uint64_t at = number();
    if (failed()) return;
    if (at >= strings_.size()) return fail("it names a text that is not there");
    if (strings_[at].size() > text_left_) return fail("its texts are too large");
    text_left_ -= strings_[at].size();
    out = strings_[at];
  }
  // Every element takes a byte at least; the list grows as elements are read, not as announced.
  template <typename T>
  void value(std::vector<T>& out) {
    for (std::uint64_t count = number(left_.size()); count != 0 && !failed(); --count) {
      value(out.emplace_back());
    }
  }
  template <typename T>
  void value(T& out) {
    if constexpr (std::is_enum_v<T>) {
      out = static_cast<T>(number(static_cast<std::uint64_t>(last_of(T{}))));
    } else {
      describe(*this, out);
    }
  }

  std::string_view left_;
  std::size_t text_left_;
  std::vector<std::string_view> strings_;
  std::string error_;
};

// Looks at every value of a unit; remembers whether all that refer to others may be followed.
class ReferenceCheck {
 public:
  template <typename T>
  using Of = const T;

  explicit ReferenceCheck(const Unit& unit) : files_(unit.files.size()) { describe(*this, unit); }

  template <typename... Values>
  void operator()(const Values&... values) {
    (value(values), ...);
  }
  template <typename... Flags>
  void flags(const Flags&...) {}

  bool good() const { return good_; }

 private:
  void value(const Place& place) { expect(place.file <= files_); }
  void value(const Edge& edge) { expect(edge.to < blocks_ && edge.condition <= conditions_); }
  void value(const Op& op) {
    expect(op.outcome <= conditions_ && op.from <= conditions_);
    describe(*this, op);
  }
  void value(const Function& function) {
    blocks_ = function.blocks.size();
    conditions_ = function.conditions.size();
    describe(*this, function);
  }
  template <typename T>
  void value(const std::vector<T>& list) {
    for (const T& one : list) value(one);
  }
  template <typename T>
  void value(const T& one) {
    if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) describe(*this, one);
  }
  void expect(bool holds) { good_ = good_ && holds; }

  std::size_t files_;
  std::size_t blocks_ = 0;
  std::size_t conditions_ = 0;
  bool good_ = true;
};

}  // namespace

std::string write_unit(const Unit& unit) {
  Writer writer;
  writer(unit);
  return writer.finish();
}

std::optional<Unit> read_unit(std::string_view bytes, std::string& error) {
  Reader reader(bytes);
  reader.read_header();
  reader.read_strings();
  Unit unit;
  if (!reader.failed()) reader(unit);
  reader.expect_end();
  if (!reader.failed() && !ReferenceCheck(unit).good()) {
    reader.fail("it refers to something that is not there");
  }
  error = reader.error();
  if (reader.failed()) return std::nullopt;
  return unit;
}

}  // namespace lockweave::analyzer::summary
