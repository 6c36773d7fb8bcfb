// analyzer/extract/survey.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/survey.h"

#include <clang/AST/RecursiveASTVisitor.h>

#include "analyzer/extract/paths.h"

namespace lockweave::analyzer::extract {
namespace {

// The expression that makes the object: through casts and temporaries, not through copies.
const clang::Expr* maker(const clang::Expr* expr) {
  while (expr != nullptr) {
    const clang::Expr* inner = expr->IgnoreParenImpCasts();
    if (const auto* full = llvm::dyn_cast<clang::FullExpr>(inner)) {
      inner = full->getSubExpr();
    } else if (const auto* temporary = llvm::dyn_cast<clang::MaterializeTemporaryExpr>(inner)) {
      inner = temporary->getSubExpr();
    } else if (const auto* bound = llvm::dyn_cast<clang::CXXBindTemporaryExpr>(inner)) {
      inner = bound->getSubExpr();
    } else if (const auto* cast = llvm::dyn_cast<clang::CXXFunctionalCastExpr>(inner)) {
      inner = cast->getSubExpr();
    } else if (const auto* initial = llvm::dyn_cast<clang::CXXDefaultInitExpr>(inner)) {
      inner = initial->getExpr();
    } else if (const auto* allocated = llvm::dyn_cast<clang::CXXNewExpr>(inner);
               allocated != nullptr && allocated->getConstructExpr() != nullptr) {
      inner = allocated->getConstructExpr();
    }
    if (inner == expr) return expr;
    expr = inner;
  }
  return expr;
}

class Surveyor : public clang::RecursiveASTVisitor<Surveyor> {
 public:
  using Base = clang::RecursiveASTVisitor<Surveyor>;

  Surveyor(const clang::FunctionDecl& function, Survey& survey)
      : function_(function), survey_(survey) {}

  void run() {
    if (const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(&function_)) {
      for (const clang::CXXCtorInitializer* one : constructor->inits()) {
        if (one->isAnyMemberInitializer()) {
          note(one->getInit(), {.field = one->getAnyMember()});
        }
        TraverseStmt(const_cast<clang::Expr*>(one->getInit()));
      }
    }
    TraverseStmt(function_.getBody());
  }

  bool shouldVisitImplicitCode() const { return true; }

  bool TraverseLambdaExpr(clang::LambdaExpr* lambda) {
    survey_.lambdas.push_back(lambda);
    for (const clang::LambdaCapture& capture : lambda->captures()) {
      if (capture.capturesVariable() && capture.getCaptureKind() == clang::LCK_ByRef) {
        if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(capture.getCapturedVar())) {
          survey_.captured.insert(variable);
          survey_.escaping.insert(variable);
        }
      }
    }
    for (clang::Expr* initial : lambda->capture_inits()) {
      if (initial != nullptr) TraverseStmt(initial);
    }
    return true;
  }
  bool TraverseDecl(clang::Decl* decl) {
    // Local classes have functions of their own.
    if (decl == nullptr || llvm::isa<clang::RecordDecl, clang::FunctionDecl>(decl)) return true;
    return Base::TraverseDecl(decl);
  }

