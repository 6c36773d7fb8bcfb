// analyzer/extract/library_tables.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What library.h knows, as tables: library_types.cc and library_functions.cc.
// Thread-safety: constant.
#pragma once

#include <llvm/ADT/StringMap.h>
#include <llvm/ADT/StringRef.h>

#include <span>

#include "analyzer/extract/library.h"

namespace lockweave::analyzer::extract {

inline constexpr summary::Mode kShared = summary::Mode::shared;
inline constexpr summary::Mode kExclusive = summary::Mode::exclusive;

struct NamedType {
  llvm::StringLiteral name;
  Role role;
  summary::Answer recursive = summary::Answer::no;
  summary::Mode mode = summary::Mode::exclusive;
  bool joins = false;
  bool release_unlocks = false;
};

struct NamedMethod {
  llvm::StringLiteral name;
  CallModel model;
};

// Null: not known.
const NamedType* find_named_type(llvm::StringRef name);
std::span<const NamedMethod> methods_of(Role role);
// By qualified name.
const llvm::StringMap<CallModel>& function_table();

}  // namespace lockweave::analyzer::extract
