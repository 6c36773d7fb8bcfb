// tests/unit/runtime/types/process_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>

#include "libraries.h"

namespace {

using lockweave::command;
using lockweave::process;
using lockweave::redirection;

static_assert(!std::is_copy_constructible_v<process>);
static_assert(std::is_nothrow_move_constructible_v<process>);
static_assert(std::is_nothrow_default_constructible_v<process>);

// A pipe; what a child writes into it shows where it is.
class Pipe {
 public:
  Pipe() {
    if (pipe(ends_) != 0) std::abort();
  }
  ~Pipe() {
    close(ends_[0]);
    close_writer();
  }
  void close_writer() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  void say(char what) const { EXPECT_EQ(write(ends_[1], &what, 1), 1); }
  char hear() const {
    char what = 0;
    return read(ends_[0], &what, 1) == 1 ? what : '\0';
  }
  std::string rest() {
    close_writer();
    std::string all;
    while (const char next = hear()) all += next;
    return all;
  }
  int writer() const { return ends_[1]; }

 private:
  int ends_[2];
};

int result_of(process child) {
  child.join();
  return child.exitcode().value();
}

std::string error_of(const command& what) {
  try {
    process(what).join();
  } catch (const std::system_error& error) {
    return error.what();
  }
  return "";
}

struct Worker : lockweave::runnable_process {
  using runnable_process::runnable_process;
  int run() override { return value = 7; }
  int value = 1;
};

class ProcessExitDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

}  // namespace

TEST(Process, EndsWithItsFunctionsResult) {
  EXPECT_EQ(result_of(process([](int a, int b) { return a + b; }, 2, 3)), 5);
  EXPECT_EQ(result_of(process([] {})), 0);
  EXPECT_EQ(result_of(process([] { return std::string("no number"); })), 0);
  EXPECT_EQ(result_of(process([] { std::exit(9); })), 9);
  EXPECT_EQ(result_of(process([] { raise(SIGKILL); })), -SIGKILL);
}

TEST(Process, ExceptionsAreToldAndGiveOne) {
  Pipe errors;
  process child({"reader"}, [&] {
    dup2(errors.writer(), STDERR_FILENO);
    throw std::runtime_error("no such book");
  });
  child.join();
  EXPECT_EQ(child.exitcode(), 1);
  EXPECT_EQ(errors.rest(), "reader: uncaught exception: no such book\n");
}

TEST(Process, FlushesWhatWasWritten) {
  Pipe output;
  std::printf("the parent's own;");  // must not come twice
  process child([&] {
    dup2(output.writer(), STDOUT_FILENO);
    std::printf("printed;");
    std::cout << "streamed;";
  });
  child.join();
  EXPECT_EQ(output.rest(), "printed;streamed;");
}

TEST(Process, KnowsItselfAndItsParent) {
  const pid_t parent = lockweave::this_process::pid();
  EXPECT_EQ(lockweave::this_process::name(), "MainProcess");
  process child({"indexer"}, [=] {
    return lockweave::this_process::parent_pid() == parent &&
                   lockweave::this_process::name() == "indexer" &&
                   lockweave::this_process::pid() != parent && lockweave::active_children().empty()
               ? 0
               : 1;
  });
  EXPECT_EQ(child.name(), "indexer");
  EXPECT_NE(child.pid(), parent);
  child.join();
  EXPECT_EQ(child.exitcode(), 0);
}

TEST(Process, RunsUntilItIsEnded) {
  Pipe ready;
  process child([&] {
    ready.say('r');
    pause();
  });
  EXPECT_EQ(ready.hear(), 'r');
  EXPECT_TRUE(child.is_alive());
  EXPECT_EQ(child.exitcode(), std::nullopt);
  EXPECT_FALSE(child.join_for(kMoment));
  EXPECT_EQ(lockweave::active_children().size(), 1U);
  EXPECT_EQ(lockweave::active_children()[0].pid(), child.pid());
  child.terminate();
  EXPECT_TRUE(child.join_for(kForever));
  EXPECT_EQ(child.exitcode(), -SIGTERM);
  EXPECT_FALSE(child.is_alive());
  child.kill();  // nobody is there any more: nothing happens
  child.join();
  EXPECT_TRUE(lockweave::active_children().empty());
}

TEST(Process, ManyMayJoin) {
  Pipe go_on;
  process child([&] { return go_on.hear() == 'g' ? 3 : 4; });
  {
    std::vector<std::jthread> joiners;
    for (int i = 0; i < 4; ++i) {
      joiners.emplace_back([&] {
        child.join();
        EXPECT_EQ(child.exitcode(), 3);
      });
    }
    joiners.emplace_back([&] { EXPECT_TRUE(child.join_for(kForever)); });
    go_on.say('g');
  }
}

TEST(Process, BySubclassRunsOnACopy) {
  Worker worker{{"worker"}};
  EXPECT_FALSE(worker.is_alive());
  EXPECT_THROW(worker.join(), std::system_error);
  worker.start();
  EXPECT_THROW(worker.start(), std::logic_error);
  worker.join();
  EXPECT_EQ(worker.exitcode(), 7);
  EXPECT_EQ(worker.name(), "worker");
  EXPECT_EQ(worker.value, 1);
}

