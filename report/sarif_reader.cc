// report/sarif_reader.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/sarif_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "model/record.h"
#include "report/sarif_shape.h"
#include "report/text.h"

namespace lockweave::cli {
namespace {

using model::Finding;
using model::Level;
using model::Site;
using nlohmann::json;

// ---- values that may be missing or of another type ------------------------------------------------

const json& member(const json& object, const char* key) {
  static const json kNone;
  if (!object.is_object()) return kNone;
  const auto at = object.find(key);
  return at == object.end() ? kNone : *at;
}

const json& element(const json& list, std::size_t index) {
  static const json kNone;
  return list.is_array() && index < list.size() ? list[index] : kNone;
}

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::uint32_t number_of(const json& value) {
  return value.is_number_unsigned() ? value.get<std::uint32_t>() : 0;
}

bool is_true(const json& value) { return value.is_boolean() && value.get<bool>(); }

std::vector<std::string> texts_in(const json& list) {
  std::vector<std::string> texts;
  if (!list.is_array()) return texts;
  for (const json& one : list) texts.push_back(text_of(one));
  return texts;
}

// ---- places --------------------------------------------------------------------------------------

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percent_decoded(std::string_view uri) {
  std::string text;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    const bool escape = uri[i] == '%' && i + 2 < uri.size() && hex_value(uri[i + 1]) >= 0 &&
                        hex_value(uri[i + 2]) >= 0;
    text += escape ? static_cast<char>(hex_value(uri[i + 1]) * 16 + hex_value(uri[i + 2])) : uri[i];
    if (escape) i += 2;
  }
  return text;
}

std::string path_of(std::string_view uri) {
  constexpr std::string_view kFile = "file://";
  if (!uri.starts_with(kFile)) return percent_decoded(uri);
  uri.remove_prefix(kFile.size());
  const std::size_t slash = uri.find('/');  // behind the name of the machine, usually empty
  return percent_decoded(slash == std::string_view::npos ? uri : uri.substr(slash));
}

// "{0} of {1}": each hole takes the argument of its number. Without such, or where the text has grown
// absurdly long, it stays.
std::string filled_in(const std::string& text, const std::vector<std::string>& arguments) {
  constexpr std::size_t kLongest = std::size_t{1} << 20;
  std::string filled;
  std::size_t at = 0;
  for (std::size_t open = text.find('{'); open != text.npos; open = text.find('{', at)) {
    std::size_t number = 0;
    const char* const digits = text.data() + open + 1;
    const auto [end, error] = std::from_chars(digits, text.data() + text.size(), number);
    const bool hole = error == std::errc() && *end == '}' && number < arguments.size() &&
                      filled.size() < kLongest;
    filled.append(text, at, open - at);
    filled += hole ? arguments[number] : "{";
    at = hole ? static_cast<std::size_t>(end - text.data()) + 1 : open + 1;
  }
  return filled.append(text, at);
}

// One run of one tool.
class RunReader {
 public:
  RunReader(const json& run, SarifFile& into) : run_(run), into_(into) {
    const json& driver = member(member(run, "tool"), "driver");
    tool_ = text_of(member(driver, "name"));
    const Digest bases =
        digest_of(member(run, "originalUriBaseIds").dump(-1, ' ', false, kReplace));
    bases_ = hex16(bases.first) + hex16(bases.second);
    const json& rules = member(driver, "rules");
    for (std::size_t i = 0; rules.is_array() && i < rules.size(); ++i) {
      rules_.emplace(text_of(member(rules[i], "id")), &rules[i]);
    }
  }
  void read() {
    const json& invocations = member(run_, "invocations");
    if (invocations.is_array()) {
      for (const json& one : invocations) {
        const json& good = member(one, "executionSuccessful");
        if (good.is_boolean() && !good.get<bool>()) into_.finished = false;
      }
    }
    const json& results = member(run_, "results");
    if (!results.is_array()) return;
    for (const json& result : results) {
      if (counts(result)) take(result);
    }
  }

 private:
  bool counts(const json& result) const {
    const std::string kind = text_of(member(result, "kind"));
    if (!kind.empty() && kind != "fail") return false;
    if (text_of(member(result, "level")) == "none") return false;
    if (text_of(member(result, "baselineState")) == "absent") return false;
    const json& suppressions = member(result, "suppressions");
    if (!suppressions.is_array()) return true;
    return std::none_of(suppressions.begin(), suppressions.end(), [](const json& one) {
      const std::string status = text_of(member(one, "status"));
      return status.empty() || status == "accepted";
    });
  }
  void take(const json& result) {
    SarifResult one;
    one.tool = tool_;
    Finding& finding = one.finding;
    finding.rule = rule_of(result);
    finding.level = level_of(result);
    split_message(message_of(result), finding);
    finding.place = site(element(member(result, "locations"), 0));
    finding.fingerprint = text_of(member(member(result, "partialFingerprints"), "lockweave/v1"));
    one.foreign = finding.fingerprint.empty();
    if (one.foreign) {
      make_foreign(result, finding);
    } else {
      read_own(result, finding);
    }
    one.digest = digest_of(tool_ + '\0' + bases_ + '\0' + result.dump(-1, ' ', false, kReplace));
    into_.results.push_back(std::move(one));
  }

