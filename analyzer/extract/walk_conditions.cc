// analyzer/extract/walk_conditions.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A branch tests a condition if the same thing decides elsewhere, too: what a try gave, a variable, a
// comparison of a variable with a constant.
#include <clang/Lex/Lexer.h>

#include "analyzer/extract/function_walk.h"

namespace lockweave::analyzer::extract {

using summary::Answer;
using summary::OpKind;
using summary::Root;

namespace {

std::string text_of(const summary::Path& path) {
  std::string text = std::to_string(static_cast<int>(path.root)) + ":" +
                     std::to_string(path.index) + ":" + path.symbol;
  for (const std::string& field : path.fields) text += "." + field;
  return text;
}

// `if (found)` where `found` is an optional, a smart pointer...: the object itself.
const clang::Expr* without_conversion(const clang::Expr* expr) {
  const auto* call = llvm::dyn_cast_or_null<clang::CXXMemberCallExpr>(stripped(expr));
  const bool converts = call != nullptr && call->getMethodDecl() != nullptr &&
                        llvm::isa<clang::CXXConversionDecl>(call->getMethodDecl());
  return converts ? stripped(call->getImplicitObjectArgument()) : expr;
}

struct Comparison {
  const clang::Expr* value = nullptr;  // null: no constant on either side
  std::int64_t constant = 0;
};

Comparison comparison_of(const clang::BinaryOperator& binary, clang::ASTContext& context) {
  if (const auto right = constant_value(binary.getRHS(), context)) return {binary.getLHS(), *right};
  if (const auto left = constant_value(binary.getLHS(), context)) return {binary.getRHS(), *left};
  return {};
}

Answer answer(bool value) { return value ? Answer::yes : Answer::no; }

}  // namespace

Answer FunctionWalk::constant(const clang::Expr* expr, clang::ASTContext& context) {
  if (!expr->getType()->isIntegralOrEnumerationType()) return Answer::unknown;
  const std::optional<std::int64_t> value = constant_value(expr, context);
  return value ? answer(*value != 0) : Answer::unknown;
}

// What assigning the value makes of the question: unknown if the value is no constant.
Answer FunctionWalk::value_for(const summary::Condition& question, const clang::Expr* value) const {
  if (question.subject.root == Root::none) return Answer::unknown;
  const std::optional<std::int64_t> number = constant_value(value, names_.context());
  if (!number) return Answer::unknown;
  return answer(question.compares ? *number == question.value : *number != 0);
}

std::uint32_t FunctionWalk::new_condition(summary::Condition condition) {
  made_.conditions.push_back(std::move(condition));
  return static_cast<std::uint32_t>(made_.conditions.size());
}

std::uint32_t FunctionWalk::new_condition(std::string words) {
  return new_condition(summary::Condition{.words = std::move(words), .subject = {}});
}

// Of a question: one condition, however often it is asked.
std::uint32_t FunctionWalk::condition_of(const std::string& key) {
  std::uint32_t& condition = tests_[key];
  if (condition == 0) condition = new_condition(questions_.at(key));
  return condition;
}

std::uint32_t FunctionWalk::outcome_of(const clang::Expr& call,
                                       std::optional<std::int64_t> success) {
  Outcome& outcome = outcomes_[&call];
  if (outcome.condition == 0) outcome = {new_condition("what the call gave"), success};
  return outcome.condition;
}

// Of a call, or of what is assigned in the midst of a test: `(code = lock()) != 0`.
const FunctionWalk::Outcome* FunctionWalk::known_outcome(const clang::Expr* expr) const {
  const clang::Expr* bare = stripped(expr);
  if (const auto* binary = llvm::dyn_cast_or_null<clang::BinaryOperator>(bare);
      binary != nullptr && binary->getOpcode() == clang::BO_Assign) {
    bare = stripped(binary->getRHS());
  }
  const auto known = outcomes_.find(bare);
  return known == outcomes_.end() ? nullptr : &known->second;
}

// The question that an expression asks; equal texts for equal questions. Empty: nothing to follow.
std::string FunctionWalk::key_of_test(const clang::Expr* expr) {
  expr = without_conversion(expr)->IgnoreParenImpCasts();
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expr);
      unary != nullptr && unary->getOpcode() == clang::UO_LNot) {
    return key_of_test(unary->getSubExpr());
  }
  const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(expr);
  if (binary != nullptr && binary->isEqualityOp()) {
    const Comparison comparison = comparison_of(*binary, names_.context());
    if (comparison.value == nullptr) return "";
    if (comparison.constant == 0) return key_of_test(comparison.value);
    return question_of(comparison.value, comparison.constant);
  }
  if (binary != nullptr && !binary->isAssignmentOp()) return comparison_with_constant(*binary);
  return question_of(expr, std::nullopt);
}

