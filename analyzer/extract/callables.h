// analyzer/extract/callables.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions that stand for something to call: functions, lambdas, bound and wrapped ones.
#pragma once

#include <string>
#include <vector>

#include "analyzer/extract/paths.h"

namespace lockweave::analyzer::extract {

struct Callable {
  std::string key;  // empty: not known which
  std::string name;
  const clang::FunctionDecl* function = nullptr;
  bool is_virtual = false;
  summary::Path slot;                     // where the function value lies, if not known which
  summary::Path receiver;                 // *this of it
  std::vector<summary::Argument> bound;   // std::bind, and arguments that come first
  std::vector<summary::Path> references;  // locals it refers to
  bool known() const { return !key.empty() || slot.root != summary::Root::none; }
};

class Callables {
 public:
  Callables(Names& names, Library& library, Paths& paths);

  Callable of(const clang::Expr* expr);
  // The `this` a lambda captured, if that is this function's own.
  summary::Path captured_this(const clang::CXXRecordDecl& lambda);
  bool is_callable(const clang::Expr* expr);

  // The function and what it gets: std::thread(f, a, b), std::thread(&C::run, this).
  Callable with_arguments(const clang::Expr* callee, llvm::ArrayRef<const clang::Expr*> rest);
  summary::Argument argument(const clang::Expr* expr);

 private:
  Callable of_function(const clang::FunctionDecl& function);
  Callable of_lambda(const clang::LambdaExpr& lambda);
  void add_reference(Callable& callable, const clang::Expr* argument);
  static bool is_own_automatic(const clang::ValueDecl* variable);

  Names& names_;
  Library& library_;
  Paths& paths_;
};

// Of a generic lambda, its first instance. Null: not a lambda, or never instantiated.
const clang::FunctionDecl* call_operator(const clang::CXXRecordDecl& record);

}  // namespace lockweave::analyzer::extract