  // ---- what every tool writes ----------------------------------------------------------------
  const json& rule_object(const json& result) const {
    const json& rules = member(member(member(run_, "tool"), "driver"), "rules");
    const json& index = member(result, "ruleIndex");
    if (index.is_number_unsigned()) return element(rules, index.get<std::size_t>());
    const auto at = rules_.find(text_of(member(result, "ruleId")));
    return at == rules_.end() ? member(run_, "") : *at->second;
  }
  std::string rule_of(const json& result) const {
    std::string id = text_of(member(result, "ruleId"));
    if (id.empty()) id = text_of(member(member(result, "rule"), "id"));
    if (id.empty()) id = text_of(member(rule_object(result), "id"));
    if (id.empty()) id = "result";
    std::replace_if(
        id.begin(), id.end(), [](char c) { return c >= 0 && c <= ' '; }, '_');
    return id;
  }
  Level level_of(const json& result) const {
    std::string level = text_of(member(result, "level"));
    if (level.empty()) {
      level = text_of(member(member(rule_object(result), "defaultConfiguration"), "level"));
    }
    return level == "error" ? Level::error : level == "note" ? Level::note : Level::warning;
  }
  std::string message_of(const json& result) const {
    const json& message = member(result, "message");
    std::string text = text_of(member(message, "text"));
    if (text.empty()) {
      const std::string id = text_of(member(message, "id"));
      const json& strings = member(rule_object(result), "messageStrings");
      text = text_of(member(member(strings, id.c_str()), "text"));
    }
    return filled_in(text, texts_in(member(message, "arguments")));
  }
  static void split_message(const std::string& text, Finding& finding) {
    constexpr std::string_view kHelp = "\nhelp: ";
    const std::size_t help = text.find(kHelp);
    finding.message = text.substr(0, help);
    if (help != std::string::npos) finding.hint = text.substr(help + kHelp.size());
    std::replace(finding.message.begin(), finding.message.end(), '\n', ' ');
  }

  // ---- places ------------------------------------------------------------------------------------
  std::string file_of(const json& artifact) const {
    constexpr int kBasesMax = 8;  // a base may have a base; a ring of them ends here
    std::string uri = text_of(member(artifact, "uri"));
    std::string base = text_of(member(artifact, "uriBaseId"));
    for (int i = 0; i < kBasesMax && !base.empty(); ++i) {
      const json& below = member(member(run_, "originalUriBaseIds"), base.c_str());
      uri = text_of(member(below, "uri")) + uri;
      base = text_of(member(below, "uriBaseId"));
    }
    return path_of(uri);
  }
  Site site(const json& location) const {
    Site site;
    const json& physical = member(location, "physicalLocation");
    const json& region = member(physical, "region");
    site.file = file_of(member(physical, "artifactLocation"));
    site.line = number_of(member(region, "startLine"));
    site.column = number_of(member(region, "startColumn"));
    const json& logical = element(member(location, "logicalLocations"), 0);
    site.function = text_of(member(logical, "fullyQualifiedName"));
    if (site.function.empty()) site.function = text_of(member(logical, "name"));
    if (site.file.empty()) as_code_position(site);
    return site;
  }
  // "libbank.so+0x1f0": a place without source.
  static void as_code_position(Site& site) {
    const std::size_t plus = site.function.rfind("+0x");
    if (plus == std::string::npos) return;
    const char* begin = site.function.data() + plus + 3;
    const char* end = site.function.data() + site.function.size();
    if (std::from_chars(begin, end, site.offset, 16).ptr != end) return;
    site.module = site.function.substr(0, plus);
    site.function.clear();
  }

  // ---- foreign results ------------------------------------------------------------------------------
  void make_foreign(const json& result, Finding& finding) const {
    const json& physical = member(element(member(result, "locations"), 0), "physicalLocation");
    const std::string uri = text_of(member(member(physical, "artifactLocation"), "uri"));
    const std::string file = below(path_of(uri), folder_);
    const std::string key = finding.rule + '\0' + file + '\0' + finding.message;
    finding.fingerprint = hex16(digest_of(key).first);
    finding.how = model::How::static_analysis;
    finding.confidence = model::Confidence::medium;
    if (finding.hint.empty() && !tool_.empty()) finding.hint = "reported by " + ticked(tool_);
  }

