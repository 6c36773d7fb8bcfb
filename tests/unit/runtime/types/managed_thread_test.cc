// tests/unit/runtime/types/managed_thread_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Managed threads, threads by subclass, the list of threads, and what happens at exit. The exit tests
// run in a child of their own (EXPECT_EXIT) and say in stderr what came when.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "libraries.h"

namespace {

using lockweave::managed_thread;
using lockweave::thread_info;

static_assert(!std::is_copy_constructible_v<managed_thread>);
static_assert(std::is_nothrow_move_constructible_v<managed_thread>);
static_assert(std::is_nothrow_move_assignable_v<managed_thread>);
static_assert(std::is_nothrow_default_constructible_v<managed_thread>);
static_assert(std::is_same_v<managed_thread::id, std::thread::id>);
static_assert(!std::is_move_constructible_v<lockweave::runnable>);
static_assert(std::is_abstract_v<lockweave::runnable>);

std::vector<std::string> names_of_living() {
  std::vector<std::string> names;
  for (const thread_info& each : lockweave::enumerate()) names.push_back(each.name());
  return names;
}
bool lives(const std::string& name) {
  const auto names = names_of_living();
  return std::count(names.begin(), names.end(), name) == 1;
}

struct Worker : lockweave::runnable {
  using runnable::runnable;
  ~Worker() override = default;
  void run() override {
    seen = lockweave::current_thread().name();
    go_on.wait();
  }
  std::string seen;
  lockweave::latch go_on{1};
};

class ExitDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

struct SaysWhenItIsGone {
  explicit SaysWhenItIsGone(const char* what) : what_(what) {}
  ~SaysWhenItIsGone() { std::fprintf(stderr, "%s gone;", what_); }
  const char* what_;
};

}  // namespace

TEST(ManagedThread, RunsAtOnceAndMayBeJoinedTwice) {
  int sum = 0;
  managed_thread thread([&](std::unique_ptr<int> a, int b) { sum = *a + b; },
                        std::make_unique<int>(2), 3);
  EXPECT_TRUE(thread.joinable());
  thread.join();
  EXPECT_EQ(sum, 5);
  thread.join();
  EXPECT_FALSE(thread.joinable());
  EXPECT_FALSE(thread.is_alive());
  EXPECT_TRUE(thread.join_for(kMoment));
}

TEST(ManagedThread, TimedJoinGivesUp) {
  lockweave::latch end(1);
  managed_thread thread([&] { end.wait(); });
  EXPECT_FALSE(thread.join_for(kMoment));
  EXPECT_FALSE(thread.join_until(std::chrono::system_clock::now() + kMoment));
  EXPECT_TRUE(thread.joinable());
  end.count_down();
  EXPECT_TRUE(thread.join_for(kForever));
}

TEST(ManagedThread, ManyMayJoinAtATime) {
  lockweave::latch end(1);
  managed_thread thread([&] { end.wait(); });
  {
    std::vector<std::jthread> joiners;
    for (int i = 0; i < 4; ++i) joiners.emplace_back([&] { thread.join(); });
    joiners.emplace_back([&] { EXPECT_TRUE(thread.join_for(kForever)); });
    joiners.emplace_back([&] { EXPECT_FALSE(thread.join_for(kMoment) && thread.is_alive()); });
    end.count_down();
  }
  EXPECT_FALSE(thread.joinable());
}

TEST(ManagedThread, TellsWhoItIs) {
  lockweave::latch begun(1);
  lockweave::latch end(1);
  const std::string long_name = "a name of more than fifteen characters";
  managed_thread thread({long_name, true}, [&] {
    begun.count_down();
    end.wait();
  });
  begun.wait();
  EXPECT_EQ(thread.name(), long_name);
  EXPECT_TRUE(thread.daemon());
  EXPECT_TRUE(thread.is_alive());
  EXPECT_NE(thread.native_id(), 0);
  EXPECT_NE(thread.native_id(), lockweave::current_thread().native_id());
  EXPECT_EQ(thread.ident(), thread.info().get_id());
  EXPECT_TRUE(lives(long_name));
  thread.set_name("short");
  EXPECT_TRUE(lives("short"));
  char kernel[32] = {};
  pthread_getname_np(thread.native_handle(), kernel, sizeof kernel);
  EXPECT_STREQ(kernel, "short");
  const thread_info info = thread.info();
  end.count_down();
  thread.join();
  EXPECT_FALSE(info.is_alive());
  EXPECT_EQ(info.name(), "short");
  EXPECT_FALSE(lives("short"));
}

