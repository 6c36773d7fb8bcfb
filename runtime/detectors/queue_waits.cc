// runtime/detectors/queue_waits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/queue_waits.h"

namespace lockweave::detectors {
namespace {

using core::Object;
using core::ThreadState;
using core::WaitView;

bool waits_for_work(const WaitView& wait) {
  return wait.kind == LW_QUEUE && (wait.flags & LW_FOR_WORK) != 0;
}
bool waits_for_value(const WaitView& wait) {
  return wait.kind == LW_QUEUE && (wait.flags & (LW_FOR_WORK | LW_FOR_ROOM)) == 0;
}

class Judge {
 public:
  Judge(ThreadState* const* threads, std::uint32_t count) : threads_(threads), count_(count) {}

  QueueVerdict verdict() const {
    bool all_at_queues = true;
    const Object* queue = nullptr;  // where values are waited for
    bool one_queue = true;
    for (std::uint32_t i = 0; i < count_; ++i) {
      const WaitView wait = view(i);
      all_at_queues &= wait.kind == LW_THREAD || waits_for_work(wait) || waits_for_value(wait);
      if (!waits_for_value(wait)) continue;
      one_queue &= queue == nullptr || queue == wait.object;
      queue = wait.object;
    }
    if (!all_at_queues) return {};
    const QueueVerdict undone = never_done();
    return undone.variant != nullptr ? undone : never_closed(one_queue);
  }

 private:
  WaitView view(std::uint32_t index) const { return core::view_wait(*threads_[index]); }

  QueueVerdict never_done() const {
    for (std::uint32_t i = 0; i < count_; ++i) {
      const WaitView wait = view(i);
      const bool undone =
          waits_for_work(wait) && wait.object != nullptr && core::unfinished_work(*wait.object) > 0;
      if (undone) return {i, "never-done"};
    }
    return {};
  }

  QueueVerdict never_closed(bool one_queue) const {
    for (std::uint32_t i = 0; i < count_; ++i) {
      const WaitView wait = view(i);
      if (!waits_for_value(wait) || wait.object == nullptr || !is_joined(*threads_[i])) continue;
      if (one_queue || core::has_taken(*threads_[i], *wait.object)) return {i, "never-closed"};
    }
    return {};
  }

  bool is_joined(const ThreadState& thread) const {
    for (std::uint32_t i = 0; i < count_; ++i) {
      const WaitView wait = view(i);
      if (wait.kind != LW_THREAD) continue;
      if (wait.joined == &thread) return true;
    }
    return false;
  }

  ThreadState* const* threads_;
  const std::uint32_t count_;
};

}  // namespace

QueueVerdict judge_queue_waits(ThreadState* const* threads, std::uint32_t count) {
  return Judge(threads, count).verdict();
}

}  // namespace lockweave::detectors
