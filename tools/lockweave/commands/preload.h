// tools/lockweave/commands/preload.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the runtime gets into a program: where the library lies, and the environment that the child
// starts with. The runtime takes both variables out again before main, so the program sees the
// environment of its user.
//
//   LD_PRELOAD     what was there, then the libraries that must precede ours, then ours
//   LOCKWEAVE_RUN  dir=…;root=1;pid_of_launcher=…;cli=…;preload=…   values percent-escaped;
//                  `preload` is exactly the text appended to LD_PRELOAD, its separator included
//   LOCKWEAVE_OPTIONS  settings from the command line before the user's own, which win;
//                  after them what `--options` says
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockweave::cli {

// Looks in the option, LOCKWEAVE_RUNTIME, the places relative to this program. Empty if it is
// nowhere; `tried` then says where it was looked for.
std::string find_runtime(const std::string& option, std::vector<std::string>& tried);

struct RunSetting {
  std::string key;
  std::string value;
};

struct Preload {
  std::string runtime;  // absolute path
  std::vector<std::string> load_first;
  std::string run_folder;            // absolute path
  std::vector<RunSetting> settings;  // for LOCKWEAVE_OPTIONS, before the user's
  std::string options;               // --options, after the user's
};

// `environment` ("NAME=value" each) as the child shall have it.
std::vector<std::string> environment_for(const Preload& preload,
                                         std::span<const std::string> environment);

// The last value of `key` in "key=value:key=value"; empty if it is not there.
std::string option_value(std::string_view options, std::string_view key);

}  // namespace lockweave::cli
