// analyzer/extract/callables.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/callables.h"

#include <clang/AST/DeclTemplate.h>

namespace lockweave::analyzer::extract {

using summary::Argument;
using summary::Path;
using summary::Root;

const clang::FunctionDecl* call_operator(const clang::CXXRecordDecl& record) {
  const clang::CXXRecordDecl* const definition = record.getDefinition();
  if (definition == nullptr) return nullptr;
  if (definition->isLambda()) {
    const clang::CXXMethodDecl* const method = definition->getLambdaCallOperator();
    if (method == nullptr) return nullptr;
    if (const clang::FunctionTemplateDecl* pattern = method->getDescribedFunctionTemplate()) {
      for (const clang::FunctionDecl* instance : pattern->specializations()) return instance;
      return nullptr;
    }
    return method;
  }
  for (const clang::CXXMethodDecl* method : definition->methods()) {
    if (method->getOverloadedOperator() == clang::OO_Call) return method;
  }
  return nullptr;
}

Callables::Callables(Names& names, Library& library, Paths& paths)
    : names_(names), library_(library), paths_(paths) {}

bool Callables::is_own_automatic(const clang::ValueDecl* value) {
  const auto* variable = llvm::dyn_cast_or_null<clang::VarDecl>(value);
  return variable != nullptr && variable->hasLocalStorage() &&
         !variable->getType()->isReferenceType() && !llvm::isa<clang::ImplicitParamDecl>(variable);
}

void Callables::add_reference(Callable& callable, const clang::Expr* argument) {
  const clang::Expr* const bare = argument->IgnoreParenImpCasts();
  const clang::Expr* inner = nullptr;
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(bare);
      unary != nullptr && unary->getOpcode() == clang::UO_AddrOf) {
    inner = unary->getSubExpr();
  } else if (const auto* call = llvm::dyn_cast<clang::CallExpr>(stripped_once(argument));
             call != nullptr && call->getDirectCallee() != nullptr && call->getNumArgs() == 1 &&
             call->getDirectCallee()->isInStdNamespace() &&
             call->getDirectCallee()->getDeclName().isIdentifier() &&
             (call->getDirectCallee()->getName() == "ref" ||
              call->getDirectCallee()->getName() == "cref")) {
    inner = call->getArg(0);
  }
  const auto* reference =
      llvm::dyn_cast_or_null<clang::DeclRefExpr>(inner == nullptr ? nullptr : stripped(inner));
  if (reference != nullptr && is_own_automatic(reference->getDecl())) {
    callable.references.push_back(paths_.of(reference));
  }
}

Callable Callables::of_function(const clang::FunctionDecl& function) {
  Callable callable;
  callable.key = names_.key(function);
  callable.name = names_.qualified(function);
  callable.function = &function;
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
  callable.is_virtual = method != nullptr && method->isVirtual();
  return callable;
}

Callable Callables::of_lambda(const clang::LambdaExpr& lambda) {
  const clang::FunctionDecl* const function = call_operator(*lambda.getLambdaClass());
  if (function == nullptr) return {};
  Callable callable = of_function(*function);
  for (const clang::LambdaCapture& capture : lambda.captures()) {
    if (capture.capturesThis()) {
      callable.receiver = paths_.of_this();
    } else if (capture.capturesVariable() && capture.getCaptureKind() == clang::LCK_ByRef &&
               is_own_automatic(capture.getCapturedVar())) {
      const auto* variable = llvm::cast<clang::VarDecl>(capture.getCapturedVar());
      callable.references.push_back(paths_.of(*variable));
    }
  }
  return callable;
}

Path Callables::captured_this(const clang::CXXRecordDecl& lambda) {
  const clang::DeclContext* around = lambda.getDeclContext();
  for (; around != nullptr; around = around->getParent()) {
    const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(around);
    if (method == nullptr || method->getParent()->isLambda()) continue;
    Path own = paths_.of_this();
    return own.type == names_.key(*method->getParent()) ? own : Path();
  }
  return {};
}

