// lockweave/detail/operation.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a drop-in type talks to the runtime; private to lockweave/*.h.
//
//   LOCKWEAVE_ALWAYS_INLINE void count_down() {            // the member function the user calls
//     detail::at_call_site([this](const void* pc) {        // pc: the user's call site
//       detail::operation op(this);                        // lw_enter, lw_about_to ... lw_leave
//       op.notify(this, LW_LATCH, true, pc);               // nothing when the operation is unseen
//     });
//   }
//
// The call site is the return address of a function that is never inlined into one that always is:
// so it lies in the user's function at any -O, as the unwinder sees it too. (Under std::lock_guard
// at -O0 it lies in the guard's constructor; reports skip such wrappers.)
//
// Thread-safety: an operation belongs to the thread that opened it.
// Cost without the runtime: one load and one test per operation.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <system_error>
#include <type_traits>
#include <utility>

#include "lockweave/detail/hook.h"

#define LOCKWEAVE_ALWAYS_INLINE __attribute__((always_inline))
#define LOCKWEAVE_NOINLINE __attribute__((noinline))

namespace lockweave::detail {

// True when the runtime is in this process.
LOCKWEAVE_ALWAYS_INLINE inline bool observed() noexcept { return lockweave_lw_enter() != nullptr; }

template <class Body>
LOCKWEAVE_NOINLINE auto with_return_address(Body& body) {
  return body(static_cast<const void*>(__builtin_return_address(0)));
}

// body(pc), pc = the place in the function that this is inlined into.
template <class Body>
LOCKWEAVE_ALWAYS_INLINE inline auto at_call_site(Body body) {
  using Result = decltype(body(static_cast<const void*>(nullptr)));
  if constexpr (std::is_void_v<Result>) {
    with_return_address(body);
    lockweave_keep_call_site();
  } else {
    Result result = with_return_address(body);
    lockweave_keep_call_site();
    return result;
  }
}

// One operation of a type: what happens inside it is invisible except for what it tells.
// Each call below does nothing when the operation is unseen (no runtime, or inside another one).
class operation {
 public:
  explicit operation(const void* object) noexcept : operation(LW_OP_OTHER, object, LW_CUSTOM) {}
  operation(lw_operation what, const void* object, lw_kind kind, int flags = 0) noexcept {
    const auto enter = lockweave_lw_enter();
    seen_ = enter != nullptr && enter() != 0;
    const auto about_to = seen_ ? lockweave_lw_about_to() : nullptr;
    if (about_to != nullptr) about_to(what, object, kind, flags);
  }
  ~operation() {
    if (seen_) lockweave_lw_leave()();
  }
  operation(const operation&) = delete;
  operation& operator=(const operation&) = delete;

  bool seen() const noexcept { return seen_; }

