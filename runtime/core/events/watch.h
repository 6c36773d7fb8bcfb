// runtime/core/events/watch.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Watching variables: who accesses them, and everything that orders threads meanwhile. It begins with
// the first access that anybody reports, and then lasts. Nothing is lost by beginning so late: what
// orders an access before another one happens between the two.
//
// While nobody watches, each of the calls below is a test of one flag. While somebody does, every
// lock takes the general path, so that each acquisition and release is told.
//
// Thread-safety: told on the thread that acts, with the hook guard held: an acquisition after it, a
// release and a handing-over before it, so that nobody can take over what has not been handed over.
#pragma once

#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

struct Access {
  std::uintptr_t address;
  std::size_t size;
  lw_access_kind kind;
  const void* pc;
};

// What follows order and accesses. Locks are acquired and released; permits, notifications, arrivals
// and all else that orders threads are handed over and taken over.
class Watcher {
 public:
  virtual void on_begin(bool literal_locksets) = 0;  // before all others, once
  virtual void on_acquired(ThreadState&, Object& lock, bool shared) = 0;
  virtual void on_release(ThreadState&, Object& lock, bool shared) = 0;
  virtual void on_order_release(ThreadState&, Object&) = 0;
  virtual void on_order_acquire(ThreadState&, Object&) = 0;
  virtual void on_create(ThreadState& parent, ThreadState& child) = 0;
  virtual void on_thread_end(ThreadState&) = 0;
  virtual void on_joined(ThreadState&, ThreadState& joined) = 0;
  virtual void on_variable_begin(std::uintptr_t address, std::size_t size, const char* name,
                                 const void* pc) = 0;
  virtual void on_variable_end(std::uintptr_t address) = 0;
  virtual void on_access(ThreadState&, const Access&) = 0;
  virtual void on_fork_in_child(ThreadState& survivor) = 0;

 protected:
  ~Watcher() = default;
};

Watcher& watcher();  // the one there is (all_detectors.cc, not in core)

extern constinit std::atomic<bool> watching_variables;

inline bool watching() { return watching_variables.load(std::memory_order_relaxed); }
void begin_watching();  // may be repeated

template <class Tell>
void tell_watcher(Tell tell) {
  if (watching()) [[unlikely]]
    tell(watcher());
}

}  // namespace lockweave::core