TEST(Process, FromACommandLine) {
  EXPECT_EQ(result_of(process(command{{"sh", "-c", "exit 3"}})), 3);
  EXPECT_EQ(result_of(process(command{{"sh", "-c", "kill -TERM $$"}})), -SIGTERM);
  const std::vector<std::string> environment{"PATH=/bin:/usr/bin", "WHO=me"};
  EXPECT_EQ(result_of(process(
                command{{"sh", "-c", "test \"$WHO\" = me && test -z \"$HOME\""}, environment})),
            0);
  EXPECT_EQ(result_of(process(command{{"sh", "-c", "test $(pwd) = /"}, {}, "/"})), 0);
  EXPECT_EQ(process(command{{"true"}}).name(), "true");
}

TEST(Process, StreamsOfACommandGoWhereItSays) {
  const std::string folder = testing::TempDir();
  const std::string file = folder + "lockweave_streams." + std::to_string(::getpid());
  command what{{"sh", "-c", "echo out; echo err >&2"}};
  what.output = redirection::file(file);
  what.errors = redirection::output();
  EXPECT_EQ(result_of(process(what)), 0);
  what.output = redirection::append(file);
  what.errors = redirection::null();
  EXPECT_EQ(result_of(process(what)), 0);
  command show{{"cat"}};
  show.input = redirection::file(file);
  EXPECT_EQ(lockweave::run_command(show, "not read").output, "out\nerr\nout\n");
  ::unlink(file.c_str());
}

TEST(Process, AFileRelativeToTheCommandsFolder) {
  command what{{"cat"}, {}, "/proc/self"};
  what.input = redirection::file("comm");
  EXPECT_FALSE(lockweave::run_command(what).output.empty());
}

TEST(Process, RunCommandGivesAndTakesAnyBytes) {
  const std::string bytes = std::string(1U << 20U, 'x') + '\0' + "end";
  const auto result = lockweave::run_command({{"sh", "-c", "cat; echo failed >&2; exit 3"}}, bytes);
  EXPECT_EQ(result.exitcode, 3);
  EXPECT_EQ(result.output, bytes);
  EXPECT_EQ(result.errors, "failed\n");
  EXPECT_EQ(lockweave::run_command({{"true"}}, bytes).exitcode, 0);
  EXPECT_EQ(lockweave::run_command({{"sh", "-c", "kill -9 $$"}}).exitcode, -SIGKILL);
  EXPECT_THROW(lockweave::run_command({{"/no/such/program"}}), std::system_error);
}

TEST(Process, WhatCannotStartIsNamed) {
  command unreadable{{"true"}};
  unreadable.input = redirection::file("/no/such/file");
  EXPECT_NE(error_of(unreadable).find("'true', with '/no/such/file'"), std::string::npos);
  EXPECT_NE(error_of({{"/no/such/program", "-x"}}).find("'/no/such/program'"), std::string::npos);
  EXPECT_NE(error_of({{"true"}, {}, "/no/such/folder"}).find("in '/no/such/folder'"),
            std::string::npos);
  EXPECT_NE(error_of({{}}).find("without a program"), std::string::npos);
  EXPECT_THROW(process().join(), std::system_error);
  EXPECT_EQ(process().pid(), 0);
}

TEST(Process, AForkThatFailsIsNamed) {
  const int code = result_of(process([] {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_NPROC, &none);
    if (setuid(65534) != 0 && geteuid() == 0) return 77;  // root has no limit
    try {
      process({"late"}, [] {});
    } catch (const std::system_error& error) {
      return std::string(error.what()).find("process 'late'") != std::string::npos ? 0 : 2;
    }
    return 3;
  }));
  if (code == 77) GTEST_SKIP() << "cannot give up being root";
  EXPECT_EQ(code, 0);
}

TEST(Process, WhatSomebodyElseReapedHasEnded) {
  process child([] { return 3; });
  ASSERT_EQ(waitpid(child.pid(), nullptr, 0), child.pid());
  child.join();
  EXPECT_FALSE(child.is_alive());
  EXPECT_EQ(child.exitcode(), std::nullopt);
}

TEST(Process, ChildWaitsForItsOwnThreadsAndChildren) {
  Pipe order;
  process child([&] {
    process([&] { order.say('p'); });
    lockweave::managed_thread([&] { order.say('t'); });
  });
  child.join();
  const std::string said = order.rest();
  EXPECT_TRUE(said == "tp" || said == "pt") << said;
}

TEST_F(ProcessExitDeathTest, ParentWaitsForOrdinaryOnesAndKillsDaemons) {
  const auto leave_main = [] {
    process({"ordinary"}, [] { std::fprintf(stderr, "ordinary done;"); });
    process({"daemon", true}, [] { pause(); });
    std::exit(3);
  };
  EXPECT_EXIT(leave_main(), testing::ExitedWithCode(3), "ordinary done;");
}
