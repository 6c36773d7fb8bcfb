// lockweave/command.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program to be started as a process: its arguments, environment, folder and standard streams.
//
//   lockweave::command list{{"ls", "-l"}};
//   list.output = lockweave::redirection::file("listing.txt");
//   list.errors = lockweave::redirection::output();             // where the output goes
//   lockweave::process lister(list);
//   lockweave::run_command({{"sort"}}, "b\na\n").output;         // "a\nb\n"; lockweave/process.h
//
// The streams are set in the order input, output, errors, so that what comes later can refer to what
// came before, as in a shell.
// Errors: std::system_error that names the program, or the file, which cannot be used.
// Thread-safety: plain data.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/types.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "lockweave/detail/operation.h"

namespace lockweave {

// Where a standard stream of the program comes from or goes to.
class redirection {
 public:
  redirection() noexcept = default;  // the parent's own
  static redirection null() { return file("/dev/null"); }
  // Read from its beginning; written anew.
  static redirection file(std::string path) { return {kind::file, std::move(path), -1}; }
  // Written at its end.
  static redirection append(std::string path) { return {kind::append, std::move(path), -1}; }
  // An open descriptor of this process. It stays open here.
  static redirection descriptor(int open) { return {kind::descriptor, {}, open}; }
  // Of the errors: where the output goes.
  static redirection output() { return descriptor(STDOUT_FILENO); }

  bool is_own() const noexcept { return kind_ == kind::own; }
  const std::string& path() const noexcept { return path_; }  // empty: no file
  void apply(posix_spawn_file_actions_t* actions, int stream) const;

 private:
  enum class kind { own, file, append, descriptor };
  redirection(kind how, std::string path, int open)
      : kind_(how), path_(std::move(path)), open_(open) {}

  kind kind_ = kind::own;
  std::string path_;
  int open_ = -1;
};

// `directory` is changed to before the program is looked for in PATH and the files are opened;
// `environment` replaces the parent's, as "NAME=value".
struct command {
  std::vector<std::string> arguments;  // the program first
  std::optional<std::vector<std::string>> environment = {};
  std::string directory = {};
  redirection input = {};
  redirection output = {};
  redirection errors = {};
};

namespace detail {

[[noreturn]] inline void raise_start_error(int error, const std::string& what) {
  raise(std::system_error(error, std::generic_category(), "cannot start " + what));
}

// The program's arguments or environment, as the system takes them.
inline std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> found;
  for (std::string& each : texts) found.push_back(each.data());
  found.push_back(nullptr);
  return found;
}

class spawn_actions {
 public:
  spawn_actions() { check(posix_spawn_file_actions_init(&actions_)); }
  ~spawn_actions() { posix_spawn_file_actions_destroy(&actions_); }
  spawn_actions(const spawn_actions&) = delete;
  spawn_actions& operator=(const spawn_actions&) = delete;

  void change_directory(const std::string& to) {
    check(posix_spawn_file_actions_addchdir_np(&actions_, to.c_str()));
  }
  posix_spawn_file_actions_t* get() noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// Returns the process id.
inline pid_t spawn(command what) {
  if (what.arguments.empty()) raise_start_error(EINVAL, "a command without a program");
  spawn_actions actions;
  if (!what.directory.empty()) actions.change_directory(what.directory);
  what.input.apply(actions.get(), STDIN_FILENO);
  what.output.apply(actions.get(), STDOUT_FILENO);
  what.errors.apply(actions.get(), STDERR_FILENO);
  const std::vector<char*> arguments = pointers_to(what.arguments);
  std::vector<char*> own_environment;
  if (what.environment) own_environment = pointers_to(*what.environment);
  char** environment = what.environment ? own_environment.data() : ::environ;
  pid_t pid = 0;
  const int error =
      ::posix_spawnp(&pid, arguments[0], actions.get(), nullptr, arguments.data(), environment);
  if (error == 0) return pid;
  std::string where = what.directory.empty() ? "" : " in '" + what.directory + "'";
  // The system does not say which of them it was.
  for (const redirection* each : {&what.input, &what.output, &what.errors}) {
    if (!each->path().empty()) where += ", with '" + each->path() + "'";
  }
  raise_start_error(error, "'" + what.arguments[0] + "'" + where);
}

}  // namespace detail

inline void redirection::apply(posix_spawn_file_actions_t* actions, int stream) const {
  constexpr mode_t kMode = 0666;
  const int to_write = O_WRONLY | O_CREAT | (kind_ == kind::append ? O_APPEND : O_TRUNC);
  const int flags = stream == STDIN_FILENO ? O_RDONLY : to_write;
  switch (kind_) {
    case kind::own: return;
    case kind::descriptor:
      return detail::check(posix_spawn_file_actions_adddup2(actions, open_, stream));
    case kind::file:
    case kind::append:
      return detail::check(
          posix_spawn_file_actions_addopen(actions, stream, path_.c_str(), flags, kMode));
  }
}

}  // namespace lockweave
