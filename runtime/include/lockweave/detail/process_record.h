// lockweave/detail/process_record.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a process knows of the processes it has started. Private; see lockweave/process.h.
//
// An end is first waited for without reaping, then reaped under the record's mutex: so a process id is
// never signalled after the kernel could have given it to somebody else, and several threads may wait.
// In the child of a fork the list is empty: those are not its children.
#pragma once

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "lockweave/detail/deadline.h"
#include "lockweave/detail/exit_duties.h"
#include "lockweave/detail/hidden.h"
#include "lockweave/detail/operation.h"

namespace lockweave::detail {

class process_record {
 public:
  process_record(std::string name, bool daemon) : name_(std::move(name)), daemon_(daemon) {}
  process_record(const process_record&) = delete;
  process_record& operator=(const process_record&) = delete;

  const std::string& name() const noexcept { return name_; }
  bool daemon() const noexcept { return daemon_; }
  pid_t pid() const noexcept { return pid_; }
  void started(pid_t pid) noexcept { pid_ = pid; }  // before anybody else knows the record

  // Whether the process has ended; reaps it.
  bool has_ended() noexcept {
    const operation op(this);
    const hidden_lock guard(mutex_);
    if (ended_) return true;
    int status = 0;
    const pid_t found = ::waitpid(pid_, &status, WNOHANG);
    if (found == 0 || (found < 0 && errno == EINTR)) return false;
    ended_ = true;
    if (found == pid_) exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return true;
  }
  std::optional<int> exit_code() noexcept {
    has_ended();
    const operation op(this);
    const hidden_lock guard(mutex_);
    return exit_code_;
  }
  void send(int signal) noexcept {
    if (has_ended()) return;
    const operation op(this);
    const hidden_lock guard(mutex_);
    if (!ended_) ::kill(pid_, signal);
  }

  void wait() noexcept {
    while (!has_ended()) {
      siginfo_t info;
      ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
    }
  }
  // False: the time is up.
  bool wait_until(const deadline& until) noexcept {
    const watch_file watch(pid_);
    while (!has_ended()) {
      const int left_ms = milliseconds_left(until);
      if (left_ms == 0) return false;
      watch.sleep(left_ms);
    }
    return true;
  }

 private:
  // Becomes readable when the process ends; before Linux 5.3: looked at in steps.
  class watch_file {
   public:
    explicit watch_file(pid_t pid) noexcept {
#if defined(SYS_pidfd_open)
      file_ = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
#else
      static_cast<void>(pid);
#endif
    }
    ~watch_file() {
      if (file_ >= 0) ::close(file_);
    }
    watch_file(const watch_file&) = delete;
    watch_file& operator=(const watch_file&) = delete;

    void sleep(int at_most_ms) const noexcept {
      constexpr int kStepMs = 5;
      pollfd end{file_, POLLIN, 0};
      ::poll(&end, 1, file_ >= 0 ? at_most_ms : std::min(at_most_ms, kStepMs));
    }

   private:
    int file_ = -1;
  };

  // Rounded up; at most an hour, then the caller asks again.
  static int milliseconds_left(const deadline& until) noexcept {
    constexpr std::int64_t kHour = 3'600'000;
    timespec now{};
    ::clock_gettime(until.clock, &now);
    const std::int64_t seconds = until.at.tv_sec - now.tv_sec;
    if (seconds > kHour / 1000) return kHour;
    const std::int64_t nanoseconds = seconds * 1'000'000'000 + until.at.tv_nsec - now.tv_nsec;
    return nanoseconds <= 0 ? 0 : static_cast<int>((nanoseconds + 999'999) / 1'000'000);
  }

  const std::string name_;
  const bool daemon_;
  pid_t pid_ = 0;

  // guarded by mutex_
  bool ended_ = false;
  std::optional<int> exit_code_;  // none: somebody else has reaped it
  hidden_mutex mutex_;
};

// The children of this process that are not known to have ended, or still have a handle.
class process_list {
 public:
  using record = std::shared_ptr<process_record>;

  static process_list& instance() {
    static std::atomic<process_list*>& list = current();
    static const bool registered = pthread_atfork(nullptr, nullptr, begin_anew) == 0;
    static_cast<void>(registered);
    return *list;
  }

  void add(record added) {
    reap();
    const operation op(this);
    const hidden_lock guard(mutex_);
    records_.push_back(std::move(added));
  }
  std::vector<record> living() {
    reap();
    const operation op(this);
    const hidden_lock guard(mutex_);
    return records_;
  }
  std::string next_name() {
    const operation op(this);
    const hidden_lock guard(mutex_);
    return "Process-" + std::to_string(++unnamed_);
  }

  // The duty at exit: daemons are killed, the others are waited for.
  static void end_all() {
    const std::vector<record> children = instance().living();
    for (const record& each : children) {
      if (each->daemon()) each->send(SIGKILL);
    }
    for (const record& each : children) each->wait();
  }

 private:
  explicit process_list(const process_list* parents) : parents_(parents) {}

  static std::atomic<process_list*>& current() {
    static std::atomic<process_list*> list{new process_list(nullptr)};
    return list;
  }
  // In the child of a fork: another thread may have held the old list's mutex, so it is left alone.
  static void begin_anew() { current() = new process_list(current()); }

  void reap() {
    const operation op(this);
    const hidden_lock guard(mutex_);
    const auto has_ended = [](const record& each) { return each->has_ended(); };
    records_.erase(std::remove_if(records_.begin(), records_.end(), has_ended), records_.end());
  }

  [[maybe_unused]] const process_list* const parents_;  // kept: what is still reachable is no leak
  hidden_mutex mutex_;
  // guarded by mutex_
  std::vector<record> records_;
  unsigned long unnamed_ = 0;
};

}  // namespace lockweave::detail
