// analyzer/extract/survey.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the control-flow graph of a function no longer tells: where a made object goes, what stands in
// a loop, what decides where to go, what lambdas capture. One walk over the body, lambdas left out.
#pragma once

#include <clang/AST/ExprCXX.h>
#include <clang/AST/StmtCXX.h>
#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/DenseSet.h>

#include <vector>

namespace lockweave::analyzer::extract {

// Where the value of an expression goes: one of these.
struct Destination {
  const clang::VarDecl* variable = nullptr;
  const clang::FieldDecl* field = nullptr;  // of *this; with `variable`, of that
  const clang::Expr* assigned = nullptr;    // what stands left of `=`
  const clang::Expr* container = nullptr;   // into which it is put
  bool returned = false;
  bool made() const {
    return variable != nullptr || field != nullptr || assigned != nullptr || container != nullptr ||
           returned;
  }
};

struct LoopTest {
  bool looped = false;                    // some loop of the function tests something
  std::vector<const clang::Expr*> tests;  // what it tests
};

struct Survey {
  llvm::DenseMap<const clang::Expr*, Destination> destinations;
  llvm::DenseMap<const clang::Expr*, LoopTest> loops;  // of calls that stand in a loop
  llvm::DenseSet<const clang::Expr*> conditions;       // parts of conditions
  llvm::DenseSet<const clang::Expr*> loop_conditions;  // of loops
  llvm::DenseSet<const clang::Expr*> called;           // names of functions that are called
  llvm::DenseSet<const clang::VarDecl*> captured;      // by reference, by a lambda in here
  llvm::DenseSet<const clang::VarDecl*> escaping;      // its address is taken, or a reference
  llvm::DenseSet<const clang::VarDecl*> given_away;    // returned, or moved from
  llvm::DenseMap<const clang::CXXCatchStmt*, std::vector<const clang::VarDecl*>> left_by_throw;
  llvm::DenseMap<const clang::VarDecl*, const clang::Expr*> elements;  // of `for (x : range)`
  std::vector<const clang::LambdaExpr*> lambdas;

  Destination destination(const clang::Expr* expr) const;
};

Survey survey_function(const clang::FunctionDecl& function);

}  // namespace lockweave::analyzer::extract
