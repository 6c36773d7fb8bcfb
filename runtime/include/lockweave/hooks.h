/* lockweave/hooks.h
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The narrow waist. Every front-end (pthread interposition, the drop-in types, annotations)
 * translates what a program does into these calls and nothing else; core turns them into events.
 * C ABI, C99, usable from any language.
 *
 * Without the runtime the symbols are null: call through lockweave/detail/hook.h, which tests that.
 * Front-ends that live inside liblockweave.so define LW_INSIDE_RUNTIME and call directly.
 *
 * Contract of a front-end
 *   1. `lw_enter` opens an operation; if it returns 0 the front-end performs the real operation and
 *      calls nothing else (the runtime is not up, is shutting down, or this call comes from inside
 *      an operation already open on this thread). `lw_leave` closes it. Between the two, calls to
 *      interposed functions pass through unseen: an operation of a drop-in type is one event.
 *   2. Acquire: try without blocking first; if that fails call lw_block_begin BEFORE blocking
 *      and lw_block_end after; then lw_acquired on success. Nothing is called for a failed try.
 *   3. Release: lw_release BEFORE the real release (after it, another thread may own the lock).
 *   4. Other waits (condition variable, semaphore, queue, join...): lw_block_begin and lw_block_end
 *      around the part that may sleep.
 *   5. `pc` is the return address in the caller: __builtin_return_address(0).
 *
 * Guarantees of every call: errno is kept; nothing is allocated with malloc; no lock of the program
 * is taken; safe before main, after exit and in signal handlers (there it may do nothing).
 * Thread-safety: all calls may be made from any thread at any time.
 */
#ifndef LOCKWEAVE_HOOKS_H
#define LOCKWEAVE_HOOKS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef LW_INSIDE_RUNTIME
#define LW_HOOK __attribute__((visibility("default")))
#else
#define LW_HOOK __attribute__((weak))
#endif

/* The order is that of model::ObjectKind. */
typedef enum lw_kind {
  LW_MUTEX,
  LW_RECURSIVE_MUTEX,
  LW_ERRORCHECK_MUTEX,
  LW_RWLOCK,
  LW_SPINLOCK,
  LW_SEMAPHORE,
  LW_CONDITION_VARIABLE,
  LW_BARRIER,
  LW_LATCH,
  LW_QUEUE,
  LW_FUTURE,
  LW_ONCE,
  LW_STATIC_GUARD,
  LW_THREAD,
  LW_FUTEX,
  LW_FILE_LOCK,
  LW_CUSTOM,
  LW_ATOMIC,
  LW_VARIABLE
} lw_kind;

/* How an acquisition or a wait is made; flags. */
enum {
  LW_EXCLUSIVE = 0,
  LW_SHARED = 1,         /* shared mode of a rwlock */
  LW_TRY = 2,            /* does not wait: held, but no edge leads to it */
  LW_TIMED = 4,          /* gives up by itself: never part of a certain deadlock, nor of a cycle */
  LW_PROCESS_SHARED = 8, /* another process can end the wait */
  LW_CANCELABLE = 16,    /* a wait that a cancelled thread leaves */
  LW_FOR_WORK = 32,      /* a wait for a queue's work to be done (join) */
  LW_FOR_ROOM = 64,      /* a wait for room in a queue (put); neither: for a value (get) */
  LW_UNORDERED = 128,    /* a wait whose end does not take over; see "order by design" */
  LW_KEEPS = 256, /* a condition wait whose recursive mutex stays locked: it gives back one level */
  LW_LEAVING = 512 /* a destruction that lasts until those who wait for the object have left */
};

/* An operation on this thread; see rule 1. Nests: only the outermost lw_enter returns 1. */
LW_HOOK int lw_enter(void);
LW_HOOK void lw_leave(void);
/* What a visible operation is about to do: another thread can tell whether it came before or after its
 * own. What follows (acquired, blocked, created, ended) is told by the calls below. */
typedef enum lw_operation {
  LW_OP_OTHER, /* something with the object, or with none: a sleep, what a drop-in type does at once */
  LW_OP_ACQUIRE, /* a lock, a permit, a once-initialisation; LW_TRY, LW_TIMED, LW_SHARED */
  LW_OP_RELEASE,
  LW_OP_WAIT, /* for a condition, a barrier, a futex; LW_TIMED */
  LW_OP_NOTIFY,
  LW_OP_BEGIN, /* of the object's life */
  LW_OP_END,
  LW_OP_CREATE, /* a thread; `object` is where its handle will be */
  LW_OP_JOIN,   /* LW_TRY, LW_TIMED */
  LW_OP_DETACH,
  LW_OP_CANCEL,
  LW_OP_EXIT,  /* of the calling thread; object NULL: of the process */
  LW_OP_FORK,  /* of the process; object NULL */
  LW_OP_ACCESS /* of a variable; flags: its lw_access_kind */
} lw_operation;

