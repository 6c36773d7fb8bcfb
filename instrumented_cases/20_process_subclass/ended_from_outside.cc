// instrumented_cases/20_process_subclass/ended_from_outside.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// A process that would run for ever is ended by its parent; the exit code says by which signal.
#include <csignal>

#include <unistd.h>

#include "lockweave/process.h"

namespace {
class Server : public lockweave::runnable_process {
  int run() override {
    for (;;) ::pause();
  }
};
}  // namespace

int main() {
  Server server;
  server.start();
  const bool served = server.is_alive();
  server.terminate();
  server.join();
  return served && server.exitcode() == -SIGTERM ? 0 : 1;
}
