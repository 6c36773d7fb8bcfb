// lockweave/process.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Processes as Python's multiprocessing has them.
//
//   lockweave::process child(count_words, path);                       // a function, in a fork
//   lockweave::process named({"indexer", true}, index_all);            // a daemon
//   lockweave::process lister(lockweave::command{{"ls", "-l"}});       // a program
//
//   class worker : public lockweave::runnable_process {                // by subclass
//     int run() override { ... return 0; }
//   };
//   worker w; w.start();
//
//   child.join();                                                      // or join_for(2s): false if late
//   child.exitcode();       // of its return or exit(n): n; killed by signal n: -n; nullopt: it runs
//   lockweave::this_process::pid();
//
// A function's process starts at once. It ends with the function's result (0 if that is no number), or
// with 1 after an exception, which is told on stderr; before that its own managed threads and processes
// are joined and the standard streams flushed. As in Python static objects are not destroyed there: use
// exit() in the function if they must be. What the function changes in memory, the parent does not see.
// Only the thread that forks is in the child: locks that other threads held stay locked for ever, so
// start processes before threads (the runtime reports fork-while-locked).
//
// A program is looked for in PATH (after changing to `directory`, if one is given); `environment`
// replaces the parent's, as "NAME=value".
//
// A process handle's destructor does not wait. When the parent ends (see lockweave/managed_thread.h for
// what that includes), daemons are killed (SIGKILL) and the others are waited for.
// Errors: std::system_error that names the program, or the process, which cannot be started.
// std::logic_error: start() of a runnable_process twice; std::system_error: use before it is started.
// Limits: handles are of use in the process that made them. If the program ignores SIGCHLD, or reaps
// all its children by itself, exitcode() stays nullopt.
// Thread-safety: all members from any thread, except moves and the destructor.
#pragma once

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "lockweave/detail/process_record.h"

namespace lockweave {

struct process_options {
  std::string name = {};  // empty: "Process-7"
  bool daemon = false;    // killed when the parent ends
};

struct command {
  std::vector<std::string> arguments;  // the program first
  std::optional<std::vector<std::string>> environment = {};
  std::string directory = {};
};

namespace detail {

inline std::string& own_process_name() {
  static std::string* const name = new std::string("MainProcess");
  return *name;
}

inline void flush_standard_streams() {
  std::cout.flush();
  std::cerr.flush();
  std::clog.flush();
  std::fflush(stdout);
  std::fflush(stderr);
}

template <class Body>
int exit_code_of(Body& body) {
  using result = decltype(body());
  if constexpr (std::is_convertible_v<result, int>) {
    return static_cast<int>(body());
  } else {
    body();
    return 0;
  }
}

inline void tell_uncaught(const char* what) {
  std::fprintf(stderr, "%s: uncaught exception: %s\n", own_process_name().c_str(), what);
}

// exit_code_of, or 1. Cancellation and pthread_exit pass through.
template <class Body>
int guarded_exit_code_of(Body& body) {
#if defined(__cpp_exceptions)
  try {
    return exit_code_of(body);
  } catch (const std::exception& error) {
    tell_uncaught(error.what());
#if defined(__GLIBCXX__)
  } catch (__cxxabiv1::__forced_unwind&) {
    throw;
#endif
  } catch (...) {
    tell_uncaught("not a std::exception");
  }
  return 1;
#else
  return exit_code_of(body);
#endif
}

template <class Body>
[[noreturn]] void run_child(const process_record& record, Body& body) {
  own_process_name() = record.name();
  const int code = guarded_exit_code_of(body);
  do_exit_duties();
  flush_standard_streams();
  ::_exit(code);
}

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
  const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// Returns the process id.
inline pid_t spawn(command what) {
  if (what.arguments.empty()) raise_start_error(EINVAL, "a command without a program");
  spawn_actions actions;
  if (!what.directory.empty()) actions.change_directory(what.directory);
  const std::vector<char*> arguments = pointers_to(what.arguments);
  std::vector<char*> own_environment;
  if (what.environment) own_environment = pointers_to(*what.environment);
  char** environment = what.environment ? own_environment.data() : ::environ;
  pid_t pid = 0;
  const int error =
      ::posix_spawnp(&pid, arguments[0], actions.get(), nullptr, arguments.data(), environment);
  if (error == 0) return pid;
  const std::string where = what.directory.empty() ? "" : " in '" + what.directory + "'";
  raise_start_error(error, "'" + what.arguments[0] + "'" + where);
}

// What process and runnable_process share: a child that has been started, or none.
class process_handle {
 public:
  // 0: none was started.
  pid_t pid() const noexcept { return record_ == nullptr ? 0 : record_->pid(); }
  std::string name() const { return record().name(); }
  bool daemon() const { return record().daemon(); }
  bool is_alive() const { return record_ != nullptr && !record_->has_ended(); }
  // nullopt: it has not ended.
  std::optional<int> exitcode() const { return record().exit_code(); }

