// runtime/core/events/controller.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/events/controller.h"

#include <atomic>

#include "runtime/core/state/fast_lock.h"

namespace lockweave::core {
namespace {

constinit std::atomic<Controller*> active{nullptr};

}  // namespace

Controller* active_controller() { return active.load(std::memory_order_acquire); }

void set_controller(Controller* controller) {
  if (controller != nullptr) close_fast_path(kControlled);
  active.store(controller, std::memory_order_release);
  if (controller == nullptr) open_fast_path(kControlled);
}

}  // namespace lockweave::core