/* In an open operation, before it is performed: a visible operation on `object` comes. Gives it its
 * stable name (the thread's spawn path, a running number) and tells whoever decides who runs. Every
 * visible operation passes here once, or through the inlined path, which is closed while somebody wants
 * to hear of operations. */
LW_HOOK void lw_about_to(lw_operation what, const void* object, lw_kind kind, int flags);

/* ---- locks -------------------------------------------------------------------------------- */
/* The thread now holds `lock`. A repeated lw_acquired of a recursive kind only counts. */
LW_HOOK void lw_acquired(const void* lock, lw_kind kind, int flags, const void* pc);
/* The thread is about to give `lock` back. Tells misuse (not held, held by another thread).
 * Returns 0 if this thread did not hold it. */
LW_HOOK int lw_release(const void* lock, lw_kind kind, const void* pc);
/* The thread gives back what it does not hold; variant "not-locked" or "other-thread",
 * the same with "waits-" before it if a condition wait was to give it back. Separate from
 * lw_release, because only the lock itself knows: core may not have seen it taken. */
LW_HOOK void lw_release_not_held(const void* lock, lw_kind kind, const char* variant,
                                 const void* pc);
/* The thread went through what would have made it wait had it come earlier: an initialisation that is
 * done. Counts for lock order only. */
LW_HOOK void lw_passed(const void* lock, lw_kind kind, const void* pc);
/* How many holds of it other threads are known to have. Never more than there are, if nobody gives it
 * back or takes it meanwhile: a hold is known after it begins and until it ends. */
LW_HOOK unsigned lw_held_by_others(const void* lock);
/* Is `tid` the calling thread's kernel id? (no system call) */
LW_HOOK int lw_owns(int tid);
/* Shortcut for a pthread_mutex_t, without an open operation: when this is what the calling thread has
 * done before and nobody is in the way, performs and notes all of it and returns 1. 0: nothing was
 * done, do it the long way. */
LW_HOOK int lw_lock_known(void* mutex, const void* pc);
LW_HOOK int lw_unlock_known(void* mutex);
/* The same for a pthread_rwlock_t; mode LW_SHARED or LW_EXCLUSIVE. */
LW_HOOK int lw_rwlock_known(void* rwlock, int mode, const void* pc);
LW_HOOK int lw_rwlock_unlock_known(void* rwlock);
/* The object begins (constructed, initialised) or ends (destroyed). A new generation begins. */
LW_HOOK void lw_object_begin(const void* object, lw_kind kind, int flags, const void* pc);
LW_HOOK void lw_object_end(const void* object, lw_kind kind, const void* pc);
/* Its destruction begins and may have to wait (LW_LEAVING): misuse is told now. lw_object_end follows. */
LW_HOOK void lw_object_ending(const void* object, lw_kind kind, const void* pc);
/* A lock whose own words say that it was destroyed is used all the same, and refuses. */
LW_HOOK void lw_used_after_end(const void* object, lw_kind kind, const void* pc);
/* Memory [begin, begin+size) is about to be freed or unmapped: objects inside end. */
LW_HOOK void lw_memory_end(const void* begin, size_t size, const void* pc);

/* ---- waits -------------------------------------------------------------------------------- */
/* About to sleep on `object`. `owner` = where the kernel thread id of the thread that must act can be
 * read (glibc keeps it inside the mutex), re-read by other threads until lw_block_end; NULL if the
 * object has no owner or core must look for the holders itself. `with` = the mutex that a condition
 * wait must get back (then `owner` is that mutex's owner word), else NULL. For LW_THREAD `object` is
 * the pthread_t. */
LW_HOOK void lw_block_begin(const void* object, lw_kind kind, int flags, const void* with,
                            const int* owner, const void* pc);
/* The same in two parts, for objects that another thread may have changed since the try that failed:
 * publish, try once more, and only if that fails too, check for deadlocks and sleep. */
LW_HOOK void lw_block_publish(const void* object, lw_kind kind, int flags, const void* with,
                              const int* owner, const void* pc);
