// runtime/core/events/controller.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who decides which thread runs next, when schedules are explored. Core calls `before` on the thread
// that is about to perform a visible operation; the controller returns when that thread may go on.
// The operation's name is (thread.label, thread.operations): equal in two runs of a deterministic
// program, because threads are labelled by their place in the spawn tree and operations are numbered
// per thread. A lock's name is (its first site, its ordinal among the objects that began there).
#pragma once

#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

class Controller {
 public:
  virtual void before(ThreadState&, const void* object) { (void)object; }

 protected:
  ~Controller() = default;
};

// nullptr: the operating system decides. Setting one closes the inlined lock path.
Controller* active_controller();
void set_controller(Controller* controller);

}  // namespace lockweave::core
