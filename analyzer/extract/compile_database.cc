// analyzer/extract/compile_database.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/compile_database.h"

#include <clang/Tooling/CompilationDatabase.h>
#include <clang/Tooling/JSONCompilationDatabase.h>
#include <llvm/Support/VirtualFileSystem.h>

#include <filesystem>
#include <memory>
#include <utility>

namespace lockweave::analyzer::extract {
namespace {

namespace fs = std::filesystem;

std::string absolute(const fs::path& folder, const std::string& path) {
  return (folder / path).lexically_normal().string();
}

// What the command itself says goes before what the database says beside it.
std::string object_of(const std::vector<std::string>& arguments, const std::string& output) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "-o" && i + 1 < arguments.size()) return arguments[i + 1];
    if (word.starts_with("-o") && word.size() > 2) return word.substr(2);
  }
  return output;
}

}  // namespace

std::optional<std::vector<CompileCommand>> read_compile_database(const std::string& path,
                                                                 std::string& error) {
  using clang::tooling::JSONCompilationDatabase;
  std::unique_ptr<clang::tooling::CompilationDatabase> database =
      JSONCompilationDatabase::loadFromFile(path, error,
                                            clang::tooling::JSONCommandLineSyntax::Gnu);
  if (!database) return std::nullopt;
  database =
      clang::tooling::expandResponseFiles(std::move(database), llvm::vfs::getRealFileSystem());
  const fs::path here = fs::absolute(path).parent_path();
  std::vector<CompileCommand> commands;
  for (clang::tooling::CompileCommand& one : database->getAllCompileCommands()) {
    CompileCommand command;
    command.directory = absolute(here, one.Directory);
    command.file = absolute(command.directory, one.Filename);
    command.arguments = std::move(one.CommandLine);
    const std::string object = object_of(command.arguments, one.Output);
    if (!object.empty()) command.objects = {absolute(command.directory, object)};
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace lockweave::analyzer::extract