LW_HOOK void lw_block_check(void);
LW_HOOK void lw_block_end(void);
/* The same for who knows that no notification was meant for it: wakes on their way are for others. */
LW_HOOK void lw_block_end_unwoken(void);
/* One waiter (all != 0: every waiter) of `object` may now proceed: notify, post, set, put... */
LW_HOOK void lw_notify(const void* object, lw_kind kind, int all, const void* pc);
/* The same, but what came before is not handed over: wakes those who wait for something else of
 * `object` than what others hand over through it. */
LW_HOOK void lw_wake(const void* object, lw_kind kind, int all, const void* pc);
/* Both, where it is known how many of those who wait for `object` may now proceed: others wait there for
 * something else, and are left alone. */
LW_HOOK void lw_notify_some(const void* object, lw_kind kind, unsigned waiters, const void* pc);
LW_HOOK void lw_wake_some(const void* object, lw_kind kind, unsigned waiters, const void* pc);
/* A permit was taken by who has not waited for it: a waiter that was woken for it sleeps on. */
LW_HOOK void lw_wake_used(const void* semaphore);
/* Permits of a semaphore: taken by this thread, given back by this thread. More than anybody counts:
 * lw_notify with all != 0; from then on it is no longer asked who has them. */
LW_HOOK void lw_permit_taken(const void* semaphore, int flags, const void* pc);
LW_HOOK void lw_permit_given(const void* semaphore, const void* pc);
LW_HOOK void lw_semaphore_begin(const void* semaphore, unsigned permits, int flags, const void* pc);

/* A queue's values: one got by this thread; the work for one done, whoever got it. The values put and not
 * done, told at each change once task_done or join was called: then somebody counts the work. */
LW_HOOK void lw_value_got(const void* queue, const void* pc);
LW_HOOK void lw_value_done(const void* queue);
LW_HOOK void lw_queue_work(const void* queue, size_t unfinished);

/* ---- order by design ------------------------------------------------------------------------- */
/* What this thread has done so far comes before what others do once they have taken over from
 * `object`: an arrival, a stored flag, a value put. Only needed where a thread can go on without a
 * wait and a notification: lw_notify hands over, and a wait that ends takes over, by themselves, as
 * permits do. Costs a test of a flag until a variable is watched. */
LW_HOOK void lw_order_release(const void* object, lw_kind kind);
LW_HOOK void lw_order_acquire(const void* object);

/* ---- variables -------------------------------------------------------------------------------- */
/* `size` bytes at `address` are one variable from now on, until its end; a name is copied. Accesses
 * to memory that never began so are accesses to a variable that begins now, at this address. */
LW_HOOK void lw_variable_begin(const void* address, size_t size, const char* name, const void* pc);
LW_HOOK void lw_variable_end(const void* address);
/* What an access does with the value that is there; docs/design/races.md says what follows. Whoever
 * sees loads and stores only tells LW_READ and LW_WRITE. */
typedef enum lw_access_kind {
  LW_READ,  /* an update, if this thread's LW_WRITE of the variable follows directly; else a look */
  LW_WRITE, /* over whatever was there */
  LW_LOOK,  /* read, to act on it */
  LW_UPDATE, /* read and written in one step, to add to it: sum += part */
  LW_CHANGE, /* looked at and written in one step: a container's front and pop */
  LW_END     /* its destructor; lw_variable_end follows */
} lw_access_kind;
/* This thread is about to access it. `address` is where the variable begins. */
LW_HOOK void lw_access(const void* address, size_t size, lw_access_kind kind, const void* pc);
/* Shortcut, without an open operation: 1 when this access would tell nothing new, and then it is done.
 * 0: nothing was done, tell it. */
LW_HOOK int lw_access_known(const void* address, lw_access_kind kind);
/* The same as LW_READ, as LW_WRITE. */
LW_HOOK void lw_read(const void* address, size_t size, const void* pc);
LW_HOOK void lw_write(const void* address, size_t size, const void* pc);

/* ---- threads ------------------------------------------------------------------------------ */
/* The creator: lw_thread_create before the real creation (NULL: not followed), then one of
 * lw_thread_created / lw_thread_not_created; after that the token is no longer its. The new thread:
 * lw_thread_started first of all. */
LW_HOOK void* lw_thread_create(const void* pc, size_t stack_size);
LW_HOOK void lw_thread_created(void* token);
/* Two words for the front-end, to pass the start routine and its argument along. */
LW_HOOK void** lw_thread_payload(void* token);
LW_HOOK void lw_thread_not_created(void* token);
LW_HOOK void lw_thread_started(void* token);
/* After the thread's last TLS destructor. */
LW_HOOK void lw_thread_ended(void);
/* Nobody will join it: told before the real creation of a thread that begins so, and before the real
 * pthread_detach of `thread` (a pthread_t). */