  // ---- our own ------------------------------------------------------------------------------------
  static model::How how_of(const std::string& text) {
    for (const model::How how : {model::How::observed, model::How::predicted,
                                 model::How::static_analysis, model::How::confirmed}) {
      if (text == model::to_string(how)) return how;
    }
    return model::How::observed;
  }
  void read_own(const json& result, Finding& finding) const {
    const json& properties = member(result, "properties");
    finding.how = how_of(text_of(member(properties, "how")));
    finding.confidence = text_of(member(properties, "confidence")) == "medium"
                             ? model::Confidence::medium
                             : model::Confidence::high;
    finding.locks = texts_in(member(properties, "locks"));
    finding.seen_in = texts_in(member(properties, "seenIn"));
    finding.accesses = texts_in(member(properties, "accesses"));
    const json& flows = member(element(member(result, "codeFlows"), 0), "threadFlows");
    if (!flows.is_array()) return;
    for (const json& one : flows) finding.flows.push_back(flow(one));
  }
  model::Flow flow(const json& from) const {
    model::Flow flow;
    flow.thread = text_of(member(from, "id"));
    const json& created = member(member(from, "properties"), "created");
    if (created.is_object()) flow.created.push_back(site(created));
    const json& steps = member(from, "locations");
    if (!steps.is_array()) return flow;
    for (const json& one : steps) flow.steps.push_back(step(one));
    return flow;
  }
  static void read_action(const json& properties, model::FlowStep& step) {
    step.action = model::action_from(text_of(member(properties, "action")));
    if (!step.action) return;
    step.object = text_of(member(properties, "object"));
    step.kind = model::object_kind_from(text_of(member(properties, "kind"))).value_or(step.kind);
    step.mode = model::mode_from(text_of(member(properties, "mode"))).value_or(step.mode);
    step.other = text_of(member(properties, "other"));
    if (is_true(member(properties, "otherIsOwn"))) step.other_is = model::Other::itself;
    if (is_true(member(properties, "otherIsAhead"))) step.other_is = model::Other::ahead;
    const json& count = member(properties, "count");
    if (count.is_number_unsigned()) step.count = count.get<std::uint64_t>();
  }
  model::FlowStep step(const json& from) const {
    model::FlowStep step;
    const json& location = member(from, "location");
    read_action(member(from, "properties"), step);
    if (!step.action) {
      // The message says what is held as well.
      const json& words = member(member(from, "properties"), "words");
      step.text = text_of(words.is_string() ? words : member(member(location, "message"), "text"));
    }
    const std::vector<std::string> held = texts_in(member(member(from, "properties"), "held"));
    const json& held_at = member(member(from, "properties"), "heldAt");
    for (std::size_t i = 0; i < held.size(); ++i) {
      model::HeldLock lock{held[i], model::Mode::exclusive, {}};
      const Site taken = site(element(held_at, i));
      if (taken != Site()) lock.stack.push_back(taken);
      step.held.push_back(std::move(lock));
    }
    const json& frames = member(member(from, "stack"), "frames");
    if (!frames.is_array()) return step;
    for (const json& frame : frames) {
      Site at = site(member(frame, "location"));
      if (at.module.empty()) at.module = text_of(member(frame, "module"));
      step.stack.push_back(std::move(at));
    }
    return step;
  }

  static constexpr auto kReplace = json::error_handler_t::replace;
  const json& run_;
  SarifFile& into_;
  std::string tool_;
  std::string bases_;  // of originalUriBaseIds, the digest
  std::string folder_ = current_folder();
  std::map<std::string, const json*> rules_;  // by id
};

std::size_t line_at(std::string_view text, std::size_t byte) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
  return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

}  // namespace

std::optional<SarifFile> read_sarif(std::string_view text, const std::string& path,
                                    model::ReadError& error) {
  const char* const kRewrite = "write it again with the tool it came from, or leave it out";
  if (const std::size_t deep = too_deep_at(text); deep != std::string_view::npos) {
    error = {path, line_at(text, deep),
             fmt::format("nested more than {} deep: this is no SARIF", kNestingMax), kRewrite};
    return std::nullopt;
  }
  json document;
  try {
    document = json::parse(text);
  } catch (const json::parse_error& bad) {
    const std::size_t byte = bad.byte == 0 ? 0 : bad.byte - 1;
    error = {path, line_at(text, byte), "not JSON: the file is damaged or cut here", kRewrite};
    return std::nullopt;
  }
  const json& runs = member(document, "runs");
  const std::string version = text_of(member(document, "version"));
  if (!runs.is_array()) {
    error = {path, 0, "JSON, but no SARIF: it has no list `runs`",
             "name records (*.jsonl), run folders, or SARIF 2.1.0 files"};
    return std::nullopt;
  }
  if (!version.starts_with("2.1")) {
    error = {path, 0, fmt::format("SARIF of version `{}`; this program reads 2.1.0", version),
             "have the tool it came from write SARIF 2.1.0"};
    return std::nullopt;
  }
  if (const std::string problem = wrong_shape(document); !problem.empty()) {
    error = {path, 0, "malformed SARIF: " + problem, kRewrite};
    return std::nullopt;
  }
  SarifFile file;
  file.path = path;
  for (const json& run : runs) RunReader(run, file).read();
  return file;
}

}  // namespace lockweave::cli
