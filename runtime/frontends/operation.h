// runtime/frontends/operation.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every interposed function does around its real call, as scopes: their destructors also run
// when the thread is cancelled or unwound through the call, so nothing stays half-open.
#pragma once

#include "lockweave/hooks.h"

#define LW_EXPORT __attribute__((visibility("default")))
#define LW_CALLER __builtin_return_address(0)

namespace lockweave::frontends {

// An operation on this thread. `if (!operation) return the real call;`
class Operation {
 public:
  Operation() : open_(lw_enter() != 0) {}
  // A visible one, on `object`: another thread can tell whether it came before or after its own.
  Operation(lw_operation what, const volatile void* object, lw_kind kind, int flags = 0)
      : Operation() {
    if (open_) lw_about_to(what, const_cast<const void*>(object), kind, flags);
  }
  ~Operation() noexcept(false) {
    if (open_) lw_leave();
  }
  explicit operator bool() const { return open_; }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

 private:
  const bool open_;
};

// The part of an operation that may sleep.
class Blocking {
 public:
  Blocking(const void* object, lw_kind kind, int flags, const void* with, const int* owner,
           const void* pc) {
    lw_block_begin(object, kind, flags, with, owner, pc);
  }
  ~Blocking() noexcept(false) { gave_up_ ? lw_block_end_unwoken() : lw_block_end(); }
  // The call says that no notification ended the wait.
  void give_up() { gave_up_ = true; }
  Blocking(const Blocking&) = delete;
  Blocking& operator=(const Blocking&) = delete;

 private:
  bool gave_up_ = false;
};

// The same for objects whose state can have changed since the try that failed: the wait is published
// first, then `check` is called when a second try has failed too.
class PublishedWait {
 public:
  PublishedWait(const void* object, lw_kind kind, int flags, const void* pc) {
    lw_block_publish(object, kind, flags, nullptr, nullptr, pc);
  }
  ~PublishedWait() noexcept(false) { gave_up_ ? lw_block_end_unwoken() : lw_block_end(); }
  void give_up() { gave_up_ = true; }  // as above
  void check() { lw_block_check(); }
  // `stands` tells whether the wait would begin now: somebody unknown may have changed the object.
  template <class Stands>
  void check_while(const Stands& stands) {
    lw_block_check_while([](const void* it) { return (*static_cast<const Stands*>(it))() ? 1 : 0; },
                         &stands);
  }
  PublishedWait(const PublishedWait&) = delete;
  PublishedWait& operator=(const PublishedWait&) = delete;

 private:
  bool gave_up_ = false;
};

}  // namespace lockweave::frontends
