// tests/unit/runtime/core/code/stack_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/runtime/core/code/code_under_test.h"

namespace {

using lockweave::core::SharedTrace;
using lockweave::core::Trace;

Trace trace_of(std::uintptr_t pc, std::uint32_t count) {
  Trace trace;
  trace.count = count;
  for (std::uint32_t i = 0; i < count; ++i) trace.pcs[i] = pc;
  return trace;
}

// The owner writes stacks of many depths; whatever mixture a reader gets is of what was written.
TEST(SharedTrace, GivesNoMoreThanThereIsToReadersThatRace) {
  SharedTrace shared;
  shared.store(trace_of(1, 1));
  std::atomic<bool> stop{false};
  std::thread owner([&] {
    for (std::uint32_t i = 0; !stop.load(); ++i) {
      const std::uint32_t count = 1 + i % Trace::kFramesMax;
      shared.store(trace_of(count, count));
    }
  });
  for (int i = 0; i < 20000; ++i) {
    Trace copy;
    shared.load(copy);
    ASSERT_GE(copy.count, 1U);
    ASSERT_LE(copy.count, Trace::kFramesMax);
    for (std::uint32_t at = 0; at < copy.count; ++at) ASSERT_LE(copy.pcs[at], Trace::kFramesMax);
  }
  stop = true;
  owner.join();
}

std::uintptr_t address_of(const char* library, const char* name, void*& handle) {
  handle = dlopen(library, RTLD_NOW);
  return handle == nullptr ? 0 : reinterpret_cast<std::uintptr_t>(dlsym(handle, name));
}

// Two libraries in turn at one address are rare, so what is told apart here is one that is loaded from
// one that is not: the same return address, and another stack.
TEST(InternedStack, IsAnotherOnceItsLibraryHasBeenUnloaded) {
  void* handle = nullptr;
  const std::uintptr_t inside = address_of(LOCKWEAVE_TEST_PLUGIN, "plugin_function", handle);
  ASSERT_NE(inside, 0U) << dlerror();
  const Trace trace = trace_of(inside, 1);
  const Interned loaded = intern_for_test(trace);
  EXPECT_NE(loaded.module, 0U);
  EXPECT_EQ(intern_for_test(trace).id, loaded.id);
  begin_unloading();
  dlclose(handle);
  end_unloading();
  const Interned unloaded = intern_for_test(trace);
  EXPECT_EQ(unloaded.module, 0U);
  EXPECT_NE(unloaded.id, loaded.id);
  EXPECT_EQ(module_of_stack(loaded), loaded.module) << "what was captured stays where it was";
}

TEST(InternedStack, StaysTheSameWhileOtherLibrariesComeAndGo) {
  const Trace trace = trace_of(reinterpret_cast<std::uintptr_t>(&dlopen), 3);
  const Interned before = intern_for_test(trace);
  void* handle = nullptr;
  ASSERT_NE(address_of(LOCKWEAVE_TEST_PLUGIN, "plugin_function", handle), 0U);
  begin_unloading();
  EXPECT_EQ(intern_for_test(trace).id, before.id) << "while something is being unloaded";
  dlclose(handle);
  end_unloading();
  EXPECT_EQ(intern_for_test(trace).id, before.id);
  EXPECT_EQ(intern_for_test(trace).module, before.module);
}

}  // namespace
