// model/function_name.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// plain_function_name: what gcc's and LLVM's demanglers print, reduced to the name a person would
// say. One pass from left to right that collects the components of a qualified name and forgets
// them again when a space shows that they were a return type. Works on any text, without recursion.
// Symbolisers leave some names mangled (LLVM's: clang's generic lambdas); those are demangled first.
#include <cxxabi.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/fingerprint.h"

namespace lockweave::model {
namespace {

constexpr std::string_view kLambda = "{lambda}";
constexpr std::string_view kAnonymous = "(anonymous namespace)";

bool is_digit(char c) { return '0' <= c && c <= '9'; }

bool is_identifier(char c) {
  return is_digit(c) || ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// "f.part.0.cold" -> "f"
std::string_view without_clone_suffix(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kTags = {
      "part", "isra",       "constprop", "cold", "clone",   "lto_priv",
      "llvm", "localalias", "__uniq",    "plt",  "resolver"};
  for (;;) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return name;
    const std::string_view tag = name.substr(dot + 1);
    if (!all_digits(tag) && !is_one_of(tag, kTags)) return name;
    name = name.substr(0, dot);
  }
}

// std's versioned inline namespaces.
bool is_inline_namespace(std::string_view component) {
  static constexpr std::array<std::string_view, 6> kNames = {"__cxx11", "__1",     "__ndk1",
                                                             "_V2",     "__debug", "__cxx1998"};
  return is_one_of(component, kNames);
}

class OpenBrackets {
 public:
  bool empty() const { return open_.empty(); }
  char innermost() const { return open_.back(); }
  void push(char opener) {
    open_ += opener;
    ++count_[static_cast<unsigned char>(opener)];
  }
  // Closes what is open inside as well. Amortised O(1).
  void close(char opener) {
    if (count_[static_cast<unsigned char>(opener)] == 0) return;
    char closed = '\0';
    do {
      closed = open_.back();
      open_.pop_back();
      --count_[static_cast<unsigned char>(closed)];
    } while (closed != opener);
  }

 private:
  std::string open_;
  std::array<std::size_t, 128> count_{};
};

class NameReader {
 public:
  explicit NameReader(std::string text) : text_(std::move(text)) {}

  std::string read() {
    while (at_ < text_.size() && step()) {
    }
    end_component();
    return join();
  }

 private:
  std::string_view view(std::size_t begin, std::size_t size = std::string_view::npos) const {
    return std::string_view(text_).substr(begin, size);
  }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool starts_with(std::string_view prefix) const { return view(at_).starts_with(prefix); }
  bool take(std::string_view prefix) {
    if (!starts_with(prefix)) return false;
    at_ += prefix.size();
    return true;
  }

  // false: the name has ended.
  bool step() {
    if (take("::")) {
      end_component();
      after_parameters_ = false;
      return true;
    }
    switch (peek()) {
      case ' ': return step_space();
      case '<':
      case '[': skip_brackets(); return true;
      case '(': return step_parenthesis();
      case ')': return false;
      case '{': step_brace(); return true;
      case '\'': step_quote(); return true;
      case '*':
      case '&':
        forget();
        ++at_;
        return true;
      default: step_text(); return true;
    }
  }

  // Before the parameters a space ends the return type; after them qualifiers may follow.
  bool step_space() {
    ++at_;
    if (current_ == "decltype" && peek() == '(') return true;
    if (!after_parameters_) {
      forget();
      return true;
    }
    while (take(" ") || take_qualifier()) {
    }
    if (starts_with("::")) return true;
    if (peek() == '[' || peek() == '(' || peek() == '-' || starts_with("requires")) return false;
    if (at_ < text_.size()) forget();  // that was decltype(...)
    return true;
  }
  bool take_qualifier() {
    return take("const") || take("volatile") || take("noexcept") || take("&&") || take("&");
  }

  bool step_parenthesis() {
    if (take(kAnonymous)) {
      current_ += kAnonymous;
    } else if (starts_with("(lambda at ")) {
      skip_brackets();
      current_ = kLambda;
    } else if (starts_with("(anonymous")) {
      current_ += take_brackets();
    } else if (current_.empty() && components_.empty()) {
      ++at_;  // "void (*name(int))(char)"
    } else {
      skip_brackets();
      after_parameters_ = true;
    }
    return true;
  }

  // "{lambda(int)#1}", "{unnamed type#2}"
  void step_brace() {
    const std::string_view all = take_brackets();
    const std::string_view inside = all.substr(1, all.find_first_of("(#}", 1) - 1);
    current_ += '{';
    current_ += inside;
    current_ += '}';
  }