TEST(ManagedThread, IsADaemonIfItsCreatorIsOneAndNothingElseIsSaid) {
  bool inherited = false;
  bool by_subclass = false;
  bool said = true;
  managed_thread parent({"parent", true}, [&] {
    managed_thread child([] {});
    inherited = child.daemon();
    child.join();
    by_subclass = Worker().daemon();
    managed_thread ordinary({"ordinary", false}, [] {});
    said = ordinary.daemon();
    ordinary.join();
  });
  parent.join();
  EXPECT_TRUE(inherited);
  EXPECT_TRUE(by_subclass);
  EXPECT_FALSE(said);
  EXPECT_FALSE(managed_thread([] {}).daemon());
}

TEST(ManagedThread, AHookIsToldWhatLeavesAThread) {
  std::string told;
  lockweave::set_excepthook([&told](const lockweave::excepthook_args& args) {
    told = args.thread.name();
    testing::internal::CaptureStderr();
    lockweave::print_exception(args);
    told += "|" + testing::internal::GetCapturedStderr();
  });
  managed_thread thread({"loader"}, [] { throw std::runtime_error("no such file"); });
  thread.join();
  lockweave::set_excepthook({});
  EXPECT_EQ(told, "loader|Exception in thread loader: no such file\n");
}

TEST(ManagedThread, WithoutAThreadAnswersOrThrows) {
  managed_thread none;
  EXPECT_FALSE(none.joinable());
  EXPECT_FALSE(none.is_alive());
  EXPECT_EQ(none.get_id(), std::thread::id());
  EXPECT_THROW(none.join(), std::system_error);
  EXPECT_THROW(none.name(), std::system_error);
}

TEST(ManagedThread, MustNotJoinItself) {
  lockweave::latch assigned(1);
  managed_thread thread;
  thread = managed_thread([&] {
    assigned.wait();
    EXPECT_THROW(thread.join(), std::system_error);
    EXPECT_THROW(thread.join_for(kForever), std::system_error);
  });
  assigned.count_down();
  thread.join();
}

TEST(ManagedThread, HandleMayGoBeforeTheThread) {
  lockweave::latch end(1);
  lockweave::latch ended(1);
  managed_thread({"forgotten"}, [&] {
    end.wait();
    ended.count_down();
  });
  EXPECT_TRUE(lives("forgotten"));
  end.count_down();
  ended.wait();
  for (int i = 0; i < 200; ++i) managed_thread([] {}).join();  // these take up what is left of it
}

TEST(Threads, CurrentAndMainAreKnown) {
  const thread_info here = lockweave::current_thread();
  EXPECT_EQ(here, lockweave::main_thread());
  EXPECT_EQ(here.name(), "MainThread");
  EXPECT_EQ(here.native_id(), ::getpid());
  EXPECT_EQ(here.ident(), std::this_thread::get_id());
  EXPECT_EQ(here, lockweave::current_thread());
  const auto before = lockweave::active_count();
  run_elsewhere([&] {  // a std::thread: known once it asks, until it ends
    const thread_info foreign = lockweave::current_thread();
    EXPECT_NE(foreign, here);
    EXPECT_EQ(foreign.ident(), std::this_thread::get_id());
    EXPECT_EQ(lockweave::active_count(), before + 1);
  });
  EXPECT_EQ(lockweave::active_count(), before);
}

