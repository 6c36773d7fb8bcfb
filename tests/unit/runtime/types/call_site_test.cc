// tests/unit/runtime/types/call_site_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The call site told to the runtime lies in the user's function, at any optimisation: also where
// the operation comes last in the function and the compiler would turn the call into a jump.
// Built with -O0 and with -O2.
#include <dlfcn.h>

#include "fake_hooks.h"
#include "libraries.h"

#define USER_FUNCTION extern "C" __attribute__((noinline, visibility("default")))

namespace {

lockweave::mutex mutex;
lockweave::shared_mutex shared_mutex;
lockweave::spin_mutex spin;
lockweave::condition_variable condition;
lockweave::binary_semaphore semaphore{0};
lockweave::latch latch{2};
lockweave::queue<int> jobs;

std::string function_of(const void* pc) {
  Dl_info info{};
  if (dladdr(pc, &info) == 0 || info.dli_sname == nullptr) return "unknown";
  return info.dli_sname;
}

// Runs `user_function`; every call site told must lie in it.
void expect_all_in(void (*user_function)(), const std::string& name) {
  fake::clear();
  user_function();
  int told = 0;
  for (const fake::Event& event : fake::all()) {
    if (event.pc == nullptr) continue;
    ++told;
    EXPECT_EQ(function_of(event.pc), name) << event.call;
  }
  EXPECT_GT(told, 0) << name;
}

}  // namespace

USER_FUNCTION void user_locks() { mutex.lock(); }
USER_FUNCTION void user_unlocks() { mutex.unlock(); }
USER_FUNCTION void user_tries() {
  if (mutex.try_lock()) mutex.unlock();
}
USER_FUNCTION void user_reads() {
  shared_mutex.lock_shared();
  shared_mutex.unlock_shared();
}
USER_FUNCTION void user_spins() {
  spin.lock();
  spin.unlock();
}
USER_FUNCTION void user_notifies() { condition.notify_all(); }
USER_FUNCTION void user_posts() { semaphore.release(); }
USER_FUNCTION void user_acquires() { semaphore.acquire(); }
USER_FUNCTION void user_counts_down() { latch.count_down(2); }
USER_FUNCTION void user_puts() { jobs.put(1); }
USER_FUNCTION void user_gets_in_vain() { static_cast<void>(jobs.get_for(kMoment)); }
USER_FUNCTION void user_annotates() { LOCKWEAVE_ACQUIRED(&mutex); }
USER_FUNCTION void user_annotates_too() { lockweave::released(mutex); }
USER_FUNCTION void user_wants() { const lockweave::want want(mutex); }

TEST(CallSite, LiesInTheUsersFunction) {
  expect_all_in(user_locks, "user_locks");
  expect_all_in(user_unlocks, "user_unlocks");
  expect_all_in(user_tries, "user_tries");
  expect_all_in(user_reads, "user_reads");
  expect_all_in(user_spins, "user_spins");
  expect_all_in(user_notifies, "user_notifies");
  expect_all_in(user_posts, "user_posts");
  expect_all_in(user_acquires, "user_acquires");
  expect_all_in(user_counts_down, "user_counts_down");
  expect_all_in(user_puts, "user_puts");
  static_cast<void>(jobs.get());
  expect_all_in(user_gets_in_vain, "user_gets_in_vain");
  expect_all_in(user_annotates, "user_annotates");
  expect_all_in(user_annotates_too, "user_annotates_too");
  expect_all_in(user_wants, "user_wants");
}

#if defined(__OPTIMIZE__)
USER_FUNCTION void user_guards() { const std::lock_guard guard(mutex); }

TEST(CallSite, LiesInTheUsersFunctionThroughInlinedGuards) {
  expect_all_in(user_guards, "user_guards");
}
#endif
