// tools/lockweave/symbols/symbolizer.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/symbolizer.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <map>
#include <set>

#include "report/child_output.h"
#include "report/executables.h"
#include "report/text.h"
#include "tools/lockweave/commands/program.h"

extern char** environ;

namespace lockweave::cli {
namespace {

constexpr const char* kInstall =
    "no llvm-symbolizer was found, so places are shown as module+offset; "
    "install it (Debian: apt install llvm) and run `lockweave report` again";
constexpr const char* kDied =
    "llvm-symbolizer stopped answering, so some places are shown as module+offset";

// Looking up debug information over the network is the user's choice, not a default; and the tool
// is not a program to observe.
std::vector<char*> child_environment() {
  std::vector<char*> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!text.starts_with("DEBUGINFOD_URLS=") && !text.starts_with("LOCKWEAVE_RUN=") &&
        !text.starts_with("LD_PRELOAD=")) {
      kept.push_back(*entry);
    }
  }
  kept.push_back(nullptr);
  return kept;
}

// The child opens what it is asked about, and would wait at a pipe for ever.
bool can_be_asked(const std::string& module) {
  struct stat status {};
  return module.starts_with('/') && module.find_first_of("\"\n\r") == std::string::npos &&
         (::stat(module.c_str(), &status) != 0 || S_ISREG(status.st_mode));
}

// The call is before the return address, so its line is that of the byte before.
std::string question(const CodePosition& position) {
  return "CODE \"" + position.module + "\" " + hex(position.offset == 0 ? 0 : position.offset - 1) +
         "\n";
}

int spawn(const std::string& program, int socket) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string name = program;
  std::string style = "--output-style=JSON";
  std::string inlines = "--inlines";
  char* arguments[] = {name.data(), style.data(), inlines.data(), nullptr};
  std::vector<char*> environment = child_environment();
  pid_t child = -1;
  const int failed =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environment.data());
  posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? child : -1;
}

}  // namespace

std::vector<std::string> symbolizer_names() {
  std::vector<std::string> names{"llvm-symbolizer-19", "llvm-symbolizer"};
  for (int version = 25; version >= 13; --version) {
    if (version != 19) names.push_back("llvm-symbolizer-" + std::to_string(version));
  }
  return names;
}

LlvmSymbolizer::LlvmSymbolizer() : LlvmSymbolizer(symbolizer_names()) {}
LlvmSymbolizer::LlvmSymbolizer(std::vector<std::string> candidates)
    : candidates_(std::move(candidates)) {}
LlvmSymbolizer::~LlvmSymbolizer() { stop(); }

void LlvmSymbolizer::on_progress(std::function<void(std::size_t, std::size_t)> callback) {
  progress_ = std::move(callback);
}

bool LlvmSymbolizer::start() {
  if (child_ > 0) return true;
  if (given_up_) return false;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
    for (const std::string& candidate : candidates_) {
      const std::string program = find_in_path(candidate);
      if (!program.empty() && (child_ = spawn(program, ends[1])) > 0) break;
    }
    ::close(ends[1]);
    if (child_ > 0) {
      add_helper(child_);
      socket_ = ends[0];
      ::fcntl(socket_, F_SETFL, O_NONBLOCK);
      return true;
    }
    ::close(ends[0]);
  }
  given_up_ = true;
  note_ = kInstall;
  return false;
}

void LlvmSymbolizer::stop() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  remove_helper(child_);
  child_ = -1;
}

std::vector<std::string> LlvmSymbolizer::ask(const std::string& questions, std::size_t count) {
  std::vector<std::string> lines;
  std::string pending;
  std::size_t sent = 0;
  while (lines.size() < count) {
    pollfd wait{socket_, POLLIN, 0};
    if (sent < questions.size()) wait.events |= POLLOUT;
    const int ready =
        ::poll(&wait, 1, static_cast<int>(std::chrono::milliseconds(kSilenceMax).count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return lines;
    if ((wait.revents & POLLOUT) != 0 && sent < questions.size()) {
      const ssize_t n =
          ::send(socket_, questions.data() + sent, questions.size() - sent, MSG_NOSIGNAL);
      if (n > 0) sent += static_cast<std::size_t>(n);
      if (n < 0 && errno != EAGAIN && errno != EINTR) return lines;
    }
    if ((wait.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    char buffer[1 << 16];
    const ssize_t n = ::read(socket_, buffer, sizeof buffer);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return lines;
    for (ssize_t i = 0; i < n; ++i) {
      if (buffer[i] != '\n') {
        pending += buffer[i];
      } else if (!pending.empty()) {
        lines.push_back(std::move(pending));
        pending.clear();
      }
    }
    if (progress_) progress_(lines.size(), count);
  }
  return lines;
}

std::vector<std::vector<model::Site>> LlvmSymbolizer::resolve(
    std::span<const CodePosition> positions) {
  std::vector<std::vector<model::Site>> answers(positions.size());
  std::vector<std::size_t> asked;
  std::string questions;
  std::map<std::string, bool> askable;  // by module
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto [module, is_new] = askable.emplace(positions[i].module, false);
    if (is_new) module->second = can_be_asked(positions[i].module);
    if (!module->second) continue;
    asked.push_back(i);
    questions += question(positions[i]);
  }
  if (asked.empty() || !start()) return answers;
  const std::vector<std::string> lines = ask(questions, asked.size());
  for (std::size_t i = 0; i < lines.size() && i < asked.size(); ++i) {
    answers[asked[i]] = parse_symbolizer_reply(lines[i]);
  }
  if (lines.size() < asked.size()) {
    stop();
    given_up_ = true;
    note_ = kDied;
  }
  return answers;
}

void SymbolCache::prefetch(std::span<const CodePosition> positions) {
  std::set<CodePosition> missing;
  for (const CodePosition& position : positions) {
    if (!known_.contains(position)) missing.insert(position);
  }
  if (missing.empty()) return;
  const std::vector<CodePosition> asked(missing.begin(), missing.end());
  std::vector<std::vector<model::Site>> answers = source_.resolve(asked);
  answers.resize(asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    std::vector<model::Site>& sites = answers[i];
    if (sites.empty()) sites.emplace_back();
    for (model::Site& site : sites) {
      site.module = asked[i].module;
      site.offset = asked[i].offset;
    }
    known_.emplace(asked[i], std::move(sites));
  }
}

const std::vector<model::Site>& SymbolCache::sites(const CodePosition& position) {
  const auto known = known_.find(position);
  if (known != known_.end()) return known->second;
  prefetch(std::span(&position, 1));
  return known_.find(position)->second;
}

}  // namespace lockweave::cli
