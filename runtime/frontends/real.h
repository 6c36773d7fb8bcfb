// runtime/frontends/real.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions that our exports hide: the next definition in symbol lookup order, usually glibc's,
// or another preloaded library's. Looked up once, before main; a call that comes even earlier looks
// them up then. Condition variables are asked for by version: the unversioned look-up finds the
// ABI of glibc 2.2.5.
#pragma once

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

// Declared in no header, or not for C++.
extern "C" {
int __cxa_guard_acquire(std::int64_t* guard);
void __cxa_guard_release(std::int64_t* guard) noexcept;
void __cxa_guard_abort(std::int64_t* guard) noexcept;
int __cxa_thread_atexit_impl(void (*function)(void*), void* object, void* library);
[[noreturn]] void __longjmp_chk(jmp_buf environment, int value) noexcept;
ssize_t __read_chk(int file, void* to, std::size_t size, std::size_t room);
ssize_t __recv_chk(int socket, void* to, std::size_t size, std::size_t room, int flags);
ssize_t __recvfrom_chk(int socket, void* to, std::size_t size, std::size_t room, int flags,
                       sockaddr* from, socklen_t* from_size);
}

namespace lockweave::frontends {

// X(name, version or nullptr): one line per function, types come from the system's declarations.
// Those of memory come first: looking up the others may already free something.
#define LW_REAL_FUNCTIONS(X)               \
  X(free, nullptr)                         \
  X(realloc, nullptr)                      \
  X(reallocarray, nullptr)                 \
  X(malloc_usable_size, nullptr)           \
  X(munmap, nullptr)                       \
  X(mremap, nullptr)                       \
  X(pthread_create, nullptr)               \
  X(pthread_join, nullptr)                 \
  X(pthread_tryjoin_np, nullptr)           \
  X(pthread_detach, nullptr)               \
  X(pthread_setname_np, nullptr)           \
  X(pthread_cancel, nullptr)               \
  X(pthread_timedjoin_np, nullptr)         \
  X(pthread_clockjoin_np, nullptr)         \
  X(sleep, nullptr)                        \
  X(usleep, nullptr)                       \
  X(nanosleep, nullptr)                    \
  X(clock_nanosleep, nullptr)              \
  X(thrd_sleep, nullptr)                   \
  X(pthread_mutex_init, nullptr)           \
  X(pthread_mutex_destroy, nullptr)        \
  X(pthread_mutex_lock, nullptr)           \
  X(pthread_mutex_trylock, nullptr)        \
  X(pthread_mutex_timedlock, nullptr)      \
  X(pthread_mutex_clocklock, nullptr)      \
  X(pthread_mutex_unlock, nullptr)         \
  X(pthread_rwlock_init, nullptr)          \
  X(pthread_rwlock_destroy, nullptr)       \
  X(pthread_rwlock_rdlock, nullptr)        \
  X(pthread_rwlock_tryrdlock, nullptr)     \
  X(pthread_rwlock_timedrdlock, nullptr)   \
  X(pthread_rwlock_clockrdlock, nullptr)   \
  X(pthread_rwlock_wrlock, nullptr)        \
  X(pthread_rwlock_trywrlock, nullptr)     \
  X(pthread_rwlock_timedwrlock, nullptr)   \
  X(pthread_rwlock_clockwrlock, nullptr)   \
  X(pthread_rwlock_unlock, nullptr)        \
  X(pthread_cond_init, "GLIBC_2.3.2")      \
  X(pthread_cond_destroy, "GLIBC_2.3.2")   \
  X(pthread_cond_wait, "GLIBC_2.3.2")      \
  X(pthread_cond_timedwait, "GLIBC_2.3.2") \
  X(pthread_cond_clockwait, nullptr)       \
  X(pthread_cond_signal, "GLIBC_2.3.2")    \
  X(pthread_cond_broadcast, "GLIBC_2.3.2") \
  X(sem_init, nullptr)                     \
  X(sem_destroy, nullptr)                  \
  X(sem_wait, nullptr)                     \
  X(sem_trywait, nullptr)                  \
  X(sem_timedwait, nullptr)                \
  X(sem_clockwait, nullptr)                \
  X(sem_post, nullptr)                     \
  X(posix_spawn, nullptr)                  \
  X(pthread_once, nullptr)                 \
  X(pthread_spin_init, nullptr)            \
  X(pthread_spin_destroy, nullptr)         \
  X(pthread_spin_lock, nullptr)            \
  X(pthread_spin_trylock, nullptr)         \
  X(pthread_spin_unlock, nullptr)          \
  X(pthread_barrier_init, nullptr)         \
  X(pthread_barrier_destroy, nullptr)      \
  X(pthread_barrier_wait, nullptr)         \
  X(sem_close, nullptr)                    \
  X(mtx_init, nullptr)                     \
  X(mtx_destroy, nullptr)                  \
  X(mtx_lock, nullptr)                     \
  X(mtx_trylock, nullptr)                  \
  X(mtx_timedlock, nullptr)                \
  X(mtx_unlock, nullptr)                   \
  X(cnd_init, nullptr)                     \
  X(cnd_destroy, nullptr)                  \
  X(cnd_wait, nullptr)                     \
  X(cnd_timedwait, nullptr)                \
  X(cnd_signal, nullptr)                   \
  X(cnd_broadcast, nullptr)                \
  X(thrd_create, nullptr)                  \
  X(thrd_join, nullptr)                    \
  X(thrd_detach, nullptr)                  \
  X(call_once, nullptr)                    \
  X(fork, nullptr)                         \
  X(_Fork, nullptr)                        \
  X(clone, nullptr)                        \
  X(execve, nullptr)                       \
  X(execvpe, nullptr)                      \
  X(fexecve, nullptr)                      \
  X(execveat, nullptr)                     \
  X(posix_spawnp, nullptr)                 \
  X(popen, nullptr)                        \
  X(signal, nullptr)                       \
  X(sysv_signal, nullptr)                  \
  X(sigset, nullptr)                       \
  X(sigaction, nullptr)                    \
  X(sigprocmask, nullptr)                  \
  X(pthread_sigmask, nullptr)              \
  X(longjmp, nullptr)                      \
  X(siglongjmp, nullptr)                   \
  X(syscall, nullptr)                      \
  X(prctl, nullptr)                        \
  X(dlclose, nullptr)                      \
  X(dlopen, nullptr)                       \
  X(dlmopen, nullptr)                      \
  X(__cxa_thread_atexit_impl, nullptr)     \
  X(__longjmp_chk, nullptr)                \
  X(__cxa_guard_acquire, nullptr)          \
  X(__cxa_guard_release, nullptr)          \
  X(__cxa_guard_abort, nullptr)            \
  X(quick_exit, nullptr)                   \
  X(_exit, nullptr)                        \
  X(close, nullptr)                        \
  X(close_range, nullptr)                  \
  X(closefrom, nullptr)                    \
  X(dup2, nullptr)                         \
  X(dup3, nullptr)                         \
  X(read, nullptr)                         \
  X(__read_chk, nullptr)                   \
  X(readv, nullptr)                        \
  X(write, nullptr)                        \
  X(writev, nullptr)                       \
  X(recv, nullptr)                         \
  X(__recv_chk, nullptr)                   \
  X(recvfrom, nullptr)                     \
  X(__recvfrom_chk, nullptr)               \
  X(recvmsg, nullptr)                      \
  X(send, nullptr)                         \
  X(sendto, nullptr)                       \
  X(sendmsg, nullptr)                      \
  X(eventfd_read, nullptr)                 \
  X(eventfd_write, nullptr)

// sigset is deprecated; nullptr: the function is in no library now loaded (the guards' in C programs).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
struct Real {
  bool ready;
  bool heap_is_glibcs;      // so are the sizes that it keeps in front of blocks
  bool mutexes_are_glibcs;  // nobody else wraps them, so their words may be used directly
#define LW_DECLARE_REAL(name, version) decltype(&::name) name;
  LW_REAL_FUNCTIONS(LW_DECLARE_REAL)
#undef LW_DECLARE_REAL
};
#pragma GCC diagnostic pop

extern constinit Real real_table;
void resolve_real_functions();

inline const Real& real() {
  if (!real_table.ready) [[unlikely]]
    resolve_real_functions();
  return real_table;
}

}  // namespace lockweave::frontends
