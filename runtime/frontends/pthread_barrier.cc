// runtime/frontends/pthread_barrier.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// pthread barriers.
//
// | call    | events                                                                            |
// |---------|-----------------------------------------------------------------------------------|
// | init    | barrier_begin with the number of parties                                          |
// | wait    | a wait; the last to arrive: notify all                                            |
// | destroy | object_end; a wait before it while somebody has not left                          |
//
// Who is last is counted by core, before anybody sleeps: asking glibc afterwards would show, for a
// moment, all parties asleep. A barrier whose start was not seen gives waits that count as timed.
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

// The wait that lw_barrier_arrive has published. Who completes the round looks for no deadlock.
class ArrivedWait {
 public:
  explicit ArrivedWait(bool completes) {
    if (!completes) lw_block_check();
  }
  ~ArrivedWait() noexcept(false) { lw_block_end(); }
  ArrivedWait(const ArrivedWait&) = delete;
  ArrivedWait& operator=(const ArrivedWait&) = delete;
};

int wait_at(pthread_barrier_t* barrier, const void* pc) {
  Operation operation(LW_OP_WAIT, barrier, LW_BARRIER);
  if (!operation) return real().pthread_barrier_wait(barrier);
  const ArrivedWait wait(lw_barrier_arrive(barrier, pc) == 1);
  return real().pthread_barrier_wait(barrier);
}

// glibc lets a destruction last until all who came have left, also those of a round that is not full.
// Source: nptl/pthread_barrier_destroy.c, sysdeps/nptl/internaltypes.h (struct pthread_barrier).
bool has_guests(const pthread_barrier_t* barrier) {
  constexpr std::size_t kIn = 0;
  constexpr std::size_t kOut = 4;
  const auto* words = reinterpret_cast<const unsigned*>(barrier);
  return __atomic_load_n(&words[kIn], __ATOMIC_RELAXED) !=
         __atomic_load_n(&words[kOut], __ATOMIC_RELAXED);
}

int destroy(pthread_barrier_t* barrier, const void* pc) {
  if (!has_guests(barrier)) return real().pthread_barrier_destroy(barrier);
  lw_object_ending(barrier, LW_BARRIER, pc);
  const Blocking blocking(barrier, LW_BARRIER, LW_LEAVING | LW_UNORDERED, nullptr, nullptr, pc);
  return real().pthread_barrier_destroy(barrier);
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int pthread_barrier_wait(pthread_barrier_t* barrier) noexcept {
  return wait_at(barrier, LW_CALLER);
}

LW_EXPORT int pthread_barrier_init(pthread_barrier_t* barrier,
                                   const pthread_barrierattr_t* attributes,
                                   unsigned parties) noexcept {
  Operation operation(LW_OP_BEGIN, barrier, LW_BARRIER);
  const int result = real().pthread_barrier_init(barrier, attributes, parties);
  if (operation && result == 0) {
    int shared = PTHREAD_PROCESS_PRIVATE;
    if (attributes != nullptr) pthread_barrierattr_getpshared(attributes, &shared);
    const int flags = shared == PTHREAD_PROCESS_SHARED ? LW_PROCESS_SHARED : 0;
    lw_barrier_begin(barrier, flags != 0 ? 0 : parties, flags, LW_CALLER);
  }
  return result;
}

LW_EXPORT int pthread_barrier_destroy(pthread_barrier_t* barrier) noexcept {
  Operation operation(LW_OP_END, barrier, LW_BARRIER);
  if (!operation) return real().pthread_barrier_destroy(barrier);
  const int result = destroy(barrier, LW_CALLER);
  lw_object_end(barrier, LW_BARRIER, LW_CALLER);
  return result;
}

}  // extern "C"