// Is the value this constant, or, without one, not zero? From here on its assignments are followed.
std::string FunctionWalk::question_of(const clang::Expr* value,
                                      std::optional<std::int64_t> constant) {
  const clang::Expr* variable = value->IgnoreParenImpCasts();
  if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(variable);
      binary != nullptr && binary->getOpcode() == clang::BO_Assign) {
    variable = binary->getLHS()->IgnoreParenImpCasts();
  }
  if (!llvm::isa<clang::DeclRefExpr, clang::MemberExpr>(variable)) return "";
  const summary::Path path = paths_.of(variable);
  if (path.root == Root::none || path.root == Root::result) return "";
  if (library_.type(variable->getType()).role == Role::atomic) return "";
  const std::string of_path = text_of(path);
  const std::string key = of_path + (constant ? "==" + std::to_string(*constant) : "");
  tests_of_[of_path].insert(key);
  questions_.try_emplace(key, summary::Condition{.words = key,
                                                 .subject = path,
                                                 .value = constant.value_or(0),
                                                 .compares = constant.has_value()});
  return key;
}

// `flags & kLocked`, `count > 0`: the same again only where it is asked in the same words.
std::string FunctionWalk::comparison_with_constant(const clang::BinaryOperator& binary) {
  if (!binary.isRelationalOp() && binary.getOpcode() != clang::BO_And) return "";
  const std::optional<std::int64_t> constant = constant_value(binary.getRHS(), names_.context());
  if (!constant) return "";
  const std::string plain = question_of(binary.getLHS(), std::nullopt);
  if (plain.empty()) return "";
  std::string key = plain + binary.getOpcodeStr().str() + std::to_string(*constant);
  tests_of_[plain].insert(key);
  questions_.try_emplace(key, summary::Condition{.words = key, .subject = {}, .compares = true});
  return key;
}

// `&a < &b`, `from.number < to.number`: what may decide in which order two locks are taken.
bool FunctionWalk::compares_two_objects(const clang::BinaryOperator& binary) {
  if (!binary.isRelationalOp()) return false;
  const clang::Expr* const left = stripped(binary.getLHS());
  const clang::Expr* const right = stripped(binary.getRHS());
  const bool addresses = left->getType()->isPointerType() && right->getType()->isPointerType();
  const bool members = llvm::isa<clang::MemberExpr, clang::CXXMemberCallExpr>(left) &&
                       left->getStmtClass() == right->getStmtClass();
  return addresses || members;
}

// That the value is the constant. Of a lock call every value but one says that it failed.
FunctionWalk::Test FunctionWalk::test_of_comparison(const clang::Expr* value,
                                                    std::int64_t constant) {
  if (const Outcome* outcome = known_outcome(value)) {
    if (outcome->success) return {outcome->condition, constant == *outcome->success};
    const bool truth = stripped(value)->getType()->isBooleanType();
    if (constant != 0) return truth ? Test{outcome->condition, false} : Test{};
  }
  if (constant == 0) {
    Test test = test_of(value);
    test.negated = !test.negated;
    return test;
  }
  const std::string key = question_of(value, constant);
  return key.empty() ? Test{} : Test{condition_of(key), false};
}

// That the switch goes to this block; only of lock calls, whose values exclude each other.
FunctionWalk::Test FunctionWalk::test_of_case(const clang::SwitchStmt& choice,
                                              const clang::CFGBlock& taken) {
  const Outcome* const outcome = known_outcome(choice.getCond());
  if (outcome == nullptr || !outcome->success) return {};
  const auto value_of = [this](const clang::CaseStmt& label) {
    return constant_value(label.getLHS(), names_.context());
  };
  if (const auto* label = llvm::dyn_cast_or_null<clang::CaseStmt>(taken.getLabel())) {
    return {outcome->condition, value_of(*label) == outcome->success};
  }
  // All else: success only if that has no label of its own.
  bool listed = false;
  for (const auto* at = choice.getSwitchCaseList(); at != nullptr; at = at->getNextSwitchCase()) {
    const auto* label = llvm::dyn_cast<clang::CaseStmt>(at);
    listed |= label != nullptr && value_of(*label) == outcome->success;
  }
  return {outcome->condition, !listed};
}