  // "'lambda0'(int)", "'unnamed'"
  void step_quote() {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '\'') ++at_;
    std::string_view inside = view(begin, at_ - begin);
    at_ = std::min(at_ + 1, text_.size());
    while (!inside.empty() && is_digit(inside.back())) inside.remove_suffix(1);
    current_ += '{';
    current_ += inside;
    current_ += '}';
  }

  void step_text() {
    static constexpr std::string_view kOperator = "operator";
    if (current_.empty() && starts_with(kOperator) && !is_identifier(peek(kOperator.size()))) {
      at_ += kOperator.size();
      current_ = kOperator;
      return step_operator();
    }
    const std::size_t begin = at_++;
    while (at_ < text_.size() && is_identifier(text_[begin]) && is_identifier(text_[at_])) ++at_;
    current_ += view(begin, at_ - begin);
  }

  void step_operator() {
    if (take("\"\"")) {
      take(" ");
      current_ += "\"\"";
    } else if (peek() == ' ') {
      take_conversion();
    } else {
      take_symbol();
    }
    if (peek() == ' ' && peek(1) == '<') ++at_;  // "operator< <int>"
  }

  // "operator new[]", "operator std::vector<int> const&"
  void take_conversion() {
    while (at_ < text_.size() && peek() != '(') {
      if (peek() == '<') {
        skip_brackets();
      } else {
        current_ += text_[at_++];
      }
    }
  }

  // The longest operator after which a parameter list, template arguments or nothing follows:
  // "operator<<int>(...)" is operator< of <int>.
  void take_symbol() {
    static constexpr std::string_view kSymbolChars = "+-*/%^&|~!=<>,";
    std::size_t length = starts_with("()") || starts_with("[]") ? 2 : 0;
    if (length == 0) {
      for (std::size_t n = 1; n <= 3 && kSymbolChars.find(peek(n - 1)) != kSymbolChars.npos; ++n) {
        const char next = peek(n);
        if (next == '\0' || next == '(' || next == '<' || next == ' ' || next == '[') length = n;
      }
      if (starts_with("<<<") && length == 3) length = 2;
    }
    current_ += view(at_, length);
    at_ += length;
  }

  // The bracketed text at `at_`. Less-than and greater-than signs that are comparisons stand in
  // parentheses there.
  std::string_view take_brackets() {
    const std::size_t begin = at_;
    OpenBrackets open;
    do {
      const char c = text_[at_++];
      if (c == '<' || c == '(' || c == '[' || c == '{') {
        open.push(c);
      } else if (c == '>' && open.innermost() == '<' && text_[at_ - 2] != '-') {
        open.close('<');
      } else if (c == ')' || c == ']' || c == '}') {
        open.close(c == ')' ? '(' : c == ']' ? '[' : '{');
      }
    } while (!open.empty() && at_ < text_.size());
    return view(begin, at_ - begin);
  }
  void skip_brackets() { take_brackets(); }

  void forget() {
    components_.clear();
    current_.clear();
    after_parameters_ = false;
  }
  void end_component() {
    while (!current_.empty() && current_.back() == ' ') current_.pop_back();
    if (current_.empty()) return;
    if (current_.starts_with("$_") && all_digits(std::string_view(current_).substr(2))) {
      current_ = kLambda;
    }
    if (!is_noise()) components_.push_back(current_);
    current_.clear();
  }
  bool is_noise() const {
    if (current_ == kAnonymous) return true;  // gcc leaves it out of inlined functions
    if (components_.empty()) return false;
    const bool call = current_ == "operator()" || current_ == "_FUN" || current_ == "__invoke";
    return (call && components_.back() == kLambda) ||
           (components_.front() == "std" && is_inline_namespace(current_));
  }
  std::string join() const {
    std::string name;
    for (const std::string& component : components_) {
      if (!name.empty()) name += "::";
      name += component;
    }
    return name;
  }

  const std::string text_;
  std::size_t at_ = 0;
  std::vector<std::string> components_;
  std::string current_;  // the component being read
  bool after_parameters_ = false;
};

std::string demangled(std::string_view name) {
  constexpr std::size_t kMangledMax = 4096;
  const std::string text(name);
  if (!name.starts_with("_Z") || name.size() > kMangledMax) return text;
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> result(
      abi::__cxa_demangle(text.c_str(), nullptr, nullptr, &status), std::free);
  return status == 0 && result != nullptr ? std::string(result.get()) : text;
}

}  // namespace

std::string plain_function_name(std::string_view symbol) {
  std::string plain = NameReader(demangled(without_clone_suffix(symbol))).read();
  return plain.empty() ? std::string(symbol) : plain;
}

}  // namespace lockweave::model