  void begin(const void* object, lw_kind kind, const void* pc, int flags = 0) const noexcept {
    if (seen_) lockweave_lw_object_begin()(object, kind, flags, pc);
  }
  void end(const void* object, lw_kind kind, const void* pc) const noexcept {
    if (seen_) lockweave_lw_object_end()(object, kind, pc);
  }
  void acquired(const void* lock, lw_kind kind, int flags, const void* pc) const noexcept {
    if (seen_) lockweave_lw_acquired()(lock, kind, flags, pc);
  }
  // False when the runtime has not seen this thread take the lock.
  bool release(const void* lock, lw_kind kind, const void* pc) const noexcept {
    return !seen_ || lockweave_lw_release()(lock, kind, pc) != 0;
  }
  // Requires: seen(). How many holds of it other threads are known to have.
  unsigned held_by_others(const void* lock) const noexcept {
    const auto known = lockweave_lw_held_by_others();
    return known == nullptr ? 0 : known(lock);
  }
  // Requires: seen(). The lock itself shows that this thread does not hold it.
  void release_not_held(const void* lock, lw_kind kind, bool locked,
                        const void* pc) const noexcept {
    lockweave_lw_release_not_held()(lock, kind, locked ? "other-thread" : "not-locked", pc);
  }
  void notify(const void* object, lw_kind kind, bool all, const void* pc) const noexcept {
    if (seen_) lockweave_lw_notify()(object, kind, all ? 1 : 0, pc);
  }
  void wake(const void* object, lw_kind kind, bool all, const void* pc) const noexcept {
    if (seen_) lockweave_lw_wake()(object, kind, all ? 1 : 0, pc);
  }
  void notify_some(const void* object, lw_kind kind, unsigned waiters,
                   const void* pc) const noexcept {
    const auto some = seen_ ? lockweave_lw_notify_some() : nullptr;
    if (some != nullptr) return some(object, kind, waiters, pc);
    notify(object, kind, waiters > 1, pc);  // a runtime older than this header
  }
  void wake_some(const void* object, lw_kind kind, unsigned waiters,
                 const void* pc) const noexcept {
    const auto some = seen_ ? lockweave_lw_wake_some() : nullptr;
    if (some != nullptr) return some(object, kind, waiters, pc);
    wake(object, kind, waiters > 1, pc);
  }
  void order_release(const void* object, lw_kind kind) const noexcept {
    if (seen_) lockweave_lw_order_release()(object, kind);
  }
  void order_acquire(const void* object) const noexcept {
    if (seen_) lockweave_lw_order_acquire()(object);
  }
  void value_got(const void* queue, const void* pc) const noexcept {
    if (seen_) lockweave_lw_value_got()(queue, pc);
  }
  void value_done(const void* queue) const noexcept {
    if (seen_) lockweave_lw_value_done()(queue);
  }
  void queue_work(const void* queue, std::size_t unfinished) const noexcept {
    if (seen_) lockweave_lw_queue_work()(queue, unfinished);
  }
  void misuse(const char* rule, const char* variant, const void* object, lw_kind kind,
              const void* pc) const noexcept {
    if (seen_) lockweave_lw_misuse()(rule, variant, object, kind, pc);
  }

 private:
  bool seen_;
};

// What a thread is about to sleep on.
struct wait_target {
  const void* object;
  lw_kind kind;
  int flags = 0;
  const void* with = nullptr;
  const int* owner = nullptr;
  const unsigned* woken =
      nullptr;  // by notifications, of those who wait for the same; or not known
};

// The part of an operation that may sleep. Also ends when a cancelled thread unwinds.
class blocked {
 public:
  blocked(const operation& op, const wait_target& target, const void* pc) noexcept
      : seen_(op.seen()), woken_(target.woken) {
    if (!seen_) return;
    lockweave_lw_block_begin()(target.object, target.kind, target.flags, target.with, target.owner,
                               pc);
  }
  ~blocked() {
    if (!seen_) return;
    const bool unwoken = woken_ != nullptr && *woken_ == 0;
    const auto end = unwoken ? lockweave_lw_block_end_unwoken() : nullptr;
    (end != nullptr ? end : lockweave_lw_block_end())();
  }
  // No notification has ended the wait.
  void give_up() noexcept {
    static constexpr unsigned kNobody = 0;
    woken_ = &kNobody;
  }
  blocked(const blocked&) = delete;
  blocked& operator=(const blocked&) = delete;

 private:
  bool seen_;
  const unsigned* woken_;
};

// Life of an object, from its constructor and destructor.
LOCKWEAVE_ALWAYS_INLINE inline void object_begin(const void* object, lw_kind kind,
                                                 const char* name = nullptr) noexcept {
  if (!observed()) return;
  at_call_site([=](const void* pc) {
    const operation op(object);
    op.begin(object, kind, pc);
  });
  if (name != nullptr) lockweave_lw_name()(object, name);  // opens an operation of its own
}
LOCKWEAVE_ALWAYS_INLINE inline void object_end(const void* object, lw_kind kind) noexcept {
  if (!observed()) return;
  at_call_site([=](const void* pc) {
    const operation op(object);
    op.end(object, kind, pc);
  });
}

// With -fno-exceptions: ends the program, as the standard library does.
template <class Error>
[[noreturn]] LOCKWEAVE_NOINLINE void raise(Error error) {
#if defined(__cpp_exceptions)
  throw std::move(error);
#else
  static_cast<void>(error);
  std::abort();
#endif
}
[[noreturn]] inline void raise_system_error(int error) {
  raise(std::system_error(error, std::generic_category()));
}
LOCKWEAVE_ALWAYS_INLINE inline void check(int error) {
  if (__builtin_expect(error != 0, 0)) raise_system_error(error);
}

}  // namespace lockweave::detail
