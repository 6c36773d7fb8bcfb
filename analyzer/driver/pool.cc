// analyzer/driver/pool.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/pool.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <new>
#include <optional>
#include <system_error>
#include <thread>

namespace lockweave::analyzer::driver {
namespace {

using Clock = std::chrono::steady_clock;
using Work = std::function<std::string(std::size_t)>;

constexpr int kOutOfMemory = 97;  // exit code of a worker
constexpr rlim_t kStack = rlim_t{64} << 20;

// ---- in the worker ---------------------------------------------------------------------------------

bool read_all(int fd, void* into, std::size_t size) {
  for (auto* at = static_cast<char*>(into); size != 0;) {
    const ssize_t got = ::read(fd, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int fd, const void* from, std::size_t size) {
  for (const auto* at = static_cast<const char*>(from); size != 0;) {
    const ssize_t put = ::send(fd, at, size, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    at += put;
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

void lower(__rlimit_resource what, rlim_t wanted) {
  rlimit limit{};
  if (::getrlimit(what, &limit) != 0) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::setrlimit(what, &limit);
}

// Sanitizers reserve more address space than any limit would leave them.
constexpr bool kSanitized =
#ifdef LOCKWEAVE_SANITIZED
    true;
#else
    false;
#endif

void prepare_worker(const PoolSettings& settings, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);  // it ended before the line above
  lower(RLIMIT_CORE, 0);
  lower(RLIMIT_STACK, kStack);
  if (settings.memory_max != 0 && !kSanitized) lower(RLIMIT_AS, settings.memory_max);
  std::set_new_handler([] { ::_exit(kOutOfMemory); });
  if (!settings.silent) return;
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, fd);
}

Done do_one(const Work& work, std::size_t at) {
  try {
    return {work(at), {}};
  } catch (const std::exception& error) {
    return {{}, fmt::format("failed: {}", error.what())};
  }
}

[[noreturn]] void serve(int fd, const Work& work) {
  std::uint64_t at = 0;
  while (read_all(fd, &at, sizeof at)) {
    const Done done = do_one(work, at);
    const std::string& text = done.failure.empty() ? done.result : done.failure;
    const std::uint64_t header[2] = {text.size(), done.failure.empty() ? 0u : 1u};
    if (!write_all(fd, header, sizeof header) || !write_all(fd, text.data(), text.size())) break;
  }
  ::_exit(0);
}

// ---- in the parent -------------------------------------------------------------------------------

struct Worker {
  pid_t pid = 0;
  int fd = -1;
  bool busy = false;
  std::size_t at = 0;  // what it works on
  Clock::time_point end;
  std::string inbox;
};

std::string failure_text(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    return "killed from outside, perhaps for want of memory";
  }
  if (WIFSIGNALED(status)) {
    const char* const name = ::sigabbrev_np(WTERMSIG(status));
    return fmt::format("crashed (SIG{})", name == nullptr ? "?" : name);
  }
  return WEXITSTATUS(status) == kOutOfMemory ? "out of memory" : "ended too early";
}

class Pool {
 public:
  Pool(std::size_t count, const Work& work, const PoolSettings& settings)
      : work_(work), settings_(settings), done_(count) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    for (Worker& worker : workers_) stop(worker);
  }

  std::vector<Done> run() {
    workers_.resize(std::min<std::size_t>(std::max(1u, settings_.workers), done_.size()));
    while (finished_ < done_.size()) {
      for (Worker& worker : workers_) give_work(worker);
      wait();
    }
    return std::move(done_);
  }

 private:
  void start(Worker& worker) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      throw std::system_error(errno, std::generic_category(), "no worker can be started");
    }
    const pid_t parent = ::getpid();
    worker = {};
    worker.pid = ::fork();
    if (worker.pid == 0) {
      for (const Worker& other : workers_) {
        if (other.fd >= 0) ::close(other.fd);
      }
      ::close(ends[0]);
      prepare_worker(settings_, parent);
      serve(ends[1], work_);
    }
    const int error = errno;
    ::close(ends[1]);
    worker.fd = ends[0];
    if (worker.pid < 0) {
      ::close(ends[0]);
      worker = {};
      throw std::system_error(error, std::generic_category(), "no worker can be started");
    }
  }

