// analyzer/extract/library.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The types and functions that are known by name: std, pthread, C11, POSIX, boost, absl, folly, Qt,
// TBB, Lockweave's own, and those of .lockweave.toml. What a call of one of them means is said in
// words that function_walk.cc turns into operations.
// Thread-safety: after construction immutable.
#pragma once

#include <clang/AST/DeclCXX.h>
#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/StringMap.h>

#include "analyzer/extract/names.h"
#include "analyzer/summary/models.h"
#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::extract {

enum class Role : std::uint8_t {
  none,
  lock,
  synchronized,  // a value with its lock: gives guards, or calls a function while it is locked
  guard,
  condition_variable,
  thread,   // its constructor starts the thread
  managed,  // start() does
  process,  // its constructor starts a process
  future,
  promise,
  semaphore,
  queue,
  latch,
  barrier,
  executor,
  task_group,  // wait() joins all that run() began
  atomic,
  atomic_flag,
  watched,  // lockweave::shared
  once_flag,
  function,  // std::function and its kin
};

struct TypeModel {
  Role role = Role::none;
  summary::Answer recursive = summary::Answer::no;
  summary::Mode mode = summary::Mode::exclusive;  // of a guard
  bool joins = false;                             // its destructor joins
  bool release_unlocks = false;                   // of a guard: release(), as TBB means it
  const summary::LockModel* lock = nullptr;       // of .lockweave.toml
  const summary::GuardModel* guard = nullptr;
};

// What a call means to the object it is called on, or to its arguments.
enum class Deed : std::uint8_t {
  none,
  acquire,
  try_acquire,
  timed_acquire,
  release,
  initialise_lock,
  lock_attribute,  // of which kind the locks will be that are made with it
  destroy_lock,
  acquire_all,  // std::lock
  try_acquire_all,
  give_guard,   // returns a guard of the object
  call_locked,  // calls its argument while the object is locked
  guard_acquire,
  guard_try,
  guard_timed,
  guard_release,
  guard_forget,
  guard_swap,
  guard_test,
  wait,
  timed_wait,
  notify_one,
  notify_all,
  block,
  timed_block,
  try_block,
  post,
  spawn,
  join,
  detach,
  handle_swap,
  fork,
  replace,
  call_once,
  signal_handler,
  no_return,
  cancel,       // ends what was waited for: close(), cancel()
  run_later,    // its function argument runs in another thread
  run_members,  // what the function pointers of a structure name does: sigaction
  run_all,      // its function arguments run at the same time, and have ended when it returns
  run_often,    // the same, each several times
};

struct CallModel {
  Deed deed = Deed::none;
  summary::Mode mode = summary::Mode::exclusive;
  const char* what = "";
  unsigned object = 0;  // index of the argument that is the object (free functions)
  unsigned other = 1;   // the mutex of a wait, the function of a spawn
  bool zero_is_success = false;
  summary::Answer recursive = summary::Answer::no;
};

class Library {
 public:
  Library(Names& names, const summary::Models& models);

  // By name, by base class, or by shape: a class with lock() and unlock() over atomics.
  TypeModel type(clang::QualType type);
  TypeModel record(const clang::CXXRecordDecl* record);

  // A std::pair or std::tuple with a guard in it.
  bool is_carrier(const clang::CXXRecordDecl& record);
  // A class of the user's whose destructor unlocks.
  bool is_own_guard(const clang::CXXRecordDecl& record);
  // One of these, or a class of the user's with a guard in it: returned as a guard is returned.
  bool has_guard(const clang::CXXRecordDecl& record);

  CallModel method(const TypeModel& of, llvm::StringRef name) const;
  CallModel function(const clang::FunctionDecl& function);

  bool is_lock(clang::QualType type);
  // A C type: pthread_mutex_t, mtx_t...
  bool is_c_lock(clang::QualType type);
  bool is_c_condition(clang::QualType type);

 private:
  TypeModel by_name(const clang::CXXRecordDecl& record);
  bool unlocks(const clang::Stmt* at);
  TypeModel by_shape(const clang::CXXRecordDecl& record);

  Names& names_;
  const summary::Models& models_;
  llvm::DenseMap<const clang::CXXRecordDecl*, TypeModel> records_;
};

}  // namespace lockweave::analyzer::extract
