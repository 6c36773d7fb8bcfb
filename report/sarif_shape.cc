// report/sarif_shape.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/sarif_shape.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>

#include "report/text.h"

namespace lockweave::cli {
namespace {

using nlohmann::json;

enum class Kind : std::uint8_t { object, list, map, text, word, truth, count, index };

struct Shape;
struct Field {
  const char* key;
  const Shape* shape;
};

// What a value must be. For object: its fields; for list and map: what each element must be; for
// word: the words there are.
struct Shape {
  Kind kind;
  std::span<const Field> fields{};
  const Shape* element = nullptr;
  std::span<const std::string_view> words{};
  bool may_be_null = false;
};

constexpr Shape kText{Kind::text};
constexpr Shape kTruth{Kind::truth};
constexpr Shape kCount{Kind::count};
constexpr Shape kIndex{Kind::index};
constexpr Shape kTexts{.kind = Kind::list, .element = &kText};

constexpr std::string_view kLevelWords[] = {"none", "note", "warning", "error"};
constexpr std::string_view kKindWords[] = {"pass",          "open",   "informational",
                                           "notApplicable", "review", "fail"};
constexpr std::string_view kStateWords[] = {"new", "unchanged", "updated", "absent"};
constexpr std::string_view kStatusWords[] = {"accepted", "underReview", "rejected"};
constexpr Shape kLevel{.kind = Kind::word, .words = kLevelWords};
constexpr Shape kKind{.kind = Kind::word, .words = kKindWords};
constexpr Shape kState{.kind = Kind::word, .words = kStateWords};
constexpr Shape kStatus{.kind = Kind::word, .words = kStatusWords};

constexpr Field kArtifactFields[] = {{"uri", &kText}, {"uriBaseId", &kText}};
constexpr Shape kArtifact{.kind = Kind::object, .fields = kArtifactFields};
constexpr Shape kArtifacts{.kind = Kind::map, .element = &kArtifact};
constexpr Field kRegionFields[] = {{"startLine", &kCount}, {"startColumn", &kCount}};
constexpr Shape kRegion{.kind = Kind::object, .fields = kRegionFields};
constexpr Field kPhysicalFields[] = {{"artifactLocation", &kArtifact}, {"region", &kRegion}};
constexpr Shape kPhysical{.kind = Kind::object, .fields = kPhysicalFields};
constexpr Field kLogicalFields[] = {{"fullyQualifiedName", &kText}, {"name", &kText}};
constexpr Shape kLogical{.kind = Kind::object, .fields = kLogicalFields};
constexpr Shape kLogicals{.kind = Kind::list, .element = &kLogical};
constexpr Field kMessageFields[] = {{"text", &kText}, {"id", &kText}, {"arguments", &kTexts}};
constexpr Shape kMessage{.kind = Kind::object, .fields = kMessageFields};
constexpr Field kLocationFields[] = {
    {"physicalLocation", &kPhysical}, {"logicalLocations", &kLogicals}, {"message", &kMessage}};
constexpr Shape kLocation{.kind = Kind::object, .fields = kLocationFields};
constexpr Shape kLocations{.kind = Kind::list, .element = &kLocation};

constexpr Field kFrameFields[] = {{"location", &kLocation}, {"module", &kText}};
constexpr Shape kFrame{.kind = Kind::object, .fields = kFrameFields};
constexpr Shape kFrames{.kind = Kind::list, .element = &kFrame};
constexpr Field kStackFields[] = {{"frames", &kFrames}};
constexpr Shape kStack{.kind = Kind::object, .fields = kStackFields};
constexpr Field kStepPropertyFields[] = {
    {"words", &kText}, {"held", &kTexts}, {"heldAt", &kLocations}};
constexpr Shape kStepProperties{.kind = Kind::object, .fields = kStepPropertyFields};
constexpr Field kStepFields[] = {
    {"location", &kLocation}, {"stack", &kStack}, {"properties", &kStepProperties}};
constexpr Shape kStep{.kind = Kind::object, .fields = kStepFields};
constexpr Shape kSteps{.kind = Kind::list, .element = &kStep};
constexpr Field kFlowPropertyFields[] = {{"created", &kLocation}};
constexpr Shape kFlowProperties{.kind = Kind::object, .fields = kFlowPropertyFields};
constexpr Field kFlowFields[] = {
    {"id", &kText}, {"locations", &kSteps}, {"properties", &kFlowProperties}};
constexpr Shape kFlow{.kind = Kind::object, .fields = kFlowFields};
constexpr Shape kFlows{.kind = Kind::list, .element = &kFlow};
constexpr Field kCodeFlowFields[] = {{"threadFlows", &kFlows}};
constexpr Shape kCodeFlow{.kind = Kind::object, .fields = kCodeFlowFields};
constexpr Shape kCodeFlows{.kind = Kind::list, .element = &kCodeFlow};

constexpr Field kSuppressionFields[] = {{"status", &kStatus}};
constexpr Shape kSuppression{.kind = Kind::object, .fields = kSuppressionFields};
constexpr Shape kSuppressions{.kind = Kind::list, .element = &kSuppression};
constexpr Field kFingerprintFields[] = {{"lockweave/v1", &kText}};
constexpr Shape kFingerprints{.kind = Kind::object, .fields = kFingerprintFields};
constexpr Shape kProperties{.kind = Kind::object};  // any tool's own; ours: what is there is read
constexpr Field kRuleReferenceFields[] = {{"id", &kText}};
constexpr Shape kRuleReference{.kind = Kind::object, .fields = kRuleReferenceFields};
constexpr Field kResultFields[] = {{"ruleId", &kText},
                                   {"ruleIndex", &kIndex},
                                   {"rule", &kRuleReference},
                                   {"level", &kLevel},
                                   {"kind", &kKind},
                                   {"baselineState", &kState},
                                   {"message", &kMessage},
                                   {"locations", &kLocations},
                                   {"suppressions", &kSuppressions},
                                   {"partialFingerprints", &kFingerprints},
                                   {"properties", &kProperties},
                                   {"codeFlows", &kCodeFlows}};
constexpr Shape kResult{.kind = Kind::object, .fields = kResultFields};
// null: the tool did not come to look for any (SARIF 2.1.0, 3.14.23).
constexpr Shape kResults{.kind = Kind::list, .element = &kResult, .may_be_null = true};

constexpr Field kConfigurationFields[] = {{"level", &kLevel}};
constexpr Shape kConfiguration{.kind = Kind::object, .fields = kConfigurationFields};
constexpr Shape kMessageStrings{.kind = Kind::map, .element = &kMessage};
constexpr Field kRuleFields[] = {{"id", &kText},
                                 {"defaultConfiguration", &kConfiguration},
                                 {"messageStrings", &kMessageStrings}};
constexpr Shape kRule{.kind = Kind::object, .fields = kRuleFields};
constexpr Shape kRules{.kind = Kind::list, .element = &kRule};
constexpr Field kDriverFields[] = {{"name", &kText}, {"rules", &kRules}};
constexpr Shape kDriver{.kind = Kind::object, .fields = kDriverFields};
constexpr Field kToolFields[] = {{"driver", &kDriver}};
constexpr Shape kTool{.kind = Kind::object, .fields = kToolFields};
constexpr Field kInvocationFields[] = {{"executionSuccessful", &kTruth}};
constexpr Shape kInvocation{.kind = Kind::object, .fields = kInvocationFields};
constexpr Shape kInvocations{.kind = Kind::list, .element = &kInvocation};
constexpr Field kRunFields[] = {{"tool", &kTool},
                                {"invocations", &kInvocations},
                                {"results", &kResults},
                                {"originalUriBaseIds", &kArtifacts}};
constexpr Shape kRun{.kind = Kind::object, .fields = kRunFields};
constexpr Shape kRuns{.kind = Kind::list, .element = &kRun};
constexpr Field kDocumentFields[] = {{"version", &kText}, {"runs", &kRuns}};
constexpr Shape kDocument{.kind = Kind::object, .fields = kDocumentFields};

std::string_view wanted(Kind kind) {
  switch (kind) {
    case Kind::object:
    case Kind::map: return "an object";
    case Kind::list: return "a list";
    case Kind::text:
    case Kind::word: return "a string";
    case Kind::truth: return "true or false";
    case Kind::count: return "a positive number";
    case Kind::index: return "an index";
  }
  return "";
}

std::string_view found(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "a string";
  if (value.is_boolean()) return "true or false";
  return value.is_null() ? "null" : "a number";
}

bool fits_in_32_bits(const json& value) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() <= 0xFFFFFFFF;
}

bool is_of(Kind kind, const json& value) {
  switch (kind) {
    case Kind::object:
    case Kind::map: return value.is_object();
    case Kind::list: return value.is_array();
    case Kind::text:
    case Kind::word: return value.is_string();
    case Kind::truth: return value.is_boolean();
    case Kind::count: return fits_in_32_bits(value);
    case Kind::index: return fits_in_32_bits(value) || value == json(-1);
  }
  return false;
}

class Checker {
 public:
  bool check(const json& value, const Shape& shape) {
    if (shape.may_be_null && value.is_null()) return true;
    if (!is_of(shape.kind, value)) return wrong(value, shape);
    switch (shape.kind) {
      case Kind::object: return check_fields(value, shape);
      case Kind::list: return check_list(value, *shape.element);
      case Kind::map: return check_map(value, *shape.element);
      case Kind::word: return check_word(value, shape);
      default: return true;
    }
  }
  std::string problem;

