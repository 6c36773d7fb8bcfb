// analyzer/extract/extract.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/extract.h"

#include <clang/AST/ASTConsumer.h>
#include <clang/Basic/Diagnostic.h>
#include <clang/Basic/FileManager.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendAction.h>
#include <clang/Frontend/Utils.h>
#include <clang/Lex/PPCallbacks.h>
#include <clang/Lex/Preprocessor.h>
#include <clang/Tooling/Tooling.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/VirtualFileSystem.h>

#include <algorithm>

#include "analyzer/extract/ignore_comments.h"
#include "analyzer/extract/unit_walk.h"

namespace lockweave::analyzer::extract {
namespace {

constexpr std::size_t kErrorsMax = 20;  // kept in words; that there were more is said

// Every file, the system's too: a summary depends on all of them.
class AllFiles : public clang::DependencyCollector {
 public:
  bool needSystemDependencies() override { return true; }
};

class Errors : public clang::DiagnosticConsumer {
 public:
  explicit Errors(summary::Unit& unit) : unit_(unit) {}
  void HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                        const clang::Diagnostic& info) override {
    clang::DiagnosticConsumer::HandleDiagnostic(level, info);
    if (level < clang::DiagnosticsEngine::Error) return;
    if (unit_.errors.size() == kErrorsMax) {
      unit_.errors.emplace_back("more errors follow");
    } else if (unit_.errors.size() < kErrorsMax) {
      unit_.errors.push_back(words(info));
    }
  }

 private:
  static std::string words(const clang::Diagnostic& info) {
    llvm::SmallString<256> text;
    info.FormatDiagnostic(text);
    std::string whole;
    if (info.hasSourceManager() && info.getLocation().isValid()) {
      const clang::PresumedLoc at = info.getSourceManager().getPresumedLoc(info.getLocation());
      if (at.isValid())
        whole = std::string(at.getFilename()) + ":" + std::to_string(at.getLine()) + ": ";
    }
    return whole + text.str().str();
  }
  summary::Unit& unit_;
};

class Consumer : public clang::ASTConsumer {
 public:
  Consumer(clang::CompilerInstance& compiler, const Job& job, Extracted& result)
      : compiler_(compiler), job_(job), result_(result) {}

  bool shouldSkipFunctionBody(clang::Decl* decl) override {
    if (job_.models.system_bodies) return false;
    const clang::SourceManager& sources = compiler_.getSourceManager();
    const clang::SourceLocation at = sources.getExpansionLoc(decl->getLocation());
    return sources.isInSystemHeader(at);
  }
  void HandleTranslationUnit(clang::ASTContext& context) override {
    result_.parsed = true;
    walk_unit(context, job_.directory, job_.models, result_.unit);
  }

 private:
  clang::CompilerInstance& compiler_;
  const Job& job_;
  Extracted& result_;
};

class Action : public clang::ASTFrontendAction {
 public:
  Action(const Job& job, Extracted& result)
      : job_(job), result_(result), comments_(result.unit, job.directory),
        files_(std::make_shared<AllFiles>()) {}

  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& compiler,
                                                        llvm::StringRef) override {
    return std::make_unique<Consumer>(compiler, job_, result_);
  }
  bool BeginInvocation(clang::CompilerInstance& compiler) override {
    compiler.getFrontendOpts().SkipFunctionBodies = true;
    compiler.addDependencyCollector(files_);
    return true;
  }
  bool BeginSourceFileAction(clang::CompilerInstance& compiler) override {
    comments_.attach(compiler.getPreprocessor());
    return true;
  }
  void EndSourceFileAction() override {
    comments_.finish();
    for (const std::string& file : files_->getDependencies()) {
      llvm::SmallString<256> path(file);
      if (!llvm::sys::path::is_absolute(path)) {
        path = job_.directory;
        llvm::sys::path::append(path, file);
      }
      llvm::sys::path::remove_dots(path, true);
      result_.read.push_back(path.str().str());
    }
    std::sort(result_.read.begin(), result_.read.end());
    result_.read.erase(std::unique(result_.read.begin(), result_.read.end()), result_.read.end());
  }

 private:
  const Job& job_;
  Extracted& result_;
  IgnoreComments comments_;
  std::shared_ptr<AllFiles> files_;
};

}  // namespace

Extracted extract_unit(const Job& job) {
  Extracted result;
  result.unit.source = job.source;
  auto system = llvm::vfs::createPhysicalFileSystem();
  const llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> disk(system.release());
  if (disk->setCurrentWorkingDirectory(job.directory)) {
    result.unit.errors.push_back(job.directory + ": the command's folder does not exist");
    return result;
  }
  clang::FileSystemOptions options;
  options.WorkingDir = job.directory;
  const llvm::IntrusiveRefCntPtr<clang::FileManager> files(new clang::FileManager(options, disk));
  std::vector<std::string> arguments = job.arguments;
  if (!job.resource_directory.empty()) {
    arguments.insert(arguments.begin() + 1, "-resource-dir=" + job.resource_directory);
  }
  arguments.insert(arguments.begin() + 1, "-fsyntax-only");
  Errors errors(result.unit);
  clang::tooling::ToolInvocation invocation(arguments, std::make_unique<Action>(job, result),
                                            files.get(),
                                            std::make_shared<clang::PCHContainerOperations>());
  invocation.setDiagnosticConsumer(&errors);
  invocation.run();
  return result;
}

}  // namespace lockweave::analyzer::extract