TEST(Threads, StandardOnesHaveNamesToo) {
  lockweave::latch end(1);
  lockweave::thread thread(lockweave::thread_name{"worker"}, [&] {
    EXPECT_EQ(lockweave::current_thread().name(), "worker");
    end.wait();
  });
  EXPECT_EQ(thread.name(), "worker");
  EXPECT_TRUE(thread.is_alive());
  EXPECT_TRUE(lives("worker"));
  end.count_down();
  thread.join();
  EXPECT_EQ(thread.name(), "");
  EXPECT_EQ(thread.native_id(), 0);
  lockweave::jthread unnamed([] {});
  EXPECT_EQ(unnamed.name().rfind("Thread-", 0), 0U);
}

TEST(Threads, TheChildOfAForkHasOneThread) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "ThreadSanitizer allows no new threads there";
#endif
  lockweave::latch end(1);
  managed_thread other({"other"}, [&] { end.wait(); });
  const pid_t child = fork();
  if (child == 0) {
    const bool alone = lockweave::active_count() == 1 && !other.is_alive() && !other.joinable();
    other.join();  // says at once that it is over
    managed_thread({"new"}, [] {}).join();
    const bool is_main = lockweave::current_thread() == lockweave::main_thread();
    _exit(alone && is_main && lockweave::current_thread().native_id() == getpid() ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(other.is_alive());
  end.count_down();
  other.join();
}

TEST(Runnable, RunsOnceInItsThread) {
  Worker worker{{"the worker"}};
  EXPECT_EQ(worker.name(), "the worker");
  EXPECT_FALSE(worker.is_alive());
  EXPECT_EQ(worker.native_id(), 0);
  EXPECT_THROW(worker.join(), std::system_error);
  worker.start();
  EXPECT_THROW(worker.start(), std::logic_error);
  EXPECT_TRUE(worker.is_alive());
  EXPECT_FALSE(worker.join_for(kMoment));
  worker.go_on.count_down();
  EXPECT_TRUE(worker.join_for(kForever));
  EXPECT_EQ(worker.seen, "the worker");
  EXPECT_THROW(worker.start(), std::logic_error);
}

TEST(Runnable, MayGoWhenItIsKnownToHaveEnded) {
  Worker worker;
  worker.start();
  worker.go_on.count_down();
  while (worker.is_alive()) std::this_thread::yield();
}

TEST_F(ExitDeathTest, RunnableMustNotGoBefore) {
  EXPECT_DEATH(
      {
        Worker worker;
        worker.start();
      },
      "");
}

TEST_F(ExitDeathTest, OrdinaryThreadsAreJoinedBeforeStaticsGo) {
  const auto leave_main = [] {
    static const SaysWhenItIsGone first("first static");
    static lockweave::latch go_on(1);
    managed_thread([] {
      go_on.wait();
      static const SaysWhenItIsGone second("second static");  // made later than any exit handler
      std::fprintf(stderr, "thread done;");
    });
    go_on.count_down();
    std::exit(3);
  };
  EXPECT_EXIT(leave_main(), testing::ExitedWithCode(3),
              "thread done;second static gone;first static gone;");
}

TEST_F(ExitDeathTest, DaemonsAreNot) {
  const auto leave_main = [] {
    static lockweave::latch never(1);
    managed_thread({"daemon", true}, [] { never.wait(); });
    std::exit(4);
  };
  EXPECT_EXIT(leave_main(), testing::ExitedWithCode(4), "");
}

TEST_F(ExitDeathTest, ThreadsStartedMeanwhileAreJoinedToo) {
  const auto leave_main = [] {
    managed_thread([] {
      managed_thread([] { managed_thread([] { std::fprintf(stderr, "third done;"); }); });
    });
    std::exit(0);
  };
  EXPECT_EXIT(leave_main(), testing::ExitedWithCode(0), "third done;");
}

TEST_F(ExitDeathTest, AManagedThreadMayEndTheProcess) {
  const auto leave_thread = [] { managed_thread([] { std::exit(5); }).join(); };
  EXPECT_EXIT(leave_thread(), testing::ExitedWithCode(5), "");
}

TEST_F(ExitDeathTest, ExceptionsAreNotSwallowed) {
  EXPECT_DEATH(managed_thread([] { throw std::runtime_error("nobody"); }).join(), "nobody");
}
