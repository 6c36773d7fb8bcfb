// tests/unit/runtime/core/base/deferred_signals_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/deferred_signals.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <setjmp.h>
#include <ucontext.h>

#include <vector>

#include "runtime/core/base/raw_lock.h"

namespace lockweave::core {
namespace {

int runs[65];
std::vector<int> values;
jmp_buf out;
void (*body)(int signal);

// As the front-end reaches the program's handler.
void forward(int signal, siginfo_t* info, void* context) {
  if (defer_signal(signal, info, &static_cast<ucontext_t*>(context)->uc_sigmask)) return;
  ++runs[signal];
  values.push_back(info->si_value.sival_int);
  if (body != nullptr) body(signal);
}

bool is_blocked(int signal) {
  sigset_t now;
  pthread_sigmask(SIG_BLOCK, nullptr, &now);
  return sigismember(&now, signal) == 1;
}

class DeferredSignals : public testing::Test {
 protected:
  void SetUp() override {
    body = nullptr;
    values.clear();
    for (int& count : runs) count = 0;
    struct sigaction action {};
    action.sa_sigaction = forward;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGRTMIN, &action, nullptr);
    action.sa_flags |= SA_NODEFER;
    for (const int signal : {SIGUSR1, SIGUSR2}) sigaction(signal, &action, nullptr);
  }
  void TearDown() override {
    for (const int signal : {SIGUSR1, SIGUSR2, SIGRTMIN}) ::signal(signal, SIG_DFL);
  }
  RawLock outer_;
  RawLock inner_;
};

TEST_F(DeferredSignals, ComeWhenTheLastLockIsReleased) {
  outer_.lock();
  inner_.lock();
  raise(SIGUSR1);
  raise(SIGUSR2);
  inner_.unlock();
  EXPECT_EQ(runs[SIGUSR1] + runs[SIGUSR2], 0);
  EXPECT_TRUE(is_blocked(SIGUSR1));
  outer_.unlock();
  EXPECT_EQ(runs[SIGUSR1], 1);
  EXPECT_EQ(runs[SIGUSR2], 1);
  EXPECT_FALSE(is_blocked(SIGUSR1));
  EXPECT_FALSE(is_blocked(SIGUSR2));
}

TEST_F(DeferredSignals, BringAllTheyCarried) {
  {
    const RawGuard guard(outer_);
    for (const int value : {7, 8, 9}) {
      sigval carried{};
      carried.sival_int = value;
      pthread_sigqueue(pthread_self(), SIGRTMIN, carried);
    }
    EXPECT_TRUE(values.empty());
  }
  EXPECT_EQ(values, (std::vector<int>{7, 8, 9}));
}

TEST_F(DeferredSignals, LoseNoneWhenAHandlerJumpsAway) {
  body = [](int) {
    deliver_before_jump();
    longjmp(out, 1);
  };
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, nullptr, &before);
  if (setjmp(out) == 0) {
    outer_.lock();
    raise(SIGUSR1);
    raise(SIGUSR2);
    outer_.unlock();
    FAIL() << "nobody jumped";
  }
  EXPECT_EQ(runs[SIGUSR1], 1);
  EXPECT_EQ(runs[SIGUSR2], 1);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

int depth;
int deepest;

// The second signal is pending with the first when the lock is released, and its handler is not to interrupt
// that of the first, which uses locks of the runtime itself.
TEST_F(DeferredSignals, KeepToTheMasksOfHandlers) {
  struct sigaction action {};
  action.sa_sigaction = forward;
  action.sa_flags = SA_SIGINFO;
  sigfillset(&action.sa_mask);
  for (const int signal : {SIGUSR1, SIGUSR2}) sigaction(signal, &action, nullptr);
  depth = deepest = 0;
  body = [](int) {
    deepest = ++depth > deepest ? depth : deepest;
    static RawLock lock;
    { const RawGuard guard(lock); }
    --depth;
  };
  {
    const RawGuard guard(outer_);
    raise(SIGUSR2);
    raise(SIGUSR1);
  }
  EXPECT_EQ(runs[SIGUSR1], 1);
  EXPECT_EQ(runs[SIGUSR2], 1);
  EXPECT_EQ(deepest, 1);
}

struct Scope {
  bool* left;
  ~Scope() { *left = true; }
};

// As a front-end: what a handler ends passes through the lock's scope, and those around it are left.
void* end_in_handler(void* left) {
  const Scope scope{static_cast<bool*>(left)};
  RawLock lock;
  const RawGuard guard(lock);
  raise(SIGUSR1);
  return nullptr;
}

TEST_F(DeferredSignals, MayEndTheirThread) {
  body = [](int) { pthread_exit(&runs); };
  bool left = false;
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, nullptr, end_in_handler, &left), 0);
  void* result = nullptr;
  pthread_join(thread, &result);
  EXPECT_EQ(result, &runs);
  EXPECT_TRUE(left);
}

TEST_F(DeferredSignals, LeaveFaultsOfTheThreadItself) {
  siginfo_t info{};
  info.si_code = SEGV_MAPERR;
  sigset_t mask;
  sigemptyset(&mask);
  const RawGuard guard(outer_);
  EXPECT_FALSE(defer_signal(SIGSEGV, &info, &mask));
  EXPECT_FALSE(defer_signal(SIGSEGV, nullptr, &mask));
  EXPECT_EQ(sigismember(&mask, SIGSEGV), 0);
}

}  // namespace
}  // namespace lockweave::core
