// runtime/frontends/once.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One-time initialisation: pthread_once, C11 call_once, and through the former std::call_once.
//
// | call                        | events                                                        |
// |-----------------------------|---------------------------------------------------------------|
// | already done                | passed; order_acquire, once order is of interest                  |
// | this thread runs the routine| acquired before it, release after it; the routine is user     |
// |                             | code: no operation is open while it runs                      |
// | another thread runs it      | a wait for who holds it                                       |
//
// Who will run the routine is only known when it starts: so a wait is published first, and ends when
// our routine is entered. Exceptions of the routine pass through.
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

constexpr int kDone = 2;  // glibc: __PTHREAD_ONCE_DONE

// A call that may run the routine.
struct Call {
  const void* control;
  void (*routine)();
  const void* pc;
  bool waiting;
};
constinit thread_local Call* started __attribute__((tls_model("initial-exec"))) = nullptr;

// The published wait and the open operation of such a call, unless the routine ended both.
class Attempt {
 public:
  explicit Attempt(Call& call) : call_(call), outer_(started) {
    lw_block_begin(call.control, LW_ONCE, 0, nullptr, nullptr, call.pc);
    started = &call;
  }
  ~Attempt() noexcept(false) {
    started = outer_;
    if (!call_.waiting) return;
    lw_block_end();
    lw_leave();
  }

 private:
  Call& call_;
  Call* const outer_;
};

class Running {
 public:
  explicit Running(Call& call) : call_(call) {
    lw_block_end();
    call.waiting = false;
    lw_acquired(call.control, LW_ONCE, 0, call.pc);
    lw_leave();
  }
  ~Running() noexcept(false) {
    const Operation operation(LW_OP_RELEASE, call_.control, LW_ONCE);
    if (operation) lw_release(call_.control, LW_ONCE, call_.pc);
  }

 private:
  Call& call_;
};

void run_routine() {
  Call& call = *started;
  const Running running(call);
  call.routine();
}

void pass(const void* control, const void* pc) {
  const Operation operation(LW_OP_ACQUIRE, control, LW_ONCE);
  if (!operation) return;
  if (lw_watching() != 0) [[unlikely]]
    lw_order_acquire(control);
  lw_passed(control, LW_ONCE, pc);
}

template <class Once>
int run_once(const int* control, void (*routine)(), const void* pc, Once once) {
  if ((__atomic_load_n(control, __ATOMIC_ACQUIRE) & kDone) != 0) {
    pass(control, pc);
    return once(routine);
  }
  if (lw_enter() == 0) return once(routine);
  lw_about_to(LW_OP_ACQUIRE, control, LW_ONCE, 0);
  Call call{control, routine, pc, true};
  const Attempt attempt(call);
  return once(run_routine);
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int pthread_once(pthread_once_t* control, void (*routine)()) {
  return run_once(control, routine, LW_CALLER,
                  [=](void (*run)()) { return real().pthread_once(control, run); });
}

LW_EXPORT void call_once(once_flag* flag, void (*routine)()) {
  run_once(reinterpret_cast<const int*>(flag), routine, LW_CALLER, [=](void (*run)()) {
    real().call_once(flag, run);
    return 0;
  });
}

}  // extern "C"
