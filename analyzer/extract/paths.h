// analyzer/extract/paths.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions as paths: which object does `p->accounts[i].mu` name?
#pragma once

#include <clang/AST/Expr.h>
#include <clang/AST/ExprCXX.h>
#include <llvm/ADT/DenseMap.h>

#include <cstdint>
#include <optional>

#include "analyzer/extract/library.h"
#include "analyzer/extract/names.h"
#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::extract {

// `expr` without parentheses, casts, temporaries, std::move and its kin.
const clang::Expr* stripped(const clang::Expr* expr);
// Of an integral constant; of a null pointer, C's NULL among them, 0.
std::optional<std::int64_t> constant_value(const clang::Expr* expr, clang::ASTContext& context);
// The same, but std::ref(x), std::move(x) and their kin are kept.
const clang::Expr* stripped_once(const clang::Expr* expr);

class Paths {
 public:
  Paths(Names& names, Library& library, const clang::FunctionDecl& function);

  // Root::none where it cannot be named.
  summary::Path of(const clang::Expr* expr);
  summary::Path of(const clang::VarDecl& variable);
  summary::Path of_this();
  summary::Path of_field(const clang::FieldDecl& field);  // of *this
  summary::Path with_field(summary::Path base, const clang::FieldDecl& field);
  // A temporary made here.
  summary::Path of_temporary(const clang::Expr& expr);

  // What a call returned, once its operation has a number.
  void set_result(const clang::Expr& call, std::uint32_t op);

 private:
  summary::Path of_reference(const clang::DeclRefExpr& reference);
  summary::Path of_member(const clang::MemberExpr& member);
  summary::Path of_call(const clang::CallExpr& call);
  summary::Path of_operator(const clang::CXXOperatorCallExpr& call);
  summary::Path of_accessor(const clang::CallExpr& call);
  summary::Path element(summary::Path base, const clang::Expr* index);

  Names& names_;
  Library& library_;
  const clang::FunctionDecl& function_;
  llvm::DenseMap<const clang::Expr*, std::uint32_t> results_;
  int depth_ = 0;
};

}  // namespace lockweave::analyzer::extract
