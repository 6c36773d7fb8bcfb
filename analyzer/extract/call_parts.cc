// analyzer/extract/call_parts.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/call_parts.h"

#include <clang/AST/DeclCXX.h>
#include <clang/AST/ExprCXX.h>

namespace lockweave::analyzer::extract {

using summary::Attempt;

Attempt attempt_of(Deed deed) {
  switch (deed) {
    case Deed::try_acquire:
    case Deed::try_acquire_all:
    case Deed::guard_try:
    case Deed::try_block: return Attempt::tried;
    case Deed::timed_acquire:
    case Deed::guard_timed:
    case Deed::timed_wait:
    case Deed::timed_block: return Attempt::timed;
    default: return Attempt::blocking;
  }
}

std::string method_name(const clang::FunctionDecl& function) {
  if (llvm::isa<clang::CXXConversionDecl>(function)) return "operator bool";
  return function.getDeclName().isIdentifier() ? function.getName().str() : std::string();
}

const clang::Expr* object_of(const clang::CallExpr& call) {
  if (const auto* method = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call)) {
    // Without the cast to the base class that declares the member.
    const clang::Expr* const object = method->getImplicitObjectArgument();
    return object == nullptr ? nullptr : object->IgnoreParenImpCasts();
  }
  const auto* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&call);
  const bool member = operation != nullptr && operation->getDirectCallee() != nullptr &&
                      llvm::isa<clang::CXXMethodDecl>(operation->getDirectCallee());
  return member && operation->getNumArgs() > 0 ? operation->getArg(0) : nullptr;
}

}  // namespace lockweave::analyzer::extract
