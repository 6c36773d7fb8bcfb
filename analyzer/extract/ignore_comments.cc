// analyzer/extract/ignore_comments.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/ignore_comments.h"

#include <clang/Basic/SourceManager.h>
#include <llvm/Support/Path.h>

#include <algorithm>

namespace lockweave::analyzer::extract {
namespace {

constexpr llvm::StringLiteral kMarker = "lockweave: ignore";

std::string absolute(llvm::StringRef name, const std::string& directory) {
  llvm::SmallString<256> path(name);
  if (!llvm::sys::path::is_absolute(path)) {
    path = directory;
    llvm::sys::path::append(path, name);
  }
  llvm::sys::path::remove_dots(path, true);
  return path.str().str();
}

}  // namespace

IgnoreComments::IgnoreComments(summary::Unit& unit, std::string directory)
    : unit_(unit), directory_(std::move(directory)) {}

void IgnoreComments::attach(clang::Preprocessor& preprocessor) {
  preprocessor_ = &preprocessor;
  preprocessor.addCommentHandler(this);
}

bool IgnoreComments::HandleComment(clang::Preprocessor& preprocessor, clang::SourceRange comment) {
  const clang::SourceManager& sources = preprocessor.getSourceManager();
  if (sources.isInSystemHeader(comment.getBegin())) return false;
  const char* const begin = sources.getCharacterData(comment.getBegin());
  const char* const end = sources.getCharacterData(comment.getEnd());
  const llvm::StringRef text(begin, static_cast<std::size_t>(end - begin));
  llvm::StringRef rest = text.ltrim("/*! \t");
  if (!rest.consume_front(kMarker)) return false;
  Found found;
  found.rule = "*";
  if (rest.consume_front("(")) {
    const auto [rule, after] = rest.split(')');
    found.rule = rule.trim().str();
    rest = after;
  }
  found.reason = rest.rtrim("*/ \t\r\n").trim().str();
  const auto [file, offset] = sources.getDecomposedLoc(comment.getBegin());
  const auto entry = sources.getFileEntryRefForID(file);
  if (!entry) return false;
  found.file = absolute(entry->getName(), directory_);
  found.line = sources.getLineNumber(file, offset);
  found.column = sources.getColumnNumber(file, offset);
  const llvm::StringRef before(begin - (found.column - 1), found.column - 1);
  found.alone = before.trim().empty();
  found_.push_back(std::move(found));
  return false;
}

void IgnoreComments::finish() {
  for (const Found& one : found_) {
    const auto known = std::find(unit_.files.begin(), unit_.files.end(), one.file);
    const auto index = static_cast<std::uint32_t>(known - unit_.files.begin() + 1);
    if (known == unit_.files.end()) unit_.files.push_back(one.file);
    unit_.ignores.push_back({{index, one.line + (one.alone ? 1 : 0), 0},
                             {index, one.line, one.column},
                             one.rule,
                             one.reason});
  }
  if (preprocessor_ == nullptr) return;
  const clang::SourceManager& sources = preprocessor_->getSourceManager();
  for (auto file = sources.fileinfo_begin(); file != sources.fileinfo_end(); ++file) {
    const std::string path = absolute(file->first.getName(), directory_);
    if (std::find(unit_.files.begin(), unit_.files.end(), path) == unit_.files.end()) continue;
    const auto buffer = file->second->getBufferIfLoaded();
    if (buffer) unit_.lines += static_cast<std::uint64_t>(buffer->getBuffer().count('\n'));
  }
}

}  // namespace lockweave::analyzer::extract
