/* lockweave/annotations.h
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Tell the runtime what it cannot see: names, own lock types, declared orders. C99 and C++17.
 *
 *   LOCKWEAVE_NAME(&m, "accounts")    the name that reports use; the text must outlive the object
 *   LOCKWEAVE_ORDER(&outer, &inner)   whoever holds both takes `outer` first, else it is reported
 *   LOCKWEAVE_ASSERT_HELD(&m)         reported when the calling thread does not hold it
 *   LOCKWEAVE_FORGET(&m)              never report this lock again, in no order with any other
 *
 * A lock type of your own tells its operations (here with an atomic word):
 *
 *   void my_lock_init(my_lock* l)    { l->word = 0;  LOCKWEAVE_CREATED(l); }
 *   void my_lock_lock(my_lock* l) {
 *     if (!try_take(l)) {
 *       LOCKWEAVE_WANT(l);           // before it can block; not when the lock is free
 *       while (!try_take(l)) futex_wait(&l->word);
 *       LOCKWEAVE_WANT_DONE(l);      // also when the attempt is given up
 *     }
 *     LOCKWEAVE_ACQUIRED(l);         // or LOCKWEAVE_ACQUIRED_SHARED, for readers
 *   }
 *   void my_lock_unlock(my_lock* l)  { LOCKWEAVE_RELEASED(l);  give_back(l); }  // told BEFORE
 *   void my_lock_destroy(my_lock* l) { LOCKWEAVE_DESTROYED(l); }
 *
 * LOCKWEAVE_TRY_ACQUIRED(l) tells a successful attempt that did not wait. LOCKWEAVE_WANT and
 * LOCKWEAVE_WANT_DONE stand in one block, once each; between them the runtime sees nothing else of
 * this thread. In C++ prefer the functions below: lockweave::name(m, "accounts"), and so on, and
 * the class lockweave::want, which ends the wait also when an exception leaves the block.
 *
 * All take the lock's address: any fixed address that stands for the lock. Call sites are where the
 * macro stands; reports show its callers, too.
 * Thread-safety: all from any thread. Cost without the runtime: one load and one test; with
 * -DLOCKWEAVE_DISABLE: nothing at all, arguments are not evaluated.
 * Limits: those of lockweave/detail/hook.h (static executables; LOCKWEAVE_DISABLE program-wide).
 */
#ifndef LOCKWEAVE_ANNOTATIONS_H
#define LOCKWEAVE_ANNOTATIONS_H

#include "lockweave/detail/hook.h"

#ifdef LOCKWEAVE_DISABLE

#define LOCKWEAVE_NAME(lock, text) ((void)0)
#define LOCKWEAVE_ORDER(before, after) ((void)0)
#define LOCKWEAVE_ASSERT_HELD(lock) ((void)0)
#define LOCKWEAVE_FORGET(lock) ((void)0)
#define LOCKWEAVE_CREATED(lock) ((void)0)
#define LOCKWEAVE_DESTROYED(lock) ((void)0)
#define LOCKWEAVE_ACQUIRED(lock) ((void)0)
#define LOCKWEAVE_ACQUIRED_SHARED(lock) ((void)0)
#define LOCKWEAVE_TRY_ACQUIRED(lock) ((void)0)
#define LOCKWEAVE_RELEASED(lock) ((void)0)
#define LOCKWEAVE_WANT(lock) ((void)0)
#define LOCKWEAVE_WANT_DONE(lock) ((void)0)

#else

/* The functions behind the macros: never inlined, so that their return address is the call site.
 * The first four hooks open an operation themselves. */
LOCKWEAVE_DETAIL_OUTLINE void lockweave_tell_name(const volatile void* object, const char* text) {
  lockweave_lw_name()((const void*)object, text);
}
LOCKWEAVE_DETAIL_OUTLINE void lockweave_tell_order(const volatile void* before,
                                                   const volatile void* after) {
  lockweave_lw_declare_order()((const void*)before, (const void*)after);
}
LOCKWEAVE_DETAIL_OUTLINE void lockweave_tell_assert_held(const volatile void* lock) {
  lockweave_lw_assert_held()((const void*)lock, __builtin_return_address(0));
}
LOCKWEAVE_DETAIL_OUTLINE void lockweave_tell_forget(const volatile void* lock) {
  lockweave_lw_forget()((const void*)lock);
}
LOCKWEAVE_DETAIL_OUTLINE void lockweave_tell_created(const volatile void* lock) {
  if (!lockweave_lw_enter()()) return;
  lockweave_lw_object_begin()((const void*)lock, LW_CUSTOM, 0, __builtin_return_address(0));
  lockweave_lw_leave()();
}
LOCKWEAVE_DETAIL_OUTLINE void lockweave_tell_destroyed(const volatile void* lock) {
  if (!lockweave_lw_enter()()) return;
  lockweave_lw_object_end()((const void*)lock, LW_CUSTOM, __builtin_return_address(0));
  lockweave_lw_leave()();
}
LOCKWEAVE_DETAIL_OUTLINE void lockweave_tell_acquired(const volatile void* lock, int flags) {
  if (!lockweave_lw_enter()()) return;
  lockweave_lw_acquired()((const void*)lock, LW_CUSTOM, flags, __builtin_return_address(0));
  lockweave_lw_leave()();
}
LOCKWEAVE_DETAIL_OUTLINE void lockweave_tell_released(const volatile void* lock) {
  if (!lockweave_lw_enter()()) return;
  lockweave_lw_release()((const void*)lock, LW_CUSTOM, __builtin_return_address(0));
  lockweave_lw_leave()();
}
/* Leaves the operation open when it returns 1. */
LOCKWEAVE_DETAIL_OUTLINE int lockweave_tell_want(const volatile void* lock, int flags) {
  if (!lockweave_lw_enter()()) return 0;
  lockweave_lw_block_begin()((const void*)lock, LW_CUSTOM, flags, 0, 0,
                             __builtin_return_address(0));
  return 1;
}
LOCKWEAVE_DETAIL_OUTLINE void lockweave_tell_want_done(void) {
  lockweave_lw_block_end()();
  lockweave_lw_leave()();
}

