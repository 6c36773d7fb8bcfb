// analyzer/extract/call_parts.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is asked of every call, whatever it does.
// Thread-safety: pure functions.
#pragma once

#include <clang/AST/Expr.h>

#include <string>

#include "analyzer/extract/library.h"

namespace lockweave::analyzer::extract {

// Does it wait for ever, for a while, or not at all?
summary::Attempt attempt_of(Deed deed);
// "operator bool" of every conversion; empty: another operator.
std::string method_name(const clang::FunctionDecl& function);
// What a member, or an operator that is one, is called on; null: it is none.
const clang::Expr* object_of(const clang::CallExpr& call);

}  // namespace lockweave::analyzer::extract
