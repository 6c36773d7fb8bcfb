// analyzer/extract/walk_conditions.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A branch tests a condition if the same thing decides elsewhere, too: what a try gave, a variable, a
// comparison of a variable with a constant.
#include <clang/Lex/Lexer.h>
#include <llvm/ADT/StringExtras.h>

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

bool is_zero(const clang::Expr* expr, const clang::ASTContext& context) {
  clang::Expr::EvalResult value;
  expr = expr->IgnoreParenImpCasts();
  if (llvm::isa<clang::CXXNullPtrLiteralExpr, clang::GNUNullExpr>(expr)) return true;
  return !expr->isValueDependent() && expr->getType()->isIntegralOrEnumerationType() &&
         expr->EvaluateAsInt(value, context) && value.Val.getInt() == 0;
}

}  // namespace

Answer FunctionWalk::constant(const clang::Expr* expr, const clang::ASTContext& context) {
  clang::Expr::EvalResult value;
  if (expr->isValueDependent() || !expr->getType()->isIntegralOrEnumerationType() ||
      !expr->EvaluateAsInt(value, context)) {
    return Answer::unknown;
  }
  return value.Val.getInt() == 0 ? Answer::no : Answer::yes;
}

std::uint32_t FunctionWalk::new_condition(std::string words) {
  made_.conditions.push_back(std::move(words));
  return static_cast<std::uint32_t>(made_.conditions.size());
}

// That the value of this call is not zero.
std::uint32_t FunctionWalk::outcome_of(const clang::Expr& call) {
  std::uint32_t& condition = outcomes_[&call];
  if (condition == 0) condition = new_condition("what the call gave");
  return condition;
}

// A text that is equal for equal tests; registers what it depends on. Empty: nothing to follow.
std::string FunctionWalk::key_of_test(const clang::Expr* expr) {
  expr = without_conversion(expr)->IgnoreParenImpCasts();
  std::string text;
  const clang::Expr* variable = expr;
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expr);
      unary != nullptr && unary->getOpcode() == clang::UO_LNot) {
    return key_of_test(unary->getSubExpr());
  }
  if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(expr);
      binary != nullptr && binary->isEqualityOp()) {
    clang::Expr::EvalResult value;
    const clang::Expr* const right = binary->getRHS();
    if (is_zero(right, names_.context())) return key_of_test(binary->getLHS());
    if (right->isValueDependent() || !right->getType()->isIntegralOrEnumerationType() ||
        !right->EvaluateAsInt(value, names_.context())) {
      return "";
    }
    variable = binary->getLHS()->IgnoreParenImpCasts();
    text = "==" + llvm::toString(value.Val.getInt(), 10);
  }
  if (!llvm::isa<clang::DeclRefExpr, clang::MemberExpr>(variable)) return "";
  const summary::Path path = paths_.of(variable);
  if (path.root == Root::none || path.root == Root::result) return "";
  if (library_.type(variable->getType()).role == Role::atomic) return "";
  const std::string of_path = text_of(path);
  tests_of_[of_path].insert(of_path + text);
  return of_path + text;
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

FunctionWalk::Test FunctionWalk::test_of(const clang::Expr* expr) {
  if (expr == nullptr) return {};
  const clang::Expr* const bare = stripped(expr);
  if (bare == nullptr) return {};
  for (const clang::Expr* one : {bare, without_conversion(bare)}) {
    if (const auto known = outcomes_.find(one); known != outcomes_.end()) {
      return {known->second, false};
    }
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
      const bool unequal = binary->getOpcode() == clang::BO_NE;
      if (is_zero(binary->getRHS(), names_.context())) {
        Test test = test_of(binary->getLHS());
        if (!unequal) test.negated = !test.negated;
        return test;
      }
      const std::string key = key_of_test(bare);
      if (key.empty()) return {};
      std::uint32_t& condition = tests_[key];
      if (condition == 0) condition = new_condition(key);
      return {condition, unequal};
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
  if (key.empty()) return {};
  std::uint32_t& condition = tests_[key];
  if (condition == 0) condition = new_condition(key);
  return {condition, false};
}

// After a write what was known of tests of that variable is gone, or is what was written.
void FunctionWalk::assign_conditions(const Path& object, const clang::Expr* value,
                                     clang::SourceLocation at) {
  const auto tests = tests_of_.find(text_of(object));
  if (tests == tests_of_.end()) return;
  for (const std::string& key : tests->second) {
    std::uint32_t& condition = tests_[key];
    if (condition == 0) condition = new_condition(key);
    const bool whole = key == tests->first;  // a plain test of the variable
    Answer answer = Answer::unknown;
    Test from;
    if (value != nullptr && whole) {
      answer = constant(value, names_.context());
      if (answer == Answer::unknown) from = test_of(value);
      if (from.condition == condition) from = {};
    }
    Op& op = emit(OpKind::assign, at);
    op.object = object;
    op.outcome = condition;
    op.value = answer;
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
