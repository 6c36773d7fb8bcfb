// tests/e2e/loader/plugin.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
extern "C" void when_loaded();
extern "C" void when_unloaded();

namespace {

struct Plugin {
  Plugin() { when_loaded(); }
  ~Plugin() { when_unloaded(); }
} plugin;

}  // namespace
