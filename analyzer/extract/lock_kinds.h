// analyzer/extract/lock_kinds.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether the holder of a lock may take it again, where not its type but its initialisation says so:
// pthread's initialisers and attributes, mtx_init, QMutex's constructor.
// Thread-safety: pure functions.
#pragma once

#include <clang/AST/ASTContext.h>
#include <clang/AST/Expr.h>

#include <optional>

#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::extract {

// `= PTHREAD_MUTEX_INITIALIZER`, `{QMutex::Recursive}`. None: it says nothing.
std::optional<summary::Answer> kind_of_initialiser(const clang::Expr* init,
                                                   const clang::ASTContext& context);
// The type given to pthread_mutexattr_settype or mtx_init; unknown: only known when it runs.
summary::Answer kind_of_number(const clang::Expr* type, const clang::ASTContext& context);

}  // namespace lockweave::analyzer::extract
