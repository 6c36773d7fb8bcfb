// runtime/core/base/launch.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the launcher passes to the processes it starts, in the variable LOCKWEAVE_RUN:
// "key=value;key=value", %XX for bytes that would end a value. Read once, before main.
#pragma once

#include <string_view>

namespace lockweave::core {

struct Launch {
  char dir[4096] = {};      // where records go
  char cli[4096] = {};      // the lockweave command, to start the reporter
  char preload[4096] = {};  // what was added to LD_PRELOAD
  bool root = false;        // the process the user started, not a child of it
  bool present = false;
};
extern constinit Launch launch;

void parse_launch(std::string_view text);

}  // namespace lockweave::core
