// tests/unit/runtime/detectors/race_engine_stress.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The race engine and its tables under real threads, built with -fsanitize=thread: ThreadSanitizer looks
// for races in them. Threads lock, hand over, access variables that begin and end meanwhile, start
// others, end joined or unjoined, as core tells the engine. Exit code: 0 well, 1 the engine found a race
// where there is none; ThreadSanitizer's own otherwise.
#include <array>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <random>
#include <thread>

#include "runtime/detectors/ended_clocks.h"
#include "runtime/detectors/variables.h"

namespace lockweave::detectors {
namespace {

constexpr int kThreads = 4;
constexpr int kSteps = 3000;
constexpr int kLocks = 3;
constexpr std::uintptr_t kFirstAddress = 4096;
constexpr int kAddresses = 40;  // the first kLocks of them are guarded, each by its lock

struct Lock {
  std::mutex mutex;
  OrderObject order;
};

std::array<Lock, kLocks> locks;

class OneLockAtATime final : public Locksets {
 public:
  void for_each_common(const void* a, const void* b, Visitor visit, void* context) override {
    if (a == nullptr || a != b) return;
    visit(context, static_cast<Lock*>(const_cast<void*>(a))->order, false, false);
  }
};

OneLockAtATime locksets;
RaceEngine engine{locksets};
EndedClocks ended;
Variables variables;
OrderObject object;
std::atomic<int> false_alarms{0};

std::uintptr_t address_of(int number) {
  return kFirstAddress + 8 * static_cast<std::uintptr_t>(number);
}

RaceKind access(ThreadClock& clock, int number, AccessKind kind, const void* held) {
  WatchedVariable* variable = variables.find(address_of(number));
  if (variable == nullptr) variable = variables.find_or_begin(address_of(number), 8, nullptr);
  if (variable == nullptr) return RaceKind::none;
  if (RaceEngine::is_repeated(clock, variable->accesses, kind, held)) return RaceKind::none;
  Accessed now;
  now.held = held;
  return engine.access(clock, variable->accesses, kind, now).kind;
}

void guarded_access(ThreadClock& clock, int number, AccessKind kind) {
  Lock& lock = locks[static_cast<std::size_t>(number)];
  const std::lock_guard guard(lock.mutex);
  engine.acquired(clock, lock.order, false);
  for (int i = 0; i < 3; ++i) {
    if (access(clock, number, kind, &lock) != RaceKind::none) ++false_alarms;
  }
  engine.release(clock, lock.order, false);
}

ThreadClock* child_of(ThreadClock& clock) {
  auto* child = core::arena.make<ThreadClock>();
  return engine.create(clock, *child) ? child : nullptr;
}

// Two in three are never joined.
void begin_and_end_a_thread(ThreadClock& clock, int step) {
  static std::array<EndedClocks::Place, kThreads * kSteps> places;
  static std::atomic<std::size_t> next{0};
  EndedClocks::Place& place = places[next.fetch_add(1) % places.size()];
  ThreadClock* child = child_of(clock);
  place.store(child);
  access(*child, kAddresses - 1, AccessKind::read, nullptr);
  engine.end(*child);
  ended.keep(place);
  if (step % 3 == 0) ended.join(engine, clock, place);
}

void run(ThreadClock& clock, unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&random](int bound) {
    return std::uniform_int_distribution<int>(0, bound - 1)(random);
  };
  for (int step = 0; step < kSteps; ++step) {
    const auto kind = static_cast<AccessKind>(below(5));
    switch (below(8)) {
      case 0: engine.order_release(clock, object); break;
      case 1: engine.order_acquire(clock, object); break;
      case 2: begin_and_end_a_thread(clock, step); break;
      case 3: variables.begin(address_of(kLocks + below(8)), 8, "name", nullptr); break;
      case 4: variables.end(address_of(kLocks + below(8))); break;
      case 5:
        access(clock, kLocks + below(kAddresses - kLocks), static_cast<AccessKind>(below(6)),
               nullptr);
        break;
      default: guarded_access(clock, below(kLocks), kind); break;
    }
  }
}

int stress() {
  ThreadClock main;
  if (!engine.begin_thread(main)) return 1;
  std::array<std::thread, kThreads> threads;
  std::array<EndedClocks::Place, kThreads> places{};
  for (std::size_t i = 0; i < kThreads; ++i) {
    ThreadClock* clock = child_of(main);
    places[i].store(clock);
    threads[i] = std::thread([clock, i] {
      run(*clock, static_cast<unsigned>(i) + 1);
      engine.end(*clock);
    });
  }
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads[i].join();
    ended.join(engine, main, places[i]);
  }
  std::printf("%d false alarms\n", false_alarms.load());
  return false_alarms.load() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace lockweave::detectors

int main() { return lockweave::detectors::stress(); }
