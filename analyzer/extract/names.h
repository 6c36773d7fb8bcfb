// analyzer/extract/names.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Keys, names and places of declarations, as summary.h describes them.
// Cost: each is computed once per declaration.
#pragma once

#include <clang/AST/ASTContext.h>
#include <clang/AST/Decl.h>
#include <clang/AST/DeclCXX.h>
#include <llvm/ADT/DenseMap.h>

#include <string>
#include <unordered_map>

#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::extract {

class Names {
 public:
  Names(clang::ASTContext& context, summary::Unit& unit, std::string directory, bool system_bodies);

  // Of code that is analysed; not of the system's headers, nor of Lockweave's own.
  bool is_user_code(clang::SourceLocation at);

  // Where it stands; of a macro, where it is used.
  summary::Place place(clang::SourceLocation at);

  const std::string& key(const clang::FunctionDecl& function);
  const std::string& key(const clang::VarDecl& variable);
  // Of a class its name is the key. Empty: not a class.
  std::string key_of_class(clang::QualType type);
  const std::string& key(const clang::RecordDecl& record);
  std::string key(const clang::FieldDecl& field);

  // "ns::Class::method", "f::{lambda}"; without inline namespaces and template arguments.
  const std::string& qualified(const clang::NamedDecl& decl);

  clang::ASTContext& context() { return context_; }

 private:
  bool is_part(clang::QualType type);
  std::uint32_t file_index(clang::FileID file);
  std::string file_prefix(const clang::NamedDecl& decl);
  std::string make_key(const clang::FunctionDecl& function);
  std::string make_qualified(const clang::NamedDecl& decl);
  std::string lambda_place(const clang::CXXRecordDecl& lambda);

  clang::ASTContext& context_;
  const clang::SourceManager& sources_;
  summary::Unit& unit_;
  std::string directory_;
  bool system_bodies_;
  llvm::DenseMap<clang::FileID, std::uint32_t> files_;
  llvm::DenseMap<clang::FileID, bool> user_files_;
  std::unordered_map<std::string, std::uint32_t> indices_;
  llvm::DenseMap<const clang::Decl*, std::string> keys_;
  llvm::DenseMap<const clang::Decl*, std::string> qualified_;
};

// The type looked through pointers, references and smart pointers.
clang::QualType pointee(clang::QualType type);
const clang::CXXRecordDecl* record_of(clang::QualType type);
// What a std::unique_ptr or a std::optional has; null: it is neither.
clang::QualType held_by(clang::QualType type);
bool is_lambda_operator(const clang::FunctionDecl& function);

}  // namespace lockweave::analyzer::extract
