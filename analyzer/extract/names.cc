// analyzer/extract/names.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/names.h"

#include <clang/AST/DeclTemplate.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Index/USRGeneration.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/Path.h>

#include <algorithm>

namespace lockweave::analyzer::extract {
namespace {

// Lockweave's own types are known by name, as std's are.
bool is_own_header(llvm::StringRef path) { return path.contains("include/lockweave/"); }

std::string printed_arguments(const clang::FunctionDecl& function) {
  const clang::TemplateArgumentList* const arguments = function.getTemplateSpecializationArgs();
  if (arguments == nullptr) return "";
  std::string text;
  llvm::raw_string_ostream out(text);
  const clang::PrintingPolicy policy(function.getASTContext().getLangOpts());
  for (const clang::TemplateArgument& one : arguments->asArray()) {
    one.print(policy, out, true);
    out << ',';
  }
  return text;
}

}  // namespace

Names::Names(clang::ASTContext& context, summary::Unit& unit, std::string directory,
             bool system_bodies)
    : context_(context), sources_(context.getSourceManager()), unit_(unit),
      directory_(std::move(directory)), system_bodies_(system_bodies) {}

bool Names::is_user_code(clang::SourceLocation at) {
  if (at.isInvalid()) return false;
  const clang::FileID file = sources_.getFileID(sources_.getExpansionLoc(at));
  const auto known = user_files_.find(file);
  if (known != user_files_.end()) return known->second;
  const clang::SourceLocation start = sources_.getLocForStartOfFile(file);
  bool user = system_bodies_ || !sources_.isInSystemHeader(start);
  if (const auto entry = sources_.getFileEntryRefForID(file)) {
    user = user && !is_own_header(entry->getName());
  } else {
    user = false;
  }
  user_files_[file] = user;
  return user;
}

std::uint32_t Names::file_index(clang::FileID file) {
  const auto known = files_.find(file);
  if (known != files_.end()) return known->second;
  std::uint32_t index = 0;
  if (const auto entry = sources_.getFileEntryRefForID(file)) {
    llvm::SmallString<256> path(entry->getName());
    if (!llvm::sys::path::is_absolute(path)) {
      llvm::SmallString<256> whole(directory_);
      llvm::sys::path::append(whole, path);
      path = whole;
    }
    llvm::sys::path::remove_dots(path, true);
    const auto [at, is_new] = indices_.try_emplace(path.str().str(), unit_.files.size() + 1);
    if (is_new) unit_.files.push_back(path.str().str());
    index = at->second;
  }
  files_[file] = index;
  return index;
}

summary::Place Names::place(clang::SourceLocation at) {
  if (at.isInvalid()) return {};
  const clang::SourceLocation spot = sources_.getExpansionLoc(at);
  const auto [file, offset] = sources_.getDecomposedLoc(spot);
  const std::uint32_t index = file_index(file);
  if (index == 0) return {};
  return {index, sources_.getLineNumber(file, offset), sources_.getColumnNumber(file, offset)};
}

// "FILE|" for what no other unit can name; of a header's, the header.
std::string Names::file_prefix(const clang::NamedDecl& decl) {
  if (decl.isExternallyVisible()) return "";
  const summary::Place at = place(decl.getCanonicalDecl()->getLocation());
  return at.file == 0 ? "?|" : unit_.files[at.file - 1] + "|";
}

std::string Names::lambda_place(const clang::CXXRecordDecl& lambda) {
  const summary::Place at = place(lambda.getLocation());
  const std::string file = at.file == 0 ? "?" : unit_.files[at.file - 1];
  return file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::string Names::make_key(const clang::FunctionDecl& function) {
  std::string suffix = printed_arguments(function);
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
      method != nullptr && method->getParent()->isLambda()) {
    // One lambda expression is another lambda in each instance of the function around it.
    std::string around;
    const clang::DeclContext* outer = method->getParent()->getDeclContext();
    while (outer != nullptr && !outer->isFunctionOrMethod()) outer = outer->getParent();
    if (const auto* enclosing = llvm::dyn_cast_or_null<clang::FunctionDecl>(outer);
        enclosing != nullptr && enclosing->isTemplateInstantiation()) {
      around = "in " + key(*enclosing);
    }
    return lambda_place(*method->getParent()) + "|{lambda}" + suffix + around;
  }
  llvm::SmallString<128> usr;
  if (clang::index::generateUSRForDecl(&function, usr)) usr = qualified(function);
  if (suffix.find("lambda") == std::string::npos) suffix.clear();
  return file_prefix(function) + usr.str().str() + suffix;
}

const std::string& Names::key(const clang::FunctionDecl& function) {
  const clang::FunctionDecl* const canonical = function.getCanonicalDecl();
  const auto known = keys_.find(canonical);
  if (known != keys_.end()) return known->second;
  std::string made = make_key(*canonical);
  return keys_[canonical] = std::move(made);
}

const std::string& Names::key(const clang::VarDecl& variable) {
  const clang::VarDecl* const canonical = variable.getCanonicalDecl();
  const auto known = keys_.find(canonical);
  if (known != keys_.end()) return known->second;
  std::string made;
  if (variable.isLocalVarDeclOrParm() || variable.isInitCapture()) {
    const summary::Place at = place(canonical->getLocation());
    made = (at.file == 0 ? "?" : unit_.files[at.file - 1]) + ":" + std::to_string(at.line) + ":" +
           std::to_string(at.column) + "|" + canonical->getNameAsString();
  } else {
    made = file_prefix(*canonical) + qualified(*canonical);
  }
  return keys_[canonical] = std::move(made);
}

const std::string& Names::key(const clang::RecordDecl& record) {
  const clang::Decl* const canonical = record.getCanonicalDecl();
  const auto known = keys_.find(canonical);
  if (known != keys_.end()) return known->second;
  std::string made = file_prefix(record) + qualified(record);
  return keys_[canonical] = std::move(made);
}

std::string Names::key(const clang::FieldDecl& field) {
  const char* const end = is_part(field.getType()) ? "." : "";
  return key(*field.getParent()) + "::" + field.getNameAsString() + end;
}

// Are the members of such a member parts of the object around it? Not of a pointer, however smart.
bool Names::is_part(clang::QualType type) {
  const clang::QualType element = context_.getBaseElementType(type);
  const clang::RecordDecl* record = element.isNull() ? nullptr : element->getAsRecordDecl();
  if (record == nullptr || !is_user_code(record->getLocation())) return false;
  const auto* of_class = llvm::dyn_cast<clang::CXXRecordDecl>(record);
  if (of_class == nullptr || !of_class->hasDefinition()) return true;
  return std::none_of(of_class->method_begin(), of_class->method_end(), [](const auto* method) {
    return method->getOverloadedOperator() == clang::OO_Arrow;
  });
}

std::string Names::key_of_class(clang::QualType type) {
  const clang::QualType object = pointee(type);
  if (object.isNull()) return "";
  const clang::RecordDecl* const record = object->getAsRecordDecl();
  return record == nullptr ? "" : key(*record);
}

std::string Names::make_qualified(const clang::NamedDecl& decl) {
  std::string scope;
  const clang::DeclContext* outer = decl.getDeclContext();
  while (outer != nullptr) {
    if (const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(outer);
        space != nullptr && space->isInline()) {
      outer = outer->getParent();
    } else if (llvm::isa<clang::LinkageSpecDecl, clang::ExportDecl, clang::RequiresExprBodyDecl>(
                   outer)) {
      outer = outer->getParent();
    } else if (const auto* list = llvm::dyn_cast<clang::EnumDecl>(outer);
               list != nullptr && !list->isScoped()) {
      outer = outer->getParent();
    } else {
      break;
    }
  }
  if (const auto* around = llvm::dyn_cast_or_null<clang::NamedDecl>(outer)) {
    scope = qualified(*around);
  }
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&decl);
      method != nullptr && method->getParent()->isLambda()) {
    return scope;  // the closure class has said it
  }
  std::string name;
  if (const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(&decl);
      record != nullptr && record->isLambda()) {
    name = "{lambda}";
  } else if (const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(&decl);
             space != nullptr && space->isAnonymousNamespace()) {
    name = "(anonymous namespace)";
  } else if (llvm::isa<clang::CXXConstructorDecl>(decl) ||
             llvm::isa<clang::CXXDestructorDecl>(decl)) {
    const auto& method = llvm::cast<clang::CXXMethodDecl>(decl);
    name = method.getParent()->getNameAsString();
    if (llvm::isa<clang::CXXDestructorDecl>(decl)) name.insert(0, "~");
  } else {
    name = decl.getNameAsString();
    if (name.empty()) name = "(anonymous)";
  }
  return scope.empty() ? name : scope + "::" + name;
}