LW_HOOK void lw_thread_begins_detached(void* token);
LW_HOOK void lw_thread_detached(const void* thread);
/* The calling thread joins `thread` (a pthread_t). Before the real join: whom it names, for
 * the wait and for one of the others; flags LW_TIMED, LW_TRY. Once the thread has been joined its handle
 * may name another. NULL: not known yet; then lw_thread_joined asks again. */
LW_HOOK void* lw_thread_to_join(const void* thread, int flags);
LW_HOOK void lw_thread_joined(const void* thread, void* token, const void* pc);
LW_HOOK void lw_thread_not_joined(void* token);
/* A name for reports; copied. */
LW_HOOK void lw_thread_name(const void* thread, const char* name);
/* `thread` (a pthread_t) is about to be cancelled: its waits may end without anybody's doing. */
LW_HOOK void lw_thread_cancelled(const void* thread);

/* ---- the process -------------------------------------------------------------------------- */
LW_HOOK void lw_fork_prepare(void);
LW_HOOK void lw_fork_parent(void);
LW_HOOK void lw_fork_child(const void* pc);
/* The image is about to be replaced / did not get replaced after all. */
LW_HOOK void lw_exec_begin(const void* pc);
LW_HOOK void lw_exec_failed(void);
/* Orderly end; returns the status to end with. */
LW_HOOK int lw_exit(const char* how, int status);
/* The program set (installed != 0) or removed a handler of its own for `signal`. */
LW_HOOK void lw_handler(int signal, int installed);
/* After lw_module_going: libraries may have been unloaded, their addresses may come back as others'. */
LW_HOOK void lw_module_gone(void);

/* ---- barriers and signal handlers ----------------------------------------------------------- */
LW_HOOK void lw_barrier_begin(const void* barrier, unsigned parties, int flags, const void* pc);
/* The calling thread arrives, and its wait is published: 1 it completes the round, all have been
 * notified, lw_block_end is to follow; 0 it is to wait: lw_block_check is, too. Where nobody told how
 * many must come, the wait counts as timed. */
LW_HOOK int lw_barrier_arrive(const void* barrier, const void* pc);

/* A handler of the program's own begins, ends. `mark` lies in the frame that calls it, and stays
 * there until lw_signal_end; [stack_low, the mark) is what the handler's frames can use, so a
 * handler that was left by a jump is noticed. */
typedef struct lw_signal_mark {
  uintptr_t outer_low;
  uintptr_t outer_high;
  int outer_signal;
  int unseen; /* the thread is not known yet: what the handler does passes by */
} lw_signal_mark;
LW_HOOK void lw_signal_begin(int signal, const void* stack_low, lw_signal_mark* mark);
LW_HOOK void lw_signal_end(const lw_signal_mark* mark);
/* The thread is about to jump (longjmp) to a frame at `stack_pointer`; NULL: unknown. Closes an
 * operation that a signal handler interrupted and now leaves for good. */
LW_HOOK void lw_jump(const void* stack_pointer);

/* ---- for test frameworks ------------------------------------------------------------------------ */
/* Findings of this process so far that are at or above the threshold, cycles in lock order among
 * them: searched for at each call, so not for every moment. Needs no open operation. */
LW_HOOK unsigned lw_findings(void);

/* ---- annotations (lockweave/annotations.h gives them readable names) ------------------------- */
/* These four open an operation of their own. */
LW_HOOK void lw_name(const void* object, const char* name);
LW_HOOK void lw_assert_held(const void* lock, const void* pc);
LW_HOOK void lw_declare_order(const void* before, const void* after);
LW_HOOK void lw_forget(const void* lock);

/* Misuse a type sees by itself (task_done too often, release beyond the bound): rule id, object. */
LW_HOOK void lw_misuse(const char* rule, const char* variant, const void* object, lw_kind kind,
                       const void* pc);

#ifdef LW_INSIDE_RUNTIME
#define LW_INTERNAL __attribute__((visibility("hidden")))
/* Front-end to core, once, from the library's constructor. */
LW_INTERNAL void lw_start(char** environment);

/* Is this the process that core knows? Not in the child of a vfork, which borrows its parent's
 * memory: there nothing may be touched, and no operation opened. */