  bool VisitVarDecl(clang::VarDecl* variable) {
    if (variable->getInit() != nullptr) {
      note(variable->getInit(), {.variable = variable});
      if (variable->getType()->isReferenceType()) note_address(variable->getInit());
    }
    if (!tries_.empty()) tries_.back().push_back(variable);
    return true;
  }
  bool VisitReturnStmt(clang::ReturnStmt* leave) {
    if (leave->getRetValue() == nullptr) return true;
    note(leave->getRetValue(), {.returned = true});
    note_given_away(leave->getRetValue());
    return true;
  }
  bool VisitBinaryOperator(clang::BinaryOperator* binary) {
    if (binary->isAssignmentOp()) {
      note(binary->getRHS(), {.assigned = binary->getLHS()});
    }
    return true;
  }
  bool VisitUnaryOperator(clang::UnaryOperator* unary) {
    if (unary->getOpcode() == clang::UO_AddrOf) note_address(unary->getSubExpr());
    return true;
  }
  bool VisitCallExpr(clang::CallExpr* call) {
    if (!loops_.empty()) survey_.loops[call] = loop_test();
    if (call->getCallee() != nullptr)
      survey_.called.insert(call->getCallee()->IgnoreParenImpCasts());
    if (call->isCallToStdMove()) note_given_away(call->getArg(0));
    if (refers_to_argument(*call)) note_address(call->getArg(0));
    const auto* method = llvm::dyn_cast<clang::CXXMemberCallExpr>(call);
    if (const auto* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call);
        operation != nullptr && operation->getOperator() == clang::OO_Equal &&
        operation->getNumArgs() == 2) {
      note(operation->getArg(1), {.assigned = operation->getArg(0)});
    }
    if (method != nullptr && method->getMethodDecl() != nullptr &&
        method->getMethodDecl()->getDeclName().isIdentifier()) {
      const llvm::StringRef name = method->getMethodDecl()->getName();
      if (name == "push_back" || name == "emplace_back" || name == "insert" || name == "push" ||
          name == "emplace" || name == "push_front" || name == "emplace_front") {
        for (const clang::Expr* argument : method->arguments()) {
          note(argument, {.container = method->getImplicitObjectArgument()});
        }
      }
    }
    return true;
  }
  bool VisitCXXConstructExpr(clang::CXXConstructExpr* construct) {
    if (!loops_.empty()) survey_.loops[construct] = loop_test();
    return true;
  }

  bool TraverseWhileStmt(clang::WhileStmt* loop) {
    return in_loop(loop->getCond(), loop->getBody(), nullptr, loop->getConditionVariableDeclStmt(),
                   nullptr);
  }
  bool TraverseDoStmt(clang::DoStmt* loop) {
    return in_loop(loop->getCond(), loop->getBody(), nullptr, nullptr, nullptr);
  }
  bool TraverseForStmt(clang::ForStmt* loop) {
    return in_loop(loop->getCond(), loop->getBody(), loop->getInc(), loop->getInit(),
                   loop->getConditionVariableDeclStmt());
  }
  bool TraverseCXXForRangeStmt(clang::CXXForRangeStmt* loop) {
    survey_.elements[loop->getLoopVariable()] = loop->getRangeInit();
    TraverseStmt(loop->getRangeStmt());
    return in_loop(nullptr, loop->getBody(), nullptr, loop->getLoopVarStmt(), nullptr);
  }
  bool TraverseIfStmt(clang::IfStmt* branch) {
    note_condition(branch->getCond(), false);
    if (!loops_.empty() && leaves_loop(branch)) loops_.back().push_back(branch->getCond());
    return Base::TraverseIfStmt(branch);
  }
  bool VisitConditionalOperator(clang::ConditionalOperator* choice) {
    note_condition(choice->getCond(), false);
    return true;
  }
  bool TraverseCXXTryStmt(clang::CXXTryStmt* attempt) {
    tries_.emplace_back();
    TraverseStmt(attempt->getTryBlock());
    const std::vector<const clang::VarDecl*> inside = std::move(tries_.back());
    tries_.pop_back();
    if (!tries_.empty()) tries_.back().insert(tries_.back().end(), inside.begin(), inside.end());
    for (unsigned i = 0; i < attempt->getNumHandlers(); ++i) {
      survey_.left_by_throw[attempt->getHandler(i)] = inside;
      TraverseStmt(attempt->getHandler(i));
    }
    return true;
  }

