// runtime/core/events/controller.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/events/controller.h"

#include <atomic>

#include "runtime/core/events/watch.h"
#include "runtime/core/state/fast_lock.h"

namespace lockweave::core {
namespace {

constinit std::atomic<Controller*> active{nullptr};
constinit bool closed_by_us = false;

}  // namespace

Controller* active_controller() { return active.load(std::memory_order_acquire); }

void set_controller(Controller* controller) {
  if (controller != nullptr && fast_locks_open.exchange(false)) closed_by_us = true;
  active.store(controller, std::memory_order_release);
  if (controller == nullptr && closed_by_us) {
    closed_by_us = false;
    fast_locks_open.store(!watching());
  }
}

}  // namespace lockweave::core