LW_INTERNAL int lw_in_own_process(void);
/* What a child needs in its environment to be watched like this process; NULL: nothing. */
typedef struct lw_child_settings {
  const char*
      preload; /* our library: in LD_PRELOAD, after the program's own and what must precede us */
  const char* run;     /* "LOCKWEAVE_RUN=...;preload=" to be followed by the list that was added: */
  const char* escaped; /* `preload` as it is written there */
  const char* options; /* "LOCKWEAVE_OPTIONS=..." for a child without that variable; may be NULL */
} lw_child_settings;
LW_INTERNAL const lw_child_settings* lw_for_children(void);
/* The descriptor of the record, which is not the program's; -1: it has none. Need no open operation. */
LW_INTERNAL int lw_own_descriptor(void);
/* Its number is wanted for another file: it gets another one. */
LW_INTERNAL void lw_move_descriptor(void);
/* From now on the process may be ended for a system call: only what needs none is done. */
LW_INTERNAL void lw_enter_sandbox(void);
/* A program is being started into which nothing can be loaded; also in the child of a vfork. */
LW_INTERNAL void lw_child_unwatched(void);

/* The thread is about to read-lock what lets no reader pass a waiting writer: perhaps again. */
LW_INTERNAL void lw_read_again(const void* lock, const void* pc);

/* The cheap questions before lw_memory_end: does freed memory interest anybody yet; and this? */
LW_INTERNAL int lw_memory_watched(void);
LW_INTERNAL int lw_memory_may_matter(const void* begin, size_t size);
/* Memory that the calling thread has just got: nobody else knows it. */
LW_INTERNAL void lw_memory_born(const void* begin, size_t size);
/* The calling thread's id, as libc knows it: not the kernel's after a fork behind libc's back. */
LW_INTERNAL void lw_thread_id(int tid);
/* Memory that is gone already: objects in it that began before lw_memory_mark gave `mark` end. It is
 * not read, and nobody is told. */
LW_INTERNAL uint64_t lw_memory_mark(void);
LW_INTERNAL void lw_memory_gone(const void* begin, size_t size, uint64_t mark);
/* Libraries may be unloaded from now on, until lw_module_gone. */
LW_INTERNAL void lw_module_going(void);

/* Is order of interest yet: before lw_order_release and lw_order_acquire, where opening an operation would cost
 * more than they do. */
LW_INTERNAL int lw_watching(void);

/* lw_block_check for waits that somebody unknown may end: a task that was made behind the C library's
 * back. Before a deadlock is told, `stands` is asked whether the wait would begin now. */
typedef int (*lw_wait_stands)(const void* context);
LW_INTERNAL void lw_block_check_while(lw_wait_stands stands, const void* context);

/* Instead of lw_block_end when a jump out of a signal handler left the wait: a condition wait's mutex
 * was not got back. */
LW_INTERNAL void lw_block_abandoned(void);

/* The calling thread has changed its signal mask: bit n - 1 set, signal n is blocked. */
LW_INTERNAL void lw_signal_mask(uint64_t before, uint64_t after);

/* In a published wait for a lock, `waited` seconds long: the seconds until it is to be looked at again, or to
 * be told (long_waits.h); 0: never. Needs no open operation. lw_wait_lasts: they are over, and the wait goes
 * on. */
LW_INTERNAL int lw_wait_limit(int waited);
LW_INTERNAL void lw_wait_lasts(int waited);

/* The locks of the dynamic loader, mutexes of glibc's inside ld.so: the one under which libraries are loaded,
 * and the one under which they are listed (dl_iterate_phdr). Once, from the library's constructor. And: the
 * thread, which has it not, is about to call what takes the first one; in an open operation. */
LW_INTERNAL void lw_loader_locks(const void* load, const void* list);
LW_INTERNAL void lw_loader_call(const void* pc);

/* Which signals speak: 1 who waits for whom, when anybody waits, before the program's own handling;
 * 2 the status signal; 0 none. lw_report_waits prints it. */
/* First of all in a handler, with its siginfo_t (NULL without SA_SIGINFO) and the mask (sigset_t) of what it interrupted. Not 0: it
 * interrupted the runtime with a lock held, and will be called again: return at once. */
LW_INTERNAL int lw_signal_defer(int signal, const void* info, void* mask);
LW_INTERNAL int lw_signal_speaks(int signal);
LW_INTERNAL void lw_report_waits(int signal);
#endif

#ifdef __cplusplus
}
#endif
#endif