Callable Callables::of(const clang::Expr* expr) {
  expr = stripped(expr);
  if (expr == nullptr) return {};
  if (const auto* lambda = llvm::dyn_cast<clang::LambdaExpr>(expr)) return of_lambda(*lambda);
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expr);
      unary != nullptr &&
      (unary->getOpcode() == clang::UO_AddrOf || unary->getOpcode() == clang::UO_Deref ||
       unary->getOpcode() == clang::UO_Plus)) {
    return of(unary->getSubExpr());
  }
  if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(expr)) {
    if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(reference->getDecl())) {
      return of_function(*function);
    }
  }
  if (const auto* construct = llvm::dyn_cast<clang::CXXConstructExpr>(expr)) {
    const TypeModel type = library_.type(construct->getType());
    if (type.role == Role::function && construct->getNumArgs() >= 1)
      return of(construct->getArg(0));
  }
  if (const auto* call = llvm::dyn_cast<clang::CallExpr>(expr);
      call != nullptr && call->getDirectCallee() != nullptr && call->getNumArgs() >= 1 &&
      call->getDirectCallee()->getDeclName().isIdentifier()) {
    const llvm::StringRef name = call->getDirectCallee()->getName();
    if (name == "bind" || name == "bind_front" || name == "mem_fn" || name == "bind_back") {
      std::vector<const clang::Expr*> rest(call->arg_begin() + 1, call->arg_end());
      return with_arguments(call->getArg(0), rest);
    }
  }
  const clang::QualType type = expr->getType();
  if (const clang::CXXRecordDecl* record = record_of(type)) {
    if (library_.record(record).role == Role::function) {
      Callable callable;
      callable.slot = paths_.of(expr);
      return callable;
    }
    const bool user = record->isLambda() || names_.is_user_code(record->getLocation());
    const clang::FunctionDecl* const function = user ? call_operator(*record) : nullptr;
    if (function == nullptr) return {};
    Callable callable = of_function(*function);
    callable.receiver = record->isLambda() ? captured_this(*record) : paths_.of(expr);
    return callable;
  }
  if (type->isFunctionPointerType() || type->isFunctionReferenceType() || type->isFunctionType() ||
      type->isMemberFunctionPointerType()) {
    Callable callable;
    callable.slot = paths_.of(expr);
    return callable;
  }
  return {};
}

bool Callables::is_callable(const clang::Expr* expr) { return of(expr).known(); }

Argument Callables::argument(const clang::Expr* expr) {
  Argument made;
  made.path = paths_.of(expr);
  made.function = of(expr).key;
  const clang::Expr* const bare = expr->IgnoreParenImpCasts();
  const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(bare);
  made.not_null = llvm::isa<clang::CXXThisExpr>(bare) ||
                  (unary != nullptr && unary->getOpcode() == clang::UO_AddrOf);
  const std::optional<std::int64_t> value = constant_value(expr, names_.context());
  made.constant = value.has_value();
  made.value = value.value_or(0);
  return made;
}

Callable Callables::with_arguments(const clang::Expr* callee,
                                   llvm::ArrayRef<const clang::Expr*> rest) {
  Callable callable = of(callee);
  const auto* method = llvm::dyn_cast_or_null<clang::CXXMethodDecl>(callable.function);
  std::size_t first = 0;
  if (method != nullptr && method->isInstance() && !method->getParent()->isLambda() &&
      callable.receiver.root == Root::none && !rest.empty()) {
    callable.receiver = paths_.of(rest[0]);
    add_reference(callable, rest[0]);
    first = 1;
  }
  for (std::size_t i = first; i < rest.size(); ++i) {
    callable.bound.push_back(argument(rest[i]));
    add_reference(callable, rest[i]);
  }
  return callable;
}

}  // namespace lockweave::analyzer::extract
