/* lockweave/detail/hook.h
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The addresses of the hooks, or null without the runtime: lockweave_lw_enter() gives &lw_enter.
 * Private; C99 and C++17.
 *
 * Why not simply `if (lw_enter) lw_enter();`: in a non-PIE executable linked without the library a
 * plain reference to an undefined weak symbol is resolved to 0 at link time, so a library preloaded
 * later would never be found. A symbol that is only ever read through the global offset table keeps
 * its dynamic relocation. gcc and clang, at any -O, PIE or not, with ld.bfd, gold or lld.
 *
 * Cost: one load. With LOCKWEAVE_DISABLE: the constant null.
 * Limits
 *   - One direct call of a hook anywhere in a non-PIE executable (`lw_enter()` written by hand, not
 *     through this header) makes the linker resolve that hook to 0 for the whole executable.
 *   - A fully static executable cannot be preloaded: hooks are null unless the runtime is linked.
 *   - On other processors than x86-64 and aarch64 the plain reference is used: build as PIE there.
 *   - LOCKWEAVE_DISABLE must be the same for a whole program (else inline functions differ).
 */
#ifndef LOCKWEAVE_DETAIL_HOOK_H
#define LOCKWEAVE_DETAIL_HOOK_H

#include "lockweave/hooks.h"

#ifdef __cplusplus
#define LOCKWEAVE_DETAIL_INLINE inline __attribute__((always_inline))
#define LOCKWEAVE_DETAIL_OUTLINE inline __attribute__((noinline))
#else
#define LOCKWEAVE_DETAIL_INLINE static __inline__ __attribute__((always_inline, unused))
#define LOCKWEAVE_DETAIL_OUTLINE static __attribute__((noinline, unused))
#endif

#if defined(LOCKWEAVE_DISABLE)
#define LOCKWEAVE_DETAIL_ADDRESS(hook, address) ((address) = 0)
#elif defined(__x86_64__) && defined(__LP64__)
#define LOCKWEAVE_DETAIL_ADDRESS(hook, address)                                             \
  __asm__(".weak " #hook "\n\t{movq " #hook "@GOTPCREL(%%rip), %0|mov %0, QWORD PTR " #hook \
          "@GOTPCREL[rip]}"                                                                 \
          : "=r"(address))
#elif defined(__aarch64__) && defined(__LP64__)
#define LOCKWEAVE_DETAIL_ADDRESS(hook, address)                                             \
  __asm__(".weak " #hook "\n\tadrp %0, :got:" #hook "\n\tldr %0, [%0, :got_lo12:" #hook "]" \
          : "=r"(address))
#else
#define LOCKWEAVE_DETAIL_ADDRESS(hook, address) ((address) = &hook)
#endif

#define LOCKWEAVE_DETAIL_HOOK(hook)                                  \
  LOCKWEAVE_DETAIL_INLINE __typeof__(&hook) lockweave_##hook(void) { \
    __typeof__(&hook) address;                                       \
    LOCKWEAVE_DETAIL_ADDRESS(hook, address);                         \
    return address;                                                  \
  }

LOCKWEAVE_DETAIL_HOOK(lw_enter)
LOCKWEAVE_DETAIL_HOOK(lw_leave)
LOCKWEAVE_DETAIL_HOOK(lw_about_to)
LOCKWEAVE_DETAIL_HOOK(lw_acquired)
LOCKWEAVE_DETAIL_HOOK(lw_release)
LOCKWEAVE_DETAIL_HOOK(lw_release_not_held)
LOCKWEAVE_DETAIL_HOOK(lw_held_by_others)
LOCKWEAVE_DETAIL_HOOK(lw_owns)
LOCKWEAVE_DETAIL_HOOK(lw_lock_known)
LOCKWEAVE_DETAIL_HOOK(lw_unlock_known)
LOCKWEAVE_DETAIL_HOOK(lw_rwlock_known)
LOCKWEAVE_DETAIL_HOOK(lw_rwlock_unlock_known)
LOCKWEAVE_DETAIL_HOOK(lw_object_begin)
LOCKWEAVE_DETAIL_HOOK(lw_object_end)
LOCKWEAVE_DETAIL_HOOK(lw_block_begin)
LOCKWEAVE_DETAIL_HOOK(lw_block_end)
LOCKWEAVE_DETAIL_HOOK(lw_block_end_unwoken)
LOCKWEAVE_DETAIL_HOOK(lw_notify)
LOCKWEAVE_DETAIL_HOOK(lw_wake)
LOCKWEAVE_DETAIL_HOOK(lw_notify_some)
LOCKWEAVE_DETAIL_HOOK(lw_wake_some)
LOCKWEAVE_DETAIL_HOOK(lw_permit_taken)
LOCKWEAVE_DETAIL_HOOK(lw_permit_given)
LOCKWEAVE_DETAIL_HOOK(lw_semaphore_begin)
LOCKWEAVE_DETAIL_HOOK(lw_value_got)
LOCKWEAVE_DETAIL_HOOK(lw_value_done)
LOCKWEAVE_DETAIL_HOOK(lw_queue_work)
LOCKWEAVE_DETAIL_HOOK(lw_order_release)
LOCKWEAVE_DETAIL_HOOK(lw_order_acquire)
LOCKWEAVE_DETAIL_HOOK(lw_variable_begin)
LOCKWEAVE_DETAIL_HOOK(lw_variable_end)
LOCKWEAVE_DETAIL_HOOK(lw_access)
LOCKWEAVE_DETAIL_HOOK(lw_access_known)
LOCKWEAVE_DETAIL_HOOK(lw_findings)
LOCKWEAVE_DETAIL_HOOK(lw_name)
LOCKWEAVE_DETAIL_HOOK(lw_assert_held)
LOCKWEAVE_DETAIL_HOOK(lw_declare_order)
LOCKWEAVE_DETAIL_HOOK(lw_forget)
LOCKWEAVE_DETAIL_HOOK(lw_misuse)

/* After a call whose return address is the reported call site: the call must not become a jump. */
LOCKWEAVE_DETAIL_INLINE void lockweave_keep_call_site(void) { __asm__ __volatile__(""); }

#endif
