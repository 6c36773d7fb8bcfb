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
// run_command waits for a program and returns what it wrote (lockweave/command.h).
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
#include <sys/mman.h>
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

#include "lockweave/command.h"
#include "lockweave/detail/process_record.h"

namespace lockweave {

struct process_options {
  std::string name = {};  // empty: "Process-7"
  bool daemon = false;    // killed when the parent ends
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

namespace detail {

// A file without a name, for what a program reads or writes.
class memory_file {
 public:
  explicit memory_file(const char* name) : open_(::memfd_create(name, MFD_CLOEXEC)) {
    if (open_ < 0) raise_system_error(errno);
  }
  ~memory_file() { ::close(open_); }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;

  int descriptor() const noexcept { return open_; }
  void write(const std::string& text) const {
    for (std::size_t done = 0; done < text.size();) {
      done += transferred(::pwrite(open_, text.data() + done, text.size() - done, as_offset(done)));
    }
  }
  std::string read() const {
    constexpr std::size_t kPart = 1U << 16U;
    std::string text;
    for (std::size_t done = 0;; text.resize(done)) {
      text.resize(done + kPart);
      const std::size_t more =
          transferred(::pread(open_, text.data() + done, kPart, as_offset(done)));
      done += more;
      if (more == 0) {
        text.resize(done);
        return text;
      }
    }
  }

 private:
  static off_t as_offset(std::size_t at) { return static_cast<off_t>(at); }
  static std::size_t transferred(ssize_t count) {
    if (count < 0) raise_system_error(errno);
    return static_cast<std::size_t>(count);
  }

  const int open_;
};

}  // namespace detail

struct command_result {
  std::optional<int> exitcode;  // as process::exitcode
  std::string output;
  std::string errors;
};

// Starts the program with `input` to read, waits for its end, and returns what it wrote until then.
// Streams that the command itself redirects are left alone: `input` is not used, or nothing returned.
// What the program reads and writes is kept in memory, as files: it cannot wait for more. Errors: as
// process, std::system_error too when memory is short.
inline command_result run_command(command what, const std::string& input = {}) {
  const detail::memory_file in("input"), out("output"), err("errors");
  in.write(input);
  if (what.input.is_own()) what.input = redirection::descriptor(in.descriptor());
  if (what.output.is_own()) what.output = redirection::descriptor(out.descriptor());
  if (what.errors.is_own()) what.errors = redirection::descriptor(err.descriptor());
  const process child(what);
  child.join();
  return {child.exitcode(), out.read(), err.read()};
}

namespace this_process {
inline pid_t pid() noexcept { return ::getpid(); }
inline pid_t parent_pid() noexcept { return ::getppid(); }
// "MainProcess", or what the parent called it.
inline const std::string& name() noexcept { return detail::own_process_name(); }
}  // namespace this_process

}  // namespace lockweave