  void join() const { record().wait(); }
  // False: the time is up.
  template <class Rep, class Period>
  bool join_for(const std::chrono::duration<Rep, Period>& from_now) const {
    return join_until(steady_after(from_now));
  }
  template <class Clock, class Duration>
  bool join_until(const std::chrono::time_point<Clock, Duration>& at) const {
    return attempt_until(at, [this](const deadline& until) { return record().wait_until(until); });
  }

  // Each does nothing when it has ended.
  void terminate() const { send_signal(SIGTERM); }
  void kill() const { send_signal(SIGKILL); }
  void send_signal(int signal) const { record().send(signal); }

 protected:
  process_handle() noexcept = default;
  explicit process_handle(process_list::record record) noexcept : record_(std::move(record)) {}

  process_record& record() const {
    if (record_ == nullptr) raise(std::system_error(ESRCH, std::generic_category(), "no process"));
    return *record_;
  }

  static process_list::record new_record(process_options options) {
    end_processes_at_exit = process_list::end_all;
    arrange_exit_duties();
    if (options.name.empty()) options.name = process_list::instance().next_name();
    return std::make_shared<process_record>(std::move(options.name), options.daemon);
  }
  void keep(process_list::record record, pid_t pid) {
    record->started(pid);
    process_list::instance().add(record);
    record_ = std::move(record);
  }

  // The fork, right where this is inlined into.
  template <class Body>
  LOCKWEAVE_ALWAYS_INLINE void start_fork(process_options options, Body body) {
    auto record = new_record(std::move(options));
    flush_standard_streams();  // else the child would write what waits in them once more
    const pid_t pid = ::fork();
    if (pid == 0) run_child(*record, body);
    if (pid < 0) raise_start_error(errno, "process '" + record->name() + "'");
    keep(std::move(record), pid);
  }

  process_list::record record_;
};

}  // namespace detail

class process : public detail::process_handle {
 public:
  process() noexcept = default;  // none
  template <class F, class... Args,
            class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, process> &&
                                     !std::is_same_v<std::decay_t<F>, command> &&
                                     !std::is_same_v<std::decay_t<F>, process_options>>>
  LOCKWEAVE_ALWAYS_INLINE explicit process(F&& f, Args&&... args) {
    create({}, std::forward<F>(f), std::forward<Args>(args)...);
  }
  template <class F, class... Args,
            class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, command>>>
  LOCKWEAVE_ALWAYS_INLINE process(process_options options, F&& f, Args&&... args) {
    create(std::move(options), std::forward<F>(f), std::forward<Args>(args)...);
  }
  explicit process(const command& what) : process(process_options{what_name(what)}, what) {}
  process(process_options options, command what) {
    auto record = new_record(std::move(options));
    keep(std::move(record), detail::spawn(std::move(what)));
  }
  process(process&&) noexcept = default;
  process& operator=(process&&) noexcept = default;

 private:
  friend std::vector<process> active_children();
  explicit process(detail::process_list::record record) noexcept
      : process_handle(std::move(record)) {}

  static std::string what_name(const command& what) {
    return what.arguments.empty() ? std::string() : what.arguments.front();
  }
  template <class F, class... Args>
  LOCKWEAVE_ALWAYS_INLINE void create(process_options options, F&& f, Args&&... args) {
    start_fork(std::move(options), [&]() -> decltype(auto) {
      return std::invoke(std::forward<F>(f), std::forward<Args>(args)...);
    });
  }
};

// Those that have not ended.
inline std::vector<process> active_children() {
  std::vector<process> found;
  for (auto& each : detail::process_list::instance().living()) {
    found.push_back(process(std::move(each)));
  }
  return found;
}

// A process by subclass: run() is called on the child's copy of the object.
class runnable_process : public detail::process_handle {
 public:
  explicit runnable_process(process_options options = {}) : options_(std::move(options)) {}
  runnable_process(const runnable_process&) = delete;
  runnable_process& operator=(const runnable_process&) = delete;
  virtual ~runnable_process() = default;

  LOCKWEAVE_ALWAYS_INLINE void start() {
    if (record_ != nullptr) {
      detail::raise(std::logic_error("a runnable_process can be started only once"));
    }
    start_fork(options_, [this] { return run(); });
  }

 protected:
  virtual int run() = 0;

 private:
  const process_options options_;
};

namespace this_process {
inline pid_t pid() noexcept { return ::getpid(); }
inline pid_t parent_pid() noexcept { return ::getppid(); }
// "MainProcess", or what the parent called it.
inline const std::string& name() noexcept { return detail::own_process_name(); }
}  // namespace this_process

}  // namespace lockweave