#define LOCKWEAVE_DETAIL_TELL(call)  \
  do {                               \
    if (lockweave_lw_enter() != 0) { \
      lockweave_tell_##call;         \
      lockweave_keep_call_site();    \
    }                                \
  } while (0)

#define LOCKWEAVE_NAME(lock, text) LOCKWEAVE_DETAIL_TELL(name((lock), (text)))
#define LOCKWEAVE_ORDER(before, after) LOCKWEAVE_DETAIL_TELL(order((before), (after)))
#define LOCKWEAVE_ASSERT_HELD(lock) LOCKWEAVE_DETAIL_TELL(assert_held((lock)))
#define LOCKWEAVE_FORGET(lock) LOCKWEAVE_DETAIL_TELL(forget((lock)))
#define LOCKWEAVE_CREATED(lock) LOCKWEAVE_DETAIL_TELL(created((lock)))
#define LOCKWEAVE_DESTROYED(lock) LOCKWEAVE_DETAIL_TELL(destroyed((lock)))
#define LOCKWEAVE_ACQUIRED(lock) LOCKWEAVE_DETAIL_TELL(acquired((lock), LW_EXCLUSIVE))
#define LOCKWEAVE_ACQUIRED_SHARED(lock) LOCKWEAVE_DETAIL_TELL(acquired((lock), LW_SHARED))
#define LOCKWEAVE_TRY_ACQUIRED(lock) LOCKWEAVE_DETAIL_TELL(acquired((lock), LW_TRY))
#define LOCKWEAVE_RELEASED(lock) LOCKWEAVE_DETAIL_TELL(released((lock)))

#define LOCKWEAVE_WANT(lock)    \
  const int lockweave_wanted_ = \
      lockweave_lw_enter() != 0 ? lockweave_tell_want((lock), LW_EXCLUSIVE) : 0
#define LOCKWEAVE_WANT_DONE(lock)                      \
  do {                                                 \
    if (lockweave_wanted_) lockweave_tell_want_done(); \
  } while (0)

#endif /* LOCKWEAVE_DISABLE */

#ifdef __cplusplus
namespace lockweave {

/* The same for readers of C++: an object, not its address. */
template <class Object>
LOCKWEAVE_DETAIL_INLINE void name(const Object& object, const char* text) noexcept {
  LOCKWEAVE_NAME(&object, text);
  static_cast<void>(object), static_cast<void>(text);
}
template <class Before, class After>
LOCKWEAVE_DETAIL_INLINE void order(const Before& before, const After& after) noexcept {
  LOCKWEAVE_ORDER(&before, &after);
  static_cast<void>(before), static_cast<void>(after);
}
template <class Lock>
LOCKWEAVE_DETAIL_INLINE void assert_held(const Lock& lock) noexcept {
  LOCKWEAVE_ASSERT_HELD(&lock);
  static_cast<void>(lock);
}
template <class Lock>
LOCKWEAVE_DETAIL_INLINE void forget(const Lock& lock) noexcept {
  LOCKWEAVE_FORGET(&lock);
  static_cast<void>(lock);
}
template <class Lock>
LOCKWEAVE_DETAIL_INLINE void created(const Lock& lock) noexcept {
  LOCKWEAVE_CREATED(&lock);
  static_cast<void>(lock);
}
template <class Lock>
LOCKWEAVE_DETAIL_INLINE void destroyed(const Lock& lock) noexcept {
  LOCKWEAVE_DESTROYED(&lock);
  static_cast<void>(lock);
}
template <class Lock>
LOCKWEAVE_DETAIL_INLINE void acquired(const Lock& lock) noexcept {
  LOCKWEAVE_ACQUIRED(&lock);
  static_cast<void>(lock);
}
template <class Lock>
LOCKWEAVE_DETAIL_INLINE void acquired_shared(const Lock& lock) noexcept {
  LOCKWEAVE_ACQUIRED_SHARED(&lock);
  static_cast<void>(lock);
}
template <class Lock>
LOCKWEAVE_DETAIL_INLINE void try_acquired(const Lock& lock) noexcept {
  LOCKWEAVE_TRY_ACQUIRED(&lock);
  static_cast<void>(lock);
}
template <class Lock>
LOCKWEAVE_DETAIL_INLINE void released(const Lock& lock) noexcept {
  LOCKWEAVE_RELEASED(&lock);
  static_cast<void>(lock);
}

/* Around the part of an acquisition that may block. */
class want {
 public:
  template <class Lock>
  LOCKWEAVE_DETAIL_INLINE explicit want(const Lock& lock) noexcept {
#ifndef LOCKWEAVE_DISABLE
    LOCKWEAVE_WANT(&lock);
    told_ = lockweave_wanted_;
#else
    static_cast<void>(lock);
#endif
  }
  ~want() {
#ifndef LOCKWEAVE_DISABLE
    if (told_) lockweave_tell_want_done();
#endif
  }
  want(const want&) = delete;
  want& operator=(const want&) = delete;

#ifndef LOCKWEAVE_DISABLE
 private:
  int told_ = 0;
#endif
};

}  // namespace lockweave
#endif
#endif