  static void stop(Worker& worker) {
    if (worker.pid == 0) return;
    ::kill(worker.pid, SIGKILL);
    reap(worker);
  }
  // Waits for its end. Returns its status, as from waitpid.
  static int reap(Worker& worker) {
    int status = 0;
    ::close(worker.fd);
    while (::waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
    }
    worker = {};
    return status;
  }

  void give_work(Worker& worker) {
    if (worker.busy || next_ == done_.size()) return;
    if (worker.pid == 0) start(worker);
    const std::uint64_t at = next_++;
    worker.busy = true;
    worker.at = at;
    worker.end = Clock::now() + settings_.limit;
    worker.inbox.clear();
    (void)write_all(worker.fd, &at, sizeof at);  // if it has ended, `wait` finds out
  }

  void wait() {
    std::vector<pollfd> polled;
    auto first_end = Clock::time_point::max();
    for (const Worker& worker : workers_) {
      polled.push_back({worker.busy ? worker.fd : -1, POLLIN, 0});
      if (worker.busy) first_end = std::min(first_end, worker.end);
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(first_end - Clock::now()).count();
    ::poll(polled.data(), polled.size(), static_cast<int>(std::clamp<long>(left, 0, 1000)));
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      if (!workers_[i].busy) continue;
      if (polled[i].revents != 0) {
        receive(workers_[i]);
      } else if (Clock::now() >= workers_[i].end) {
        finish(workers_[i], {{}, fmt::format("no end within {:g} s", seconds())});
        stop(workers_[i]);
      }
    }
    if (settings_.on_progress) settings_.on_progress(finished_, done_.size());
  }
  double seconds() const { return std::chrono::duration<double>(settings_.limit).count(); }

  void receive(Worker& worker) {
    char bytes[1 << 16];
    const ssize_t got = ::recv(worker.fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) {
      const std::size_t at = worker.at;
      finish_at(at, {{}, failure_text(reap(worker))});
      return;
    }
    worker.inbox.append(bytes, static_cast<std::size_t>(got));
    std::uint64_t header[2];
    if (worker.inbox.size() < sizeof header) return;
    ::memcpy(header, worker.inbox.data(), sizeof header);
    if (worker.inbox.size() - sizeof header < header[0]) return;
    worker.inbox.erase(0, sizeof header);
    Done done;
    (header[1] == 0 ? done.result : done.failure) = std::move(worker.inbox);
    finish(worker, std::move(done));
  }

  void finish(Worker& worker, Done done) {
    worker.busy = false;
    finish_at(worker.at, std::move(done));
  }
  void finish_at(std::size_t at, Done done) {
    done_[at] = std::move(done);
    ++finished_;
  }

  const Work& work_;
  const PoolSettings& settings_;
  std::vector<Done> done_;
  std::vector<Worker> workers_;
  std::size_t next_ = 0;
  std::size_t finished_ = 0;
};

std::uint64_t available_memory() {
  std::ifstream file("/proc/meminfo");
  for (std::string word; file >> word;) {
    std::uint64_t kilobytes = 0;
    if (word == "MemAvailable:" && file >> kilobytes) return kilobytes << 10;
  }
  return 0;
}

}  // namespace

std::vector<Done> work_off(std::size_t count, const Work& work, const PoolSettings& settings) {
  return Pool(count, work, settings).run();
}

unsigned default_workers() {
  constexpr std::uint64_t kEach = std::uint64_t{1536} << 20;
  const unsigned processors = std::max(1u, std::thread::hardware_concurrency());
  const std::uint64_t room = available_memory() / kEach;
  return room == 0 ? 1 : static_cast<unsigned>(std::min<std::uint64_t>(processors, room));
}

}  // namespace lockweave::analyzer::driver
