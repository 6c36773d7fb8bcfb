// tools/lockweave/commands/end_requests.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/end_requests.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "report/child_output.h"
#include "report/visible.h"

namespace lockweave::cli {
namespace {

// Read by the handler, written before it is installed.
std::array<char, 1024> last_words_text;
std::size_t last_words_size = 0;
std::int64_t heeded_from = 0;  // nanoseconds of the monotonic clock

std::int64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Calls only what is async-signal-safe.
void end(int number) {
  const int error = errno;
  if (number != SIGINT && now() < heeded_from) {
    errno = error;
    return;
  }
  kill_helpers();
  [[maybe_unused]] const ssize_t written =
      ::write(STDERR_FILENO, last_words_text.data(), last_words_size);
  ::_exit(128 + number);
}

}  // namespace

void end_at_requests(const std::string& last_words, std::chrono::milliseconds grace) {
  const std::string text = "\nlockweave: " + visible(last_words) + "\n";
  last_words_size = std::min(text.size(), last_words_text.size());
  std::copy_n(text.begin(), last_words_size, last_words_text.begin());
  heeded_from = now() + std::chrono::nanoseconds(grace).count();
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    ::sigaction(number, nullptr, &before);
    if (before.sa_handler == SIG_IGN) continue;
    struct sigaction action {};
    action.sa_handler = end;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    ::sigaction(number, &action, nullptr);
  }
}

}  // namespace lockweave::cli