FunctionWalk::Test FunctionWalk::test_of(const clang::Expr* expr) {
  if (expr == nullptr) return {};
  const clang::Expr* const bare = stripped(expr);
  if (bare == nullptr) return {};
  for (const clang::Expr* one : {bare, without_conversion(bare)}) {
    const auto known = outcomes_.find(one);
    if (known == outcomes_.end()) continue;
    // Not zero says nothing where zero is not the success.
    if (known->second.success.value_or(0) != 0) return {};
    return {known->second.condition, false};
  }
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(bare);
      unary != nullptr && unary->getOpcode() == clang::UO_LNot) {
    Test test = test_of(unary->getSubExpr());
    test.negated = !test.negated;
    return test;
  }
  if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(bare)) {
    if (binary->getOpcode() == clang::BO_Assign) return test_of(binary->getLHS());
    if (binary->isEqualityOp()) {
      const Comparison comparison = comparison_of(*binary, names_.context());
      if (comparison.value == nullptr) return {};
      Test test = test_of_comparison(comparison.value, comparison.constant);
      if (binary->getOpcode() == clang::BO_NE) test.negated = !test.negated;
      return test;
    }
    if (const std::string key = comparison_with_constant(*binary); !key.empty()) {
      return {condition_of(key), false};
    }
    if (compares_two_objects(*binary)) {
      const clang::ASTContext& ast = names_.context();
      const llvm::StringRef text = clang::Lexer::getSourceText(
          clang::CharSourceRange::getTokenRange(binary->getSourceRange()), ast.getSourceManager(),
          ast.getLangOpts());
      return {new_condition(text.str()), false};
    }
    return {};
  }
  const std::string key = key_of_test(bare);
  return key.empty() ? Test{} : Test{condition_of(key), false};
}

// Variables that are passed to functions of the program are followed, too, for what such a function
// does may depend on them; and those returned, for the caller does what they say.
void FunctionWalk::follow_passed(const clang::CFGBlock& block) {
  const auto follow = [this](const clang::Expr* expr) {
    const bool number = expr != nullptr && expr->getType()->isIntegralOrEnumerationType();
    if (number) question_of(expr, std::nullopt);
  };
  for (const clang::CFGElement& element : block) {
    const auto statement = element.getAs<clang::CFGStmt>();
    if (!statement) continue;
    if (const auto* leave = llvm::dyn_cast<clang::ReturnStmt>(statement->getStmt())) {
      follow(leave->getRetValue());
    }
    const auto* call = llvm::dyn_cast<clang::CallExpr>(statement->getStmt());
    const clang::FunctionDecl* const callee = call == nullptr ? nullptr : call->getDirectCallee();
    if (callee == nullptr || !names_.is_user_code(callee->getLocation())) continue;
    for (const clang::Expr* argument : call->arguments()) follow(argument);
  }
}

// After a write what was known of tests of that variable is gone, or is what was written.
void FunctionWalk::assign_conditions(const Path& object, const clang::Expr* value,
                                     clang::SourceLocation at) {
  const auto tests = tests_of_.find(text_of(object));
  if (tests == tests_of_.end()) return;
  for (const std::string& key : tests->second) {
    const std::uint32_t condition = condition_of(key);
    const summary::Condition& question = questions_.at(key);
    const bool has_subject = question.subject.root != Root::none;
    const Answer becomes = value == nullptr ? Answer::unknown : value_for(question, value);
    Test from;
    if (value != nullptr && has_subject && becomes == Answer::unknown) {
      if (!question.compares) {
        from = test_of(value);
      } else if (known_outcome(value) != nullptr) {
        from = test_of_comparison(value, question.value);
      }
    }
    if (from.condition == condition) from = {};
    Op& op = emit(OpKind::assign, at);
    op.object = object;
    op.outcome = condition;
    op.value = becomes;
    op.from = from.condition;
    op.negated = from.negated;
  }
}

// While this thread waits, others change what is not its own.
void FunctionWalk::forget_shared_tests(clang::SourceLocation at) {
  for (const auto& [path, keys] : tests_of_) {
    const char root = path.front();
    const bool own = root == '0' + static_cast<char>(Root::local) ||
                     root == '0' + static_cast<char>(Root::parameter);
    if (own && path.find('.') == std::string::npos) continue;
    for (const std::string& key : keys) {
      if (!tests_.contains(key)) continue;
      Op& op = emit(OpKind::assign, at);
      op.outcome = tests_[key];
    }
  }
}

}  // namespace lockweave::analyzer::extract