const std::string& Names::qualified(const clang::NamedDecl& decl) {
  const clang::Decl* const canonical = decl.getCanonicalDecl();
  const auto known = qualified_.find(canonical);
  if (known != qualified_.end()) return known->second;
  std::string made = make_qualified(decl);
  return qualified_[canonical] = std::move(made);
}

const clang::CXXRecordDecl* record_of(clang::QualType type) {
  return type.isNull() ? nullptr
                       : type.getCanonicalType().getNonReferenceType()->getAsCXXRecordDecl();
}

clang::QualType held_by(clang::QualType type) {
  const auto* instance =
      llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(record_of(type));
  if (instance == nullptr || !instance->isInStdNamespace()) return {};
  if (instance->getName() != "unique_ptr" && instance->getName() != "optional") return {};
  const clang::TemplateArgument& first = instance->getTemplateArgs()[0];
  return first.getKind() == clang::TemplateArgument::Type ? first.getAsType() : clang::QualType();
}

clang::QualType pointee(clang::QualType type) {
  if (type.isNull()) return type;
  for (int depth = 0; depth < 8; ++depth) {
    type = type.getNonReferenceType().getCanonicalType();
    if (type->isPointerType() || type->isArrayType()) {
      type = type->isPointerType() ? type->getPointeeType()
                                   : clang::QualType(type->getPointeeOrArrayElementType(), 0);
      continue;
    }
    const auto* record = type->getAsCXXRecordDecl();
    const auto* instance = llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(record);
    if (instance == nullptr || !instance->isInStdNamespace()) return type;
    const llvm::StringRef name = instance->getName();
    const bool smart = name == "unique_ptr" || name == "shared_ptr" || name == "weak_ptr" ||
                       name == "reference_wrapper" || name == "optional" || name == "array" ||
                       name == "vector" || name == "deque" || name == "list" ||
                       name == "__shared_ptr" || name == "__shared_ptr_access";
    if (!smart || instance->getTemplateArgs().size() == 0) return type;
    const clang::TemplateArgument& first = instance->getTemplateArgs()[0];
    if (first.getKind() != clang::TemplateArgument::Type) return type;
    type = first.getAsType();
  }
  return type;
}

bool is_lambda_operator(const clang::FunctionDecl& function) {
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
  return method != nullptr && method->getParent()->isLambda();
}

}  // namespace lockweave::analyzer::extract
