// analyzer/driver/units.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/units.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <tuple>

#include "analyzer/driver/flags.h"
#include "analyzer/driver/unity_file.h"
#include "report/executables.h"
#include "report/text.h"

namespace lockweave::analyzer::driver {
namespace {

namespace fs = std::filesystem;
using cli::ticked;
using Commands = std::vector<extract::CompileCommand>;

constexpr const char* kName = "compile_commands.json";
constexpr const char* kMakeOne =
    "make one: cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON BUILD_DIR, or bear -- make; then name its "
    "folder with -p; or give the flags: lockweave analyze FILE -- FLAGS";

std::string absolute(const std::string& path) {
  return fs::absolute(path).lexically_normal().string();
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// ---- where the database is -------------------------------------------------------------------------

void add_upwards(fs::path folder, std::vector<std::string>& places) {
  while (folder.has_relative_path()) {
    places.push_back((folder / kName).string());
    folder = folder.parent_path();
  }
}

std::vector<std::string> places_for(const Request& request) {
  if (!request.build.empty()) {
    const fs::path build = absolute(request.build);
    return {(is_file(build) ? build : build / kName).lexically_normal().string()};
  }
  const fs::path here = fs::current_path();
  std::vector<std::string> places{(here / kName).string(), (here / "build" / kName).string()};
  if (request.sources.empty()) {
    add_upwards(here.parent_path(), places);
  } else {
    add_upwards(fs::path(absolute(request.sources.front())).parent_path(), places);
  }
  return places;
}

std::string find_database(const Request& request, model::ReadError& error) {
  std::vector<std::string> places = places_for(request);
  for (const std::string& place : places) {
    if (is_file(place)) return place;
  }
  for (std::string& place : places) place = cli::below(place, cli::current_folder());
  error = {"", 0, fmt::format("there is no {}; looked for {}", kName, cli::joined(places, ", ")),
           kMakeOne};
  return {};
}

// The line where the file is no JSON; 0: it is. clang's own reader would print to standard error.
std::size_t line_of_damage(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  try {
    const nlohmann::json sound = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& bad) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(bad.byte, text.size()));
    return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
  }
  return 0;
}

std::optional<Commands> read_database(const std::string& path, model::ReadError& error) {
  constexpr const char* kRewrite = "have the build write it again";
  const std::size_t line = line_of_damage(path);
  if (line != 0) {
    error = {path, line, "no JSON: the file is damaged or cut here", kRewrite};
    return std::nullopt;
  }
  std::string why;
  std::optional<Commands> commands = extract::read_compile_database(path, why);
  if (!commands) {
    error = {path, 0, "no list of compile commands: " + std::string(cli::trimmed(why)), kRewrite};
  }
  return commands;
}

// ---- which entries count ---------------------------------------------------------------------------

// The same file by another way counts: links, "..".
std::string real(const std::string& path) {
  std::error_code error;
  const fs::path canonical = fs::canonical(path, error);
  return error ? path : canonical.string();
}

bool is_below(const std::string& file, const std::string& folder) {
  return file.size() > folder.size() && file.starts_with(folder) &&
         (folder.ends_with('/') || file[folder.size()] == '/');
}

// The real paths of an entry's file and, if it joins others, of those.
std::vector<std::string> files_of(const extract::CompileCommand& entry) {
  std::vector<std::string> files = sources_joined_in(entry.file);
  files.push_back(entry.file);
  for (std::string& file : files) file = real(file);
  return files;
}

bool compiles(const std::vector<std::string>& files, const std::string& wanted) {
  return std::any_of(files.begin(), files.end(), [&](const std::string& file) {
    return file == wanted || is_below(file, wanted);
  });
}

// Errors: false, for a name that stands for no entry.
bool keep_named(const std::vector<std::string>& names, const std::string& database,
                Commands& commands, model::ReadError& error) {
  if (names.empty()) return true;
  std::vector<std::vector<std::string>> files;
  for (const extract::CompileCommand& one : commands) files.push_back(files_of(one));
  std::vector<bool> kept(commands.size());
  for (const std::string& name : names) {
    const std::string wanted = real(absolute(name));
    bool any = false;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (compiles(files[i], wanted)) kept[i] = any = true;
    }
    if (any) continue;
    error = {"", 0, fmt::format("{} is not in {}", ticked(name), database),
             "name a source that the build compiles, or give its flags: lockweave analyze " + name +
                 " -- FLAGS"};
    return false;
  }
  std::size_t at = 0;
  std::erase_if(commands, [&](const auto&) { return !kept[at++]; });
  return true;
}

// Where a compiler lies decides where its headers are looked for. One that is not here is looked for
// as if it came with the system.
std::string with_folder(const std::string& compiler) {
  if (compiler.find('/') != std::string::npos) return compiler;
  const std::string found = cli::find_in_path(compiler);
  return found.empty() ? "/usr/bin/" + compiler : found;
}

void clean_and_sort(Commands& commands) {
  for (extract::CompileCommand& one : commands) {
    one.arguments = parser_arguments(one.arguments, one.file);
    one.arguments.front() = with_folder(one.arguments.front());
  }
  std::sort(commands.begin(), commands.end(), [](const auto& a, const auto& b) {
    return std::tie(a.file, a.arguments, a.directory, a.objects) <
           std::tie(b.file, b.arguments, b.directory, b.objects);
  });
  // A target built twice, as a static and a shared library, is one unit.
  Commands units;
  for (extract::CompileCommand& one : commands) {
    const bool again =
        !units.empty() && units.back().file == one.file && units.back().arguments == one.arguments;
    if (again) {
      std::move(one.objects.begin(), one.objects.end(), std::back_inserter(units.back().objects));
    } else {
      units.push_back(std::move(one));
    }
  }
  commands = std::move(units);
}

std::optional<Selection> from_database(const Request& request, model::ReadError& error) {
  Selection selection;
  selection.database = find_database(request, error);
  if (selection.database.empty()) return std::nullopt;
  std::optional<Commands> commands = read_database(selection.database, error);
  if (!commands) return std::nullopt;
  selection.units = std::move(*commands);
  const std::size_t all = selection.units.size();
  if (!keep_named(request.sources, selection.database, selection.units, error)) {
    return std::nullopt;
  }
  selection.whole = selection.units.size() == all;
  selection.foreign =
      std::erase_if(selection.units, [](const auto& one) { return !is_source(one.file); });
  clean_and_sort(selection.units);
  if (!selection.units.empty()) return selection;
  error = {selection.database, 0, "names no C or C++ source", "have the build write it again"};
  return std::nullopt;
}

std::optional<Selection> with_own_flags(const Request& request, model::ReadError& error) {
  if (request.sources.empty()) {
    error = {"", 0, "flags without a file", "write lockweave analyze FILE... -- FLAGS"};
    return std::nullopt;
  }
  Selection selection;
  for (const std::string& name : request.sources) {
    if (!is_file(name)) {
      error = {"", 0, fmt::format("there is no file {}", ticked(name)), "check its name"};
      return std::nullopt;
    }
    extract::CompileCommand one{absolute(name), fs::current_path().string(), request.flags, {}};
    const bool is_c = name.ends_with(".c");
    one.arguments.insert(one.arguments.begin(), is_c ? "clang" : "clang++");
    selection.units.push_back(std::move(one));
  }
  clean_and_sort(selection.units);
  return selection;
}

}  // namespace

std::optional<Selection> select_units(const Request& request, model::ReadError& error) {
  return request.own_flags ? with_own_flags(request, error) : from_database(request, error);
}

}  // namespace lockweave::analyzer::driver