 private:
  void note(const clang::Expr* expr, Destination to) {
    const clang::Expr* const made = maker(expr);
    if (made == nullptr) return;
    survey_.destinations.try_emplace(made, to);
    if (const auto* choice = llvm::dyn_cast<clang::ConditionalOperator>(made)) {
      note(choice->getTrueExpr(), to);
      note(choice->getFalseExpr(), to);
    }
    if (const auto* list = llvm::dyn_cast<clang::InitListExpr>(made)) note_members(*list, to);
  }
  // `Transaction t{std::unique_lock(m)};`
  void note_members(const clang::InitListExpr& list, Destination to) {
    const clang::InitListExpr& whole =
        list.isSemanticForm() || list.getSemanticForm() == nullptr ? list : *list.getSemanticForm();
    const clang::RecordDecl* const record = whole.getType()->getAsRecordDecl();
    if (record == nullptr || record->isUnion() || to.variable == nullptr || to.field != nullptr) {
      return;
    }
    unsigned index = 0;
    for (const clang::FieldDecl* field : record->fields()) {
      if (index >= whole.getNumInits()) return;
      to.field = field;
      note(whole.getInit(index++), to);
    }
  }
  void note_given_away(const clang::Expr* expr) {
    const auto* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(stripped(expr));
    if (reference == nullptr) return;
    if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl())) {
      survey_.given_away.insert(variable);
    }
  }
  void note_address(const clang::Expr* expr) {
    const auto* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(stripped(expr));
    if (reference == nullptr) return;
    if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl())) {
      survey_.escaping.insert(variable);
    }
  }
  static bool refers_to_argument(const clang::CallExpr& call) {
    const clang::FunctionDecl* const callee = call.getDirectCallee();
    if (callee == nullptr || !callee->isInStdNamespace() || call.getNumArgs() != 1) return false;
    if (!callee->getDeclName().isIdentifier()) return false;
    return callee->getName() == "ref" || callee->getName() == "cref";
  }
  static bool is_constant(const clang::Expr* expr) {
    return llvm::isa<clang::CXXBoolLiteralExpr, clang::IntegerLiteral>(expr->IgnoreParenImpCasts());
  }
  // All parts, so that a read can be asked for by its own expression.
  void note_condition(const clang::Expr* expr, bool of_loop) {
    if (expr == nullptr || llvm::isa<clang::LambdaExpr>(expr)) return;
    survey_.conditions.insert(expr);
    if (of_loop) survey_.loop_conditions.insert(expr);
    for (const clang::Stmt* child : expr->children()) {
      if (const auto* part = llvm::dyn_cast_or_null<clang::Expr>(child)) {
        note_condition(part, of_loop);
      }
    }
  }
  bool in_loop(clang::Expr* test, clang::Stmt* body, clang::Stmt* next, clang::Stmt* first,
               clang::Stmt* second) {
    if (first != nullptr) TraverseStmt(first);
    loops_.emplace_back();
    if (test != nullptr && !is_constant(test)) {
      loops_.back().push_back(test);
      note_condition(test, true);
    }
    collect_exits(body);
    if (second != nullptr) TraverseStmt(second);
    if (test != nullptr) TraverseStmt(test);
    if (body != nullptr) TraverseStmt(body);
    if (next != nullptr) TraverseStmt(next);
    loops_.pop_back();
    return true;
  }
  // `if (ready) break;` anywhere in the body tests for what comes before it, too.
  void collect_exits(const clang::Stmt* at) {
    if (at == nullptr || llvm::isa<clang::LambdaExpr>(at)) return;
    if (const auto* branch = llvm::dyn_cast<clang::IfStmt>(at); branch && leaves_loop(branch)) {
      loops_.back().push_back(branch->getCond());
    }
    if (llvm::isa<clang::WhileStmt, clang::ForStmt, clang::DoStmt, clang::CXXForRangeStmt>(at)) {
      return;
    }
    for (const clang::Stmt* child : at->children()) collect_exits(child);
  }
  static bool leaves(const clang::Stmt* at) {
    if (at == nullptr) return false;
    if (llvm::isa<clang::BreakStmt, clang::ReturnStmt, clang::GotoStmt>(at)) return true;
    if (llvm::isa<clang::LambdaExpr>(at)) return false;
    for (const clang::Stmt* child : at->children()) {
      if (leaves(child)) return true;
    }
    return false;
  }
  static bool leaves_loop(const clang::IfStmt* branch) {
    return leaves(branch->getThen()) || leaves(branch->getElse());
  }
  LoopTest loop_test() const {
    LoopTest test;
    for (const auto& loop : loops_) {
      test.looped = true;
      test.tests.insert(test.tests.end(), loop.begin(), loop.end());
    }
    return test;
  }

  const clang::FunctionDecl& function_;
  Survey& survey_;
  std::vector<std::vector<const clang::Expr*>>
      loops_;  // tests of the loops around, outermost first
  std::vector<std::vector<const clang::VarDecl*>> tries_;
};

}  // namespace

Destination Survey::destination(const clang::Expr* expr) const {
  const auto known = destinations.find(expr);
  return known == destinations.end() ? Destination() : known->second;
}

Survey survey_function(const clang::FunctionDecl& function) {
  Survey survey;
  Surveyor(function, survey).run();
  return survey;
}

}  // namespace lockweave::analyzer::extract
