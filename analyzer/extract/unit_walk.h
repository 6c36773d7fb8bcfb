// analyzer/extract/unit_walk.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All of a unit that is the user's: every function with a body, every instance of a template, every
// lambda; the classes, and the variables with static storage. System headers are jumped over.
#pragma once

#include <clang/AST/ASTContext.h>

#include "analyzer/summary/models.h"
#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::extract {

void walk_unit(clang::ASTContext& context, const std::string& directory,
               const summary::Models& models, summary::Unit& unit);

}  // namespace lockweave::analyzer::extract
