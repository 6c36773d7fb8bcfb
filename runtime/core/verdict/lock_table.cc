// runtime/core/verdict/lock_table.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/verdict/lock_table.h"

#include "runtime/core/base/say.h"
#include "runtime/core/code/code_place.h"
#include "runtime/core/events/detector.h"
#include "runtime/core/state/held.h"

namespace lockweave::core {

std::uint32_t waiting_threads() {
  std::uint32_t count = 0;
  for (ThreadState* thread = newest_live_thread(); thread != nullptr;
       thread = live_after(*thread)) {
    if (!thread->finished.load(std::memory_order_relaxed) && view_wait(*thread).waiting()) ++count;
  }
  return count;
}

namespace {

void say_object(Say& say, const Object& object) {
  say << model::to_string(static_cast<model::ObjectKind>(object.kind)) << " ";
  if (object.name != nullptr) {
    say << "\"" << object.name << "\"";
  } else {
    say.hex(object.address.load(std::memory_order_relaxed));
  }
}

void say_held(Say& say, const ThreadState& thread) {
  for_each_held(thread, [&say](const Held& held) {
    const Acquisition& taken = *held.node;
    say << "    holds ";
    say_object(say, *taken.object);
    if (taken.stack != nullptr) {
      say << ", taken at ";
      say_places(say, taken.stack->pcs, taken.stack->count);
    }
    say << end_line;
  });
}

void say_wait(Say& say, const ThreadState& thread) {
  const WaitView wait = view_wait(thread);
  if (!wait.waiting()) return;
  say << "    waits for ";
  if (wait.kind == LW_THREAD) {
    say << "the end of thread " << (wait.joined == nullptr ? "?" : wait.joined->label.text);
  } else if (wait.object != nullptr) {
    say_object(say, *wait.object);
    ThreadState* holder = holder_of(*wait.object, nullptr, nullptr);
    if (holder != nullptr) say << ", held by thread " << holder->label.text;
  }
  Trace trace;
  if (copy_wait_trace(thread, wait, trace)) {
    say << ", at ";
    say_places(say, trace.pcs, trace.count);
  }
  say << end_line;
}

}  // namespace

void print_lock_table(int fd, const char* title) {
  Say say(fd);
  say << "lockweave: " << title << " (process " << static_cast<std::uint64_t>(os::process_id())
      << ")" << end_line;
  for (ThreadState* thread = newest_live_thread(); thread != nullptr;
       thread = live_after(*thread)) {
    if (thread->finished.load(std::memory_order_relaxed)) continue;
    say << "  thread " << thread->label.text << " (tid "
        << static_cast<std::uint64_t>(thread->tid.load(std::memory_order_relaxed)) << ")"
        << end_line;
    say_held(say, *thread);
    say_wait(say, *thread);
  }
}

}  // namespace lockweave::core
