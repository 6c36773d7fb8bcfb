// analyzer/extract/lock_kinds.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/lock_kinds.h"

#include <clang/AST/ExprCXX.h>
#include <clang/Lex/Lexer.h>

#include "analyzer/extract/paths.h"

namespace lockweave::analyzer::extract {
namespace {

using summary::Answer;

struct NamedKind {
  llvm::StringLiteral macro;
  Answer recursive;
};

// An error-checking mutex tells its holder instead of letting it wait.
constexpr NamedKind kInitialisers[] = {
    {"PTHREAD_MUTEX_INITIALIZER", Answer::no},
    {"PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP", Answer::no},
    {"PTHREAD_RECURSIVE_MUTEX_INITIALIZER", Answer::yes},
    {"PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP", Answer::yes},
    {"PTHREAD_ERRORCHECK_MUTEX_INITIALIZER", Answer::yes},
    {"PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP", Answer::yes},
};

// Is an enumerator of that name a part of the expression?
bool mentions(const clang::Stmt* at, llvm::StringRef name) {
  if (at == nullptr) return false;
  if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(at)) {
    const clang::ValueDecl* const decl = reference->getDecl();
    return llvm::isa<clang::EnumConstantDecl>(decl) && decl->getName() == name;
  }
  for (const clang::Stmt* child : at->children()) {
    if (mentions(child, name)) return true;
  }
  return false;
}

}  // namespace

std::optional<Answer> kind_of_initialiser(const clang::Expr* init,
                                          const clang::ASTContext& context) {
  if (init == nullptr) return std::nullopt;
  if (init->getBeginLoc().isMacroID()) {
    const llvm::StringRef name = clang::Lexer::getImmediateMacroName(
        init->getBeginLoc(), context.getSourceManager(), context.getLangOpts());
    for (const NamedKind& one : kInitialisers) {
      if (one.macro == name) return one.recursive;
    }
  }
  const auto* construct = llvm::dyn_cast<clang::CXXConstructExpr>(init->IgnoreImplicit());
  if (construct != nullptr && mentions(construct, "Recursive")) return Answer::yes;
  return std::nullopt;
}

Answer kind_of_number(const clang::Expr* type, const clang::ASTContext& context) {
  if (mentions(type, "mtx_recursive")) return Answer::yes;
  clang::Expr::EvalResult value;
  if (type->isValueDependent() || !type->EvaluateAsInt(value, context)) return Answer::unknown;
  // Everywhere 0 is the normal kind; error-checking and recursive are 1 and 2, in either order. Of
  // mtx_init 1 and 2 are mtx_recursive, which was looked for, and mtx_timed.
  const std::int64_t number = value.Val.getInt().tryExtValue().value_or(0);
  const bool of_pthread = number == 1 || number == 2;
  return of_pthread && !mentions(type, "mtx_timed") ? Answer::yes : Answer::no;
}

}  // namespace lockweave::analyzer::extract
