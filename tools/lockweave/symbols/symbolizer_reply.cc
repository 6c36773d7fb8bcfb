// tools/lockweave/symbols/symbolizer_reply.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the answers, and names gcc's inlined lambdas. gcc's debug information says of one that is
// inlined only `operator()`, without a line of its own; but the frames that it is inlined into tell
// where it was written. From there outwards the first that knows decides:
//   1. a function whose lines cover the lambda's: it was written there;
//   2. a template that was made for one lambda and no other, or that lambda's own entry (`_FUN`).
// Where a function of the user's or another nameless lambda stands in between, that one may have
// called it, whoever made it: then only 1 counts. Where nobody knows it stays `operator()`.
#include <nlohmann/json.hpp>

#include "model/fingerprint.h"
#include "tools/lockweave/symbols/frames.h"
#include "tools/lockweave/symbols/symbolizer.h"

namespace lockweave::cli {
namespace {

using nlohmann::json;

std::string text_member(const json& object, const char* key) {
  const auto member = object.find(key);
  if (member == object.end() || !member->is_string()) return {};
  const auto& text = member->get_ref<const std::string&>();
  return text == "??" ? std::string() : text;
}

std::uint32_t number_member(const json& object, const char* key) {
  const auto member = object.find(key);
  return member != object.end() && member->is_number_unsigned() ? member->get<std::uint32_t>() : 0;
}

struct Frame {
  model::Site site;
  std::uint32_t first_line = 0;  // of the function; gcc says 0 of lambdas
};

bool is_nameless_lambda(const Frame& frame) {
  return frame.site.function == "operator()" && frame.first_line == 0 &&
         !is_library_frame(frame.site);
}

// From the function's first line to the call in it.
bool covers(const Frame& outer, const model::Site& lambda) {
  return outer.first_line != 0 && !outer.site.function.empty() && outer.site.file == lambda.file &&
         outer.first_line <= lambda.line && lambda.line <= outer.site.line;
}

// The lambdas among the template arguments of a name as gcc or LLVM prints it, as plain names:
// "call<void, ns::f()::<lambda()>&>", "Call<ns::f()::'lambda0'()>::run()" -> "ns::f::{lambda}".
class ArgumentReader {
 public:
  explicit ArgumentReader(std::string_view name) : name_(name) {}

  std::vector<std::string> read() {
    if (name_.find("operator<") != name_.npos || name_.find("operator>") != name_.npos) return {};
    while (at_ < name_.size()) step();
    return std::move(lambdas_);
  }

 private:
  void step() {
    const char c = name_[at_];
    if (rest().starts_with("<lambda(") || rest().starts_with("{lambda(")) {
      skip_brackets();
      add_text("{lambda}");
    } else if (rest().starts_with("'lambda")) {
      at_ = std::min(name_.find('\'', at_ + 1), name_.size() - 1) + 1;
      add_text("{lambda}");
    } else if (rest().starts_with("{anonymous}")) {
      skip_brackets();
      add_text("(anonymous namespace)");
    } else if (rest().starts_with("(anonymous namespace)")) {
      add_text(skip_brackets());
    } else if (rest().starts_with(" [with ")) {
      skip_brackets();
    } else if (c == '(') {
      skip_brackets();
      add_text("()");
    } else {
      step_character(c);
    }
  }

  void step_character(char c) {
    ++at_;
    if (c == '<') {
      arguments_.push_back({"", lambdas_.size()});
    } else if (c == ',' || c == '>') {
      end_argument();
      if (c == '>' && !arguments_.empty()) arguments_.pop_back();
    } else {
      add_text(std::string_view(&c, 1));
    }
  }

  std::string_view rest() const { return name_.substr(at_); }

  std::string_view skip_brackets() {
    const std::size_t begin = at_;
    int open = 0;
    do {
      const char c = name_[at_++];
      if (c == '(' || c == '<' || c == '[' || c == '{') ++open;
      if (c == ')' || c == '>' || c == ']' || c == '}') --open;
    } while ((open > 0 || at_ == begin + 1) && at_ < name_.size());
    return name_.substr(begin, at_ - begin);
  }

  void add_text(std::string_view text) {
    if (!arguments_.empty()) arguments_.back().text += text;
  }

  void end_argument() {
    if (arguments_.empty()) return;
    auto& [text, lambdas_before] = arguments_.back();
    constexpr std::string_view kLambda = "{lambda}";
    const std::size_t last = text.rfind(kLambda);  // references and the like stand behind
    if (last != text.npos && last != 0) {
      lambdas_.resize(lambdas_before);  // those inside only say which instance it is
      lambdas_.push_back(model::plain_function_name(text.substr(0, last + kLambda.size())));
    }
    arguments_.back() = {"", lambdas_.size()};
  }

  struct Argument {
    std::string text;  // without brackets
    std::size_t lambdas_before = 0;
  };

  const std::string_view name_;
  std::size_t at_ = 0;
  std::vector<Argument> arguments_;  // one for each template that is open
  std::vector<std::string> lambdas_;
};

// Empty if the function was not made for exactly one.
std::string lambda_it_was_made_for(const std::string& function) {
  if (function.find("::_FUN(") != function.npos) return model::plain_function_name(function);
  const std::vector<std::string> lambdas = ArgumentReader(function).read();
  return lambdas.size() == 1 ? lambdas.front() : std::string();
}

std::string name_of_lambda(const std::vector<Frame>& frames, std::size_t at) {
  bool is_callee = true;
  for (std::size_t i = at + 1; i < frames.size(); ++i) {
    const Frame& outer = frames[i];
    if (covers(outer, frames[at].site)) {
      return model::plain_function_name(outer.site.function) + "::{lambda}";
    }
    if (!is_callee) continue;
    std::string made_for = lambda_it_was_made_for(outer.site.function);
    if (!made_for.empty()) return made_for;
    is_callee = is_library_frame(outer.site);
  }
  return frames[at].site.function;
}

std::vector<Frame> read_frames(const json& symbols) {
  std::vector<Frame> frames;
  for (const json& symbol : symbols) {
    if (!symbol.is_object()) continue;
    Frame frame;
    frame.site.function = text_member(symbol, "FunctionName");
    frame.site.file = text_member(symbol, "FileName");
    frame.site.line = number_member(symbol, "Line");
    frame.site.column = number_member(symbol, "Column");
    frame.first_line = number_member(symbol, "StartLine");
    if (!frame.site.function.empty() || !frame.site.file.empty()) frames.push_back(frame);
  }
  return frames;
}

}  // namespace

std::vector<model::Site> parse_symbolizer_reply(std::string_view line) {
  std::vector<model::Site> sites;
  const json reply = json::parse(line, nullptr, false);
  if (!reply.is_object()) return sites;
  const auto symbols = reply.find("Symbol");
  if (symbols == reply.end() || !symbols->is_array()) return sites;
  const std::vector<Frame> frames = read_frames(*symbols);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    sites.push_back(frames[i].site);
    sites.back().inlined = i + 1 < frames.size();
    if (is_nameless_lambda(frames[i])) sites.back().function = name_of_lambda(frames, i);
  }
  return sites;
}

}  // namespace lockweave::cli
