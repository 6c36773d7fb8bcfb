// tests/unit/tools/frames_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/frames.h"

#include <gtest/gtest.h>

namespace lockweave::cli {
namespace {

model::Site site(std::string function, std::string file = "/src/a.cc",
                 std::string module = "/src/a") {
  model::Site made;
  made.function = std::move(function);
  made.file = std::move(file);
  made.module = std::move(module);
  return made;
}

std::vector<std::string> functions(const std::vector<model::Site>& sites) {
  std::vector<std::string> names;
  for (const model::Site& one : sites) names.push_back(one.function);
  return names;
}

using Names = std::vector<std::string>;

TEST(ShownStack, DropsLockWrappersAndStartUp) {
  const std::vector<model::Site> raw{
      site("__gthread_mutex_lock", "/usr/include/x86_64-linux-gnu/c++/12/bits/gthr-default.h"),
      site("std::mutex::lock()", "/usr/include/c++/12/bits/std_mutex.h"),
      site("std::lock_guard<std::mutex>::lock_guard(std::mutex&)", "/usr/include/c++/12/mutex"),
      site("transfer()"),
      site("main"),
      site("__libc_start_call_main", "", "/lib/x86_64-linux-gnu/libc.so.6"),
      site("_start", "")};
  EXPECT_EQ(functions(shown_stack(raw)), (Names{"transfer()", "main"}));
}

TEST(ShownStack, DropsTheMachineryOfThreads) {
  const std::vector<model::Site> raw{
      site("work()"),
      site("void std::__invoke_impl<void>(void (*)())", "/usr/include/c++/12/bits/invoke.h"),
      site("execute_native_thread_routine", "", "/lib/libstdc++.so.6"),
      site("lw_thread_main", "", "/opt/lib/liblockweave.so"),
      site("", "", "/lib/x86_64-linux-gnu/libc.so.6"),
      site("clone3", "", "/lib/x86_64-linux-gnu/libc.so.6")};
  EXPECT_EQ(functions(shown_stack(raw)), (Names{"work()"}));
}

TEST(ShownStack, KeepsTheCLibraryInTheMiddle) {
  const std::vector<model::Site> raw{
      site("compare()"), site("qsort", "", "/lib/x86_64-linux-gnu/libc.so.6"), site("main")};
  EXPECT_EQ(functions(shown_stack(raw)), (Names{"compare()", "qsort", "main"}));
}

TEST(ShownStack, DropsTheLocksOfBoost) {
  const std::vector<model::Site> raw{
      site("boost::posix::pthread_mutex_lock(pthread_mutex_t*)",
           "/usr/include/boost/thread/pthread/pthread_helpers.hpp"),
      site("boost::mutex::lock()", "/usr/include/boost/thread/pthread/mutex.hpp"),
      site("boost::lock_guard<boost::mutex>::lock_guard(boost::mutex&)",
           "/src/third_party/boost/thread/lock_guard.hpp"),
      site("transfer()"),
      site("", "", "/lib/x86_64-linux-gnu/libboost_thread.so.1.74.0"),
      site("", "", "/lib/x86_64-linux-gnu/libc.so.6")};
  EXPECT_EQ(functions(shown_stack(raw)), (Names{"transfer()"}));
}

TEST(ShownStack, KeepsAFolderOfThatNameInAProgram) {
  const std::vector<model::Site> raw{site("work()", "/src/boost/thread/pool.cc"), site("main")};
  EXPECT_EQ(functions(shown_stack(raw)), (Names{"work()", "main"}));
}

TEST(ShownStack, DropsOwnTypes) {
  const std::vector<model::Site> raw{
      site("lockweave::mutex::lock()", "/usr/include/lockweave/mutex.h"), site("f()")};
  EXPECT_EQ(functions(shown_stack(raw)), (Names{"f()"}));
}

TEST(ShownStack, KeepsEverythingIfNothingWouldBeLeft) {
  const std::vector<model::Site> raw{site("std::mutex::lock()")};
  EXPECT_EQ(functions(shown_stack(raw)), (Names{"std::mutex::lock()"}));
}

}  // namespace
}  // namespace lockweave::cli
