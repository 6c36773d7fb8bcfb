// tests/unit/runtime/detectors/types_over_engine_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the drop-in types order, at random: the types themselves over the engine, against the oracle
// that is told what their headers promise. One test plays all threads, and core: the hooks below pass
// on what a type says. So no operation may block.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <sstream>
#include <string>

#include "lockweave/queue.h"
#include "lockweave/semaphore.h"
#include "tests/unit/runtime/detectors/naive_races.h"
#include "tests/unit/runtime/detectors/race_world.h"

namespace lockweave::detectors {
namespace {

struct Core {
  World world;
  std::map<const void*, OrderObject> objects;
  int thread = 0;
};
Core* core_of_test = nullptr;

void order_release(const void* object) {
  Core& core = *core_of_test;
  core.world.order_release(core.thread, core.objects[object]);
}
void order_acquire(const void* object) {
  Core& core = *core_of_test;
  core.world.order_acquire(core.thread, core.objects[object]);
}

// Who orders whom, as the headers say it.
enum Place : int { kPuts, kGets, kWork, kFinished, kPermits };

class TypesSchedule {
 public:
  explicit TypesSchedule(unsigned seed) : random_(seed) {
    core_of_test = &core_;
    core_.world.begin(0);
    for (int thread = 1; thread < kThreads; ++thread) {
      core_.world.create(0, thread);
      naive_.create(0, thread);
    }
  }
  ~TypesSchedule() { core_of_test = nullptr; }

  // Empty, or where the two disagree.
  std::string run(int events) {
    for (int i = 0; i < events; ++i) {
      core_.thread = below(kThreads);
      const std::string difference = below(2) == 0 ? access() : (operate(), std::string());
      if (!difference.empty()) return difference;
    }
    return {};
  }
  int races() const { return races_; }

 private:
  static constexpr int kThreads = 4;

  int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }
  void note(const char* what) { log_ << core_.thread << ' ' << what << '\n'; }

  void operate() {
    switch (below(7)) {
      case 0: return put_into_bounded();
      case 1: return get_from_bounded();
      case 2: return put_work();
      case 3: return get_work();
      case 4: return finish_work();
      case 5: return release();
      default: return acquire();
    }
  }
  void put_into_bounded() {
    if (!bounded_.try_put(1)) return;
    note("puts");
    naive_.order_acquire(core_.thread, kGets);
    naive_.order_release(core_.thread, kPuts);
  }
  void get_from_bounded() {
    if (!bounded_.try_get()) return;
    note("gets");
    naive_.order_acquire(core_.thread, kPuts);
    naive_.order_release(core_.thread, kGets);
  }
  void put_work() {
    work_.put(1);
    ++unfinished_;
    note("puts work");
    naive_.order_release(core_.thread, kWork);
  }
  void get_work() {
    if (!work_.try_get()) return;
    ++taken_;
    note("gets work");
    naive_.order_acquire(core_.thread, kWork);
  }
  void finish_work() {
    if (unfinished_ == 0) {
      work_.join();
      note("joins the work");
      naive_.order_acquire(core_.thread, kFinished);
    } else if (taken_ > 0) {
      --taken_, --unfinished_;
      work_.task_done();
      note("finishes work");
      naive_.order_release(core_.thread, kFinished);
    }
  }
  void release() {
    permits_.release();
    note("releases");
    naive_.order_release(core_.thread, kPermits);
  }
  void acquire() {
    if (!permits_.try_acquire()) return;
    note("acquires");
    naive_.order_acquire(core_.thread, kPermits);
  }

  std::string access() {
    const int variable = below(kVariables);
    const AccessKind kind = below(2) == 0 ? AccessKind::read : AccessKind::write;
    log_ << core_.thread << (writes(kind) ? " writes " : " reads ") << variable << '\n';
    const RaceKind found = core_.world.access(core_.thread, variable, kind);
    const RaceKind expected = naive_.access(core_.thread, variable, kind);
    races_ += expected != RaceKind::none ? 1 : 0;
    if (found == expected) return {};
    log_ << "engine " << static_cast<int>(found) << ", oracle " << static_cast<int>(expected);
    return log_.str();
  }

  std::mt19937 random_;
  Core core_;
  NaiveRaces naive_;
  lockweave::queue<int> bounded_{2};
  lockweave::joinable_queue<int> work_;
  lockweave::counting_semaphore<> permits_{2};
  int taken_ = 0;
  int unfinished_ = 0;
  std::ostringstream log_;
  int races_ = 0;
};

TEST(TypesOverEngineTest, OrderAsTheirHeadersSay) {
  constexpr unsigned kSchedules = 3000;
  constexpr int kEvents = 25;
  int races = 0;
  for (unsigned seed = 1; seed <= kSchedules; ++seed) {
    TypesSchedule schedule(seed);
    ASSERT_EQ(schedule.run(kEvents), "") << "seed " << seed;
    races += schedule.races();
  }
  EXPECT_GT(races, 1000);
}

}  // namespace
}  // namespace lockweave::detectors

using lockweave::detectors::core_of_test;

extern "C" {
int lw_enter(void) { return core_of_test != nullptr ? 1 : 0; }
void lw_leave(void) {}
void lw_about_to(lw_operation, const void*, lw_kind, int) {}
void lw_object_begin(const void*, lw_kind, int, const void*) {}
void lw_object_end(const void* object, lw_kind, const void*) {
  core_of_test->objects.erase(object);
}
void lw_semaphore_begin(const void*, unsigned, int, const void*) {}
void lw_block_begin(const void*, lw_kind, int, const void*, const int*, const void*) { FAIL(); }
void lw_block_end(void) {}
void lw_block_end_unwoken(void) {}
void lw_notify(const void* object, lw_kind, int, const void*) {
  lockweave::detectors::order_release(object);
}
void lw_wake(const void*, lw_kind, int, const void*) {}
void lw_notify_some(const void* object, lw_kind, unsigned, const void*) {
  lockweave::detectors::order_release(object);
}
void lw_wake_some(const void*, lw_kind, unsigned, const void*) {}
void lw_value_got(const void*, const void*) {}
void lw_value_done(const void*) {}
void lw_queue_work(const void*, size_t) {}
void lw_order_release(const void* object, lw_kind) { lockweave::detectors::order_release(object); }
void lw_order_acquire(const void* object) { lockweave::detectors::order_acquire(object); }
void lw_permit_taken(const void* semaphore, int, const void*) {
  lockweave::detectors::order_acquire(semaphore);
}
void lw_permit_given(const void* semaphore, const void*) {
  lockweave::detectors::order_release(semaphore);
}
}
