// analyzer/extract/ignore_comments.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `// lockweave: ignore(rule) reason` in user code: it speaks of its own line, or, alone on its line,
// of the next one. Also counts the lines of user code.
#pragma once

#include <clang/Lex/Preprocessor.h>

#include <string>

#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::extract {

class IgnoreComments : public clang::CommentHandler {
 public:
  IgnoreComments(summary::Unit& unit, std::string directory);

  void attach(clang::Preprocessor& preprocessor);
  bool HandleComment(clang::Preprocessor& preprocessor, clang::SourceRange comment) override;
  // After the unit was walked: its files are numbered then.
  void finish();

 private:
  struct Found {
    std::string file;
    std::string rule;
    std::string reason;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    bool alone = false;
  };

  summary::Unit& unit_;
  std::string directory_;
  clang::Preprocessor* preprocessor_ = nullptr;
  std::vector<Found> found_;
};

}  // namespace lockweave::analyzer::extract