 private:
  bool check_fields(const json& value, const Shape& shape) {
    return std::all_of(shape.fields.begin(), shape.fields.end(), [&](const Field& field) {
      const auto at = value.find(field.key);
      return at == value.end() ||
             check_at((path_.empty() ? "" : ".") + std::string(field.key), *at, *field.shape);
    });
  }
  bool check_list(const json& list, const Shape& element) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!check_at(fmt::format("[{}]", i), list[i], element)) return false;
    }
    return true;
  }
  bool check_map(const json& map, const Shape& element) {
    for (const auto& [key, value] : map.items()) {
      if (!check_at("." + key, value, element)) return false;
    }
    return true;
  }
  bool check_word(const json& value, const Shape& shape) {
    const auto& word = value.get_ref<const std::string&>();
    if (std::find(shape.words.begin(), shape.words.end(), word) != shape.words.end()) return true;
    const std::vector<std::string> known(shape.words.begin(), shape.words.end());
    problem = fmt::format("{} is {}, none of {}", ticked(path_), ticked(word), joined(known, ", "));
    return false;
  }
  bool check_at(const std::string& step, const json& value, const Shape& shape) {
    const std::size_t before = path_.size();
    path_ += step;
    const bool good = check(value, shape);
    path_.resize(before);
    return good;
  }
  bool wrong(const json& value, const Shape& shape) {
    const std::string_view is =
        value.is_number() && shape.kind >= Kind::count ? "a number out of range" : found(value);
    problem = fmt::format("{} is {}, not {}", path_.empty() ? "the whole" : ticked(path_), is,
                          wanted(shape.kind));
    return false;
  }

  std::string path_;
};

}  // namespace

std::size_t too_deep_at(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kNestingMax) return i;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return std::string_view::npos;
}

std::string wrong_shape(const json& document) {
  Checker checker;
  return checker.check(document, kDocument) ? std::string() : checker.problem;
}

}  // namespace lockweave::cli
