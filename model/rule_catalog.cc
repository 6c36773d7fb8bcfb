// model/rule_catalog.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The texts of `lockweave explain`. The order is the contract's.
#include "model/rule_catalog.h"

#include <algorithm>

namespace lockweave::model {
namespace {

constexpr Rule kRules[] = {
    {
        .id = "data-race",
        .title = "Two threads use the same memory and nothing orders them",
        .level = Level::error,
        .by_runtime = true,
        .by_analyzer = true,
        .needs_accesses = true,
        .meaning =
            "Two threads touch the same memory, at least one of them writes, and no lock, atomic, "
            "join or wait makes one access happen before the other. The C++ standard calls this "
            "undefined behaviour: the compiler may assume that it never happens.",
        .place = "The later of the two accesses; the analyzer shows the access without the lock.",
        .example = R"(int hits = 0;
void serve() { ++hits; }        // two threads: updates get lost

std::thread a(serve), b(serve);)",
        .fix =
            "Guard all accesses with one mutex, or make the variable std::atomic, or let only one "
            "thread use it and hand it over by join, queue or future.",
        .misses =
            "The runtime sees the accesses of code built with lockweave-c++ and of "
            "lockweave::shared<T>, in the schedules that ran. Memory handed over by means it does "
            "not know (hand-made spin locks, shared memory) can look like a race. The analyzer "
            "follows named variables and members, not pointer arithmetic.",
    },
    {
        .id = "inconsistent-locking",
        .title = "No lock protects all accesses to this variable",
        .level = Level::warning,
        .by_runtime = true,
        .by_analyzer = true,
        .needs_accesses = true,
        .meaning =
            "The accesses did not overlap in this run, but no lock is common to them and only "
            "luck put them in order: a lock that happened to be released by one thread and taken "
            "by the other, without protecting this variable. Another schedule makes it a data "
            "race. A lock counts as luck unless the later thread, while it held it, looked at "
            "something watched that the other had left there. The analyzer says it where most "
            "accesses hold a lock and this one does not.",
        .place = "The access that breaks the pattern.",
        .example = R"(void put(int v) { std::lock_guard g(mu); value = v; }
int peek() { return value; }    // every other access holds mu)",
        .fix =
            "Take the lock that the other accesses hold, or make the variable std::atomic. Where "
            "the order was meant, let it be seen: make the flag, counter or list that one thread "
            "leaves to the other a lockweave::shared<T> as well, or hand over by a queue, a latch "
            "or a barrier.",
        .misses =
            "Order that was meant looks like luck, and is reported wrongly, where threads hand "
            "over under a lock through a plain list or flag, or where who is last is told by an "
            "update alone (last = --left == 0). Luck that passes through a look looks like order "
            "and is missed. Variables that are written before other threads exist and only read "
            "afterwards are "
            "not reported; a variable that changes its lock during its life can be reported "
            "wrongly.",
    },
    {
        .id = "lock-order-cycle",
        .title = "Locks are taken in orders that can deadlock",
        .level = Level::error,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "One thread takes A and then B, another takes B and then A (or a longer ring). It did "
            "not hang this time; when both hold their first lock at once, both wait forever. "
            "Cycles that cannot happen are left out: all by one thread, under a common gate lock, "
            "ordered by thread creation and join, readers only. Put together from several "
            "processes it is a warning.",
        .place = "A wanted acquisition of the cycle, or the call that leads to it.",
        .example = R"(void pay()    { std::lock_guard a(from.mu); std::lock_guard b(to.mu); }
void refund() { std::lock_guard b(to.mu);   std::lock_guard a(from.mu); })",
        .fix =
            "Take the locks in one order everywhere, take them together with std::scoped_lock(a, "
            "b), or release the first before taking the second.",
        .misses =
            "The runtime knows the lock pairs that this run took; the analyzer those it can name. "
            "Order by other means than create and join (a queue, a flag) is not seen, so a cycle "
            "may be impossible for such a reason. Cycles of more than 16 locks are not listed.",
    },
    {
        .id = "deadlock",
        .title = "Threads wait for each other and none can go on",
        .level = Level::error,
        .by_runtime = true,
        .meaning =
            "It happened: each of these threads waits for something that only another of them can "
            "give, or for a lock that a thread held when it ended. Mutexes, reader-writer locks, "
            "semaphores, condition variables, queues, joins, futures and barriers all count.",
        .place = "Where the first thread waits.",
        .example = R"(std::lock_guard g(mu);
worker.join();                  // worker waits for mu)",
        .fix =
            "Break one link: take locks in one order, do not wait for a thread while holding what "
            "it needs, notify after changing the predicate.",
        .misses = "Said only when certain. A wait with a time-out, or one that a signal handler, a "
                  "timer or another process may end, is a stall: see hang_timeout.",
    },
    {
        .id = "double-lock",
        .title = "A thread takes again a lock that it holds",
        .level = Level::error,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "The thread already holds this non-recursive lock. With a std::mutex that is "
            "undefined behaviour; in practice the thread waits for itself forever. So does a "
            "reader that reads again, if a writer came in between and the lock lets no reader "
            "pass a waiting writer.",
        .place = "The second acquisition, or the call that leads to it.",
        .example = R"(int size()  { std::lock_guard g(mu); return n; }
bool empty() { std::lock_guard g(mu); return size() == 0; })",
        .fix = "Split the function: a private one that expects the lock to be held, a public one "
               "that takes it.",
        .misses =
            "The analyzer reports only when it is the same object on every path considered; two "
            "objects of one class are left to lock-order-cycle.",
    },
    {
        .id = "unlock-not-held",
        .title = "A lock is released that this thread does not hold",
        .level = Level::error,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "The lock is free, or another thread holds it. For std::mutex and pthread mutexes "
            "that is undefined behaviour; it usually breaks somebody else's critical section.",
        .place = "The unlock.",
        .example = R"(std::lock_guard guard(mu);
if (done) mu.unlock();          // the guard unlocks once more)",
        .fix = "Let a guard do the unlocking. To unlock early use std::unique_lock; to hand "
               "permission to another thread use a semaphore.",
        .misses =
            "Locks that were taken before the runtime was loaded are not known to be held; the "
            "first release of such a lock is ignored.",
    },
    {
        .id = "lock-leak",
        .title = "A lock is never released on this path",
        .level = Level::warning,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "The runtime: the thread ended and still held the lock. The analyzer: a path leaves "
            "the function with the lock held although another path releases it. The next thread "
            "that wants the lock waits forever.",
        .place = "The return or throw that leaks; the runtime shows where the lock was taken.",
        .example = R"(mu.lock();
if (!ready) return false;       // still locked
mu.unlock();)",
        .fix = "Use std::lock_guard or std::unique_lock, so that every way out releases the lock.",
        .misses =
            "A function that leaves the lock held on every path counts as a lock wrapper and is "
            "silent. Calls that may throw are considered only where a throw is visible.",
    },
    {
        .id = "destroyed-while-held",
        .title = "A lock is destroyed while it is held or waited for",
        .level = Level::error,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "The lock was destroyed, or its memory freed, while a thread held it or waited for "
            "it. That thread then touches memory that may already be something else. Or the lock "
            "lay "
            "on the stack of a thread, and that thread ended. Or a thread used a pthread mutex "
            "after "
            "it was destroyed: the call was refused, so nothing was protected.",
        .place = "The destruction; where a thread took the lock that another one's end takes away.",
        .example = R"(std::unique_lock g(session->mu);
delete session;                 // g unlocks freed memory)",
        .fix = "Release the lock before its owner dies; let a std::shared_ptr keep the owner alive "
               "for as long as any thread may use the lock.",
        .misses =
            "Memory given back to a private allocator is not seen as freed unless the lock is "
            "destroyed as well. Of a lock on a stack only the end of the thread is seen, not that "
            "of "
            "the function. Use after the end is known of pthread and C11 mutexes that were "
            "destroyed by a call, as long as their memory is not used again; of the last 1024 "
            "destroyed ones with the place.",
    },
    {
        .id = "wait-without-predicate",
        .title = "A condition wait is not in a loop that tests its predicate",
        .level = Level::warning,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "Condition variables wake up spuriously, and another thread may have taken what was "
            "announced. A wait that does not test its condition again goes on although the "
            "condition is false.",
        .place = "The wait.",
        .example = R"(std::unique_lock g(mu);
if (queue.empty()) ready.wait(g);
take(queue.front());            // may still be empty)",
        .fix = "ready.wait(g, [&] { return !queue.empty(); });",
        .misses =
            "The runtime decides from the machine code whether the call lies on a loop: any loop "
            "is taken for a test. The analyzer does not judge whether the loop tests the right "
            "thing.",
    },
    {
        .id = "lost-wakeup",
        .title = "The notification came before the wait",
        .level = Level::error,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "A notification is not kept: it wakes those that wait now. Here a thread waits for "
            "one that is already past, and no other will come. The analyzer and the instrumented "
            "runtime report its cause: the predicate is changed without the waiter's mutex, so "
            "the change can fall between the waiter's test and its wait.",
        .place = "The wait; for the cause, the store without the lock.",
        .example = R"(ready = true;                   // without holding mu
cv.notify_one();

std::unique_lock g(mu);
while (!ready) cv.wait(g);      // tested before the store, waits after the notify)",
        .fix = "Change the predicate while holding the mutex, even if it is atomic; wait with a "
               "predicate.",
        .misses = "A waiting thread is reported only when all others wait or have ended. The store "
                  "without the lock is seen by the analyzer, or in code built with lockweave-c++.",
    },
    {
        .id = "wait-while-holding",
        .title = "A condition wait keeps another lock",
        .level = Level::warning,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "wait() releases only the mutex given to it. Any other lock of the thread stays taken "
            "for as long as the wait lasts; if the notifying thread needs it, both wait forever.",
        .place = "The wait.",
        .example = R"(std::lock_guard outer(table_mu);
std::unique_lock inner(row_mu);
changed.wait(inner, pred);      // keeps table_mu)",
        .fix = "Release the other lock before waiting, or wait with one mutex that guards both.",
        .misses = "The runtime tells it when one thread took the other lock and later on notified "
                  "the condition variable, at any time of the run; else the wait is listed with "
                  "--all only. A notifier that would take the lock on a path that did not run is "
                  "missed.",
    },
    {
        .id = "blocking-under-lock",
        .title = "A blocking call is made under a lock that the other side takes",
        .level = Level::warning,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "The thread joins another, gets a future, or takes from a queue or semaphore while it "
            "holds a lock, and the side that has to act takes that lock. If it wants the lock at "
            "the wrong moment, both wait forever.",
        .place = "The blocking call.",
        .example = R"(std::lock_guard g(mu);
worker.join();                  // worker takes mu before it ends)",
        .fix = "Leave the critical section before the blocking call.",
        .misses =
            "Which thread will post or deliver is known only from what this run showed. Other "
            "blocking calls under a lock (I/O, sleep) are listed by the analyzer with --all.",
    },
    {
        .id = "condvar-two-mutexes",
        .title = "Waiters of one condition variable use different mutexes",
        .level = Level::warning,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "All threads that wait on a condition variable at one time must give it the same "
            "mutex. With two, the predicate is not protected from the notifier, and the standard "
            "calls it undefined behaviour.",
        .place = "One of the waits.",
        .example = R"(std::unique_lock a(mu_a); cv.wait(a, pred);   // thread 1
std::unique_lock b(mu_b); cv.wait(b, pred);   // thread 2)",
        .fix = "One mutex for the predicate, or one condition variable for each mutex.",
        .misses =
            "The runtime sees waits that overlap in time. Using different mutexes one after the "
            "other is allowed and is not reported.",
    },
    {
        .id = "semaphore-imbalance",
        .title = "Semaphore permits are lost or released too often",
        .level = Level::warning,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "On some path a permit that was acquired is not given back, so that the semaphore "
            "runs dry; or more are released than its bound allows.",
        .place =
            "Where the lost permit was taken (analyzer: the exit that loses it), or the release "
            "beyond the bound.",
        .example = R"(slots.acquire();
if (!connect()) return false;   // the permit is gone
slots.release();)",
        .fix = "Give the permit back in a destructor, so that every way out releases it.",
        .misses =
            "Semaphores that are released by another thread on purpose (signalling) are left "
            "alone, at run time also those that no taker ever releases. The runtime checks the "
            "bound only where it is known.",
    },
    {
        .id = "queue-imbalance",
        .title = "A queue is finished too often, too seldom or never",
        .level = Level::warning,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "task_done() is called more often or less often than items were taken, so join() "
            "returns too early or never; or a consumer loops for ever on a queue that nothing "
            "closes, and is joined. When it has happened, all threads waiting, it is an error and "
            "ends "
            "the process, as a deadlock does.",
        .place = "The wait, or the join.",
        .example = R"(void consume() { for (;;) use(queue.get()); }   // nothing ends it
...
consumer.join();)",
        .fix =
            "Call task_done() once for each item on every path; close the queue, or send an item "
            "that means the end.",
        .misses =
            "Only queues that Lockweave knows by their type: its own and boost's. A container "
            "with a lock is none. At run time: a queue between processes; values whose task_done "
            "another thread calls than the one that got them, but for a join that waits for ever.",
    },
    {
        .id = "unnamed-guard",
        .title = "A guard without a name protects nothing",
        .level = Level::error,
        .by_analyzer = true,
        .meaning =
            "The guard is a temporary that is destroyed at the end of its own statement, or it "
            "was made without a mutex. The code after it runs unprotected.",
        .place = "The guard.",
        .example = R"(std::lock_guard<std::mutex>{mu};   // unlocked again at once
++count;)",
        .fix = "Give the guard a name: std::lock_guard guard(mu);",
        .misses =
            "Guards of your own types are known by their shape (lock in the constructor, unlock "
            "in the destructor). A temporary guard in a condition or comma expression is not "
            "reported.",
    },
    {
        .id = "local-mutex",
        .title = "Every call makes its own mutex",
        .level = Level::warning,
        .by_analyzer = true,
        .meaning =
            "The mutex is a local variable, so each call locks a new one and no thread ever waits "
            "for another.",
        .place = "The mutex's declaration.",
        .example = R"(void add(int v) {
  std::mutex mu;
  std::lock_guard g(mu);
  total += v;
})",
        .fix = "Make it a member beside the data it protects, or at least static.",
        .misses =
            "A local mutex that is shared with threads started in the same function is right and "
            "is not reported.",
    },
    {
        .id = "escaping-reference",
        .title = "A thread keeps a reference to a local that dies first",
        .level = Level::error,
        .by_analyzer = true,
        .meaning =
            "A thread, or a task that runs later, was given a reference or pointer to a local "
            "variable, and the function returns without waiting for it.",
        .place = "The creation of the thread.",
        .example = R"(void start() {
  int limit = 10;
  std::thread([&] { work(limit); }).detach();
})",
        .fix = "Capture by value, move the data into the thread, or join before the scope ends.",
        .misses =
            "Pointers that were stored elsewhere first, and waiting by other means than join, get "
            "or a latch, are not followed.",
    },
    {
        .id = "joinable-destroyed",
        .title = "A std::thread is destroyed while it is joinable",
        .level = Level::error,
        .by_analyzer = true,
        .meaning = "The destructor of a std::thread that was neither joined nor detached calls "
                   "std::terminate; so does assigning a new thread to it.",
        .place = "The exit, or the assignment.",
        .example = R"(std::thread worker(run);
if (!configure()) return;       // std::terminate
worker.join();)",
        .fix = "Use std::jthread, or join on every way out, the exceptional ones too.",
        .misses =
            "Threads that are kept in containers or given to other functions are not followed.",
    },
    {
        .id = "write-under-shared-lock",
        .title = "A write happens under a lock held for reading",
        .level = Level::warning,
        .by_runtime = true,
        .by_analyzer = true,
        .needs_accesses = true,
        .meaning =
            "The lock is held in shared mode, so other readers run at the same time and see the "
            "write in the middle, or write themselves.",
        .place = "The write.",
        .example = R"(std::shared_lock g(mu);
if (!cache) cache = load();     // two readers may both write)",
        .fix = "Take the lock exclusively for the write, or make what is written std::atomic.",
        .misses = "Writes to data that this thread alone owns can be reported. Writes through "
                  "const_cast or unknown functions are not seen by the analyzer.",
    },
    {
        .id = "double-checked-locking",
        .title = "The first check of double-checked locking is not atomic",
        .level = Level::warning,
        .by_analyzer = true,
        .meaning =
            "The pointer is tested without the lock and then again with it, but it is a plain "
            "variable: the first test races with the store, and may see the pointer before the "
            "object behind it is complete.",
        .place = "The unlocked test.",
        .example = R"(if (!instance) {
  std::lock_guard g(mu);
  if (!instance) instance = new Config;
}
return instance;)",
        .fix = "A local static (static Config instance;), std::call_once, or a std::atomic pointer "
               "with acquire and release.",
        .misses = "The pattern is recognised inside one function.",
    },
    {
        .id = "volatile-as-sync",
        .title = "A volatile or plain flag is used to order threads",
        .level = Level::warning,
        .by_analyzer = true,
        .meaning =
            "volatile does not order memory between threads in C and C++, and a plain flag may be "
            "read once and never again. The waiting thread may spin for ever, or see the flag "
            "before the data.",
        .place = "The flag, or its use.",
        .example = R"(volatile bool stop = false;
void run() { while (!stop) step(); }   // another thread sets stop)",
        .fix = "std::atomic<bool>, std::stop_token, or a condition variable.",
        .misses = "volatile sig_atomic_t set in a signal handler of the same thread is right and "
                  "silent. Memory-mapped device registers can be reported.",
    },
    {
        .id = "atomic-check-then-act",
        .title = "An atomic is loaded, tested and stored in separate steps",
        .level = Level::warning,
        .by_analyzer = true,
        .meaning =
            "Each step is atomic, the whole is not: another thread can change the value between "
            "the load and the store, and its change is lost.",
        .place = "The store.",
        .example = R"(std::atomic<int> free_slots;
if (free_slots > 0) free_slots = free_slots - 1;   // two threads take the last slot)",
        .fix = "One operation: compare_exchange in a loop, fetch_sub, exchange; or a mutex.",
        .misses = "Silent where a lock is held around both, or where only one thread ever stores. "
                  "Checks and stores in different functions are not connected.",
    },
    {
        .id = "callback-under-lock",
        .title = "Unknown code runs under a lock",
        .level = Level::warning,
        .by_analyzer = true,
        .meaning =
            "A stored function object, a function pointer or an overridable method is called "
            "while a lock is held. What it does is up to its author: when it takes the same lock, "
            "or another in the other order, it deadlocks.",
        .place = "The call.",
        .example = R"(std::lock_guard g(mu);
for (auto& listener : listeners) listener(event);   // a listener may call back)",
        .fix = "Copy what to call while holding the lock, call it after releasing.",
        .misses =
            "Virtual methods of classes that nobody outside the project overrides, predicates of "
            "waits and comparison functions are silent.",
    },
    {
        .id = "signal-unsafe-lock",
        .title = "A signal handler takes a lock",
        .level = Level::warning,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "A signal can arrive while the same thread holds the lock; the handler then waits for "
            "the code that it interrupted. That also holds for locks inside malloc, printf and "
            "most of the library, and for handlers started by raise().",
        .place = "The lock, or the registration of the handler.",
        .example = R"(void on_term(int) {
  std::lock_guard g(log_mu);
  log.flush();
}
std::signal(SIGTERM, on_term);)",
        .fix =
            "In the handler only store to a lock-free atomic or write to a pipe; do the work in a "
            "thread that waits with sigwait or signalfd.",
        .misses =
            "The runtime sees handlers that ran. One that ran in pselect, ppoll, epoll_pwait or "
            "sigsuspend while the signal was blocked otherwise is safe, and so is one whose "
            "thread takes the lock only while it blocks the signal: not reported.",
    },
    {
        .id = "fork-while-locked",
        .title = "The child of a fork takes a lock that another thread may hold",
        .level = Level::warning,
        .by_runtime = true,
        .by_analyzer = true,
        .meaning =
            "fork copies the locks but only the calling thread. A lock that another thread held "
            "is locked in the child for ever, and the child takes it.",
        .place = "The fork, or the lock in the child.",
        .example = R"(std::thread worker(run);         // takes log_mu
if (fork() == 0) {
  std::lock_guard g(log_mu);     // may wait for ever
  log.write("child");
})",
        .fix = "Call only async-signal-safe functions between fork and exec, use posix_spawn, fork "
               "before threads exist, or take the lock in pthread_atfork handlers.",
        .misses =
            "Locks inside libraries are known only when they are interposed. glibc's own handling "
            "of malloc's locks at fork is taken into account.",
    },
};

}  // namespace

std::span<const Rule> all_rules() { return kRules; }

const Rule* find_rule(std::string_view id) {
  for (const Rule& rule : kRules) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

}  // namespace lockweave::model
