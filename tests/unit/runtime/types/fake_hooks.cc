// tests/unit/runtime/types/fake_hooks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "fake_hooks.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

namespace fake {
namespace {

struct Book {
  std::mutex mutex;
  std::condition_variable grew;
  std::vector<Event> events;
};
Book& book() {
  static Book* const kBook = new Book;  // outlives every destructor that reports
  return *kBook;
}
std::atomic<bool> is_up{true};
std::atomic<bool> knows_holders{true};
thread_local int depth = 0;

unsigned long self() { return static_cast<unsigned long>(pthread_self()); }

void write(Event event) {
  event.thread = self();
  Book& to = book();
  {
    const std::lock_guard guard(to.mutex);
    to.events.push_back(std::move(event));
  }
  to.grew.notify_all();
}

// As in the runtime: these hooks open an operation themselves, and say nothing inside another one.
bool ignores_annotations() { return !is_up || depth > 0; }

template <class Wanted>
std::vector<Event> select(Wanted wanted) {
  const std::lock_guard guard(book().mutex);
  std::vector<Event> found;
  for (const Event& event : book().events) {
    if (wanted(event)) found.push_back(event);
  }
  return found;
}

}  // namespace

void clear() {
  const std::lock_guard guard(book().mutex);
  book().events.clear();
}
std::vector<Event> all() {
  return select([](const Event&) { return true; });
}
std::vector<Event> of(const void* object) {
  return select([=](const Event& event) { return event.object == object; });
}
std::string mine() {
  std::string calls;
  for (const Event& event : select([](const Event& e) { return e.thread == self(); })) {
    calls += (calls.empty() ? "" : " ") + event.call;
  }
  return calls;
}
Event only(const std::string& call, const void* object) {
  const auto found = select([&](const Event& e) { return e.call == call && e.object == object; });
  if (found.size() != 1) {
    throw std::runtime_error(call + " was called " + std::to_string(found.size()) + " times");
  }
  return found.front();
}
void await(const std::string& call, const void* object) {
  std::unique_lock lock(book().mutex);
  book().grew.wait(lock, [&] {
    for (const Event& event : book().events) {
      if (event.call == call && event.object == object) return true;
    }
    return false;
  });
}
void set_up(bool up) { is_up = up; }
void set_knows_holders(bool knows) { knows_holders = knows; }

}  // namespace fake

using fake::Event;

extern "C" {
__attribute__((visibility("default"), used)) int lw_enter(void) {
  if (!fake::is_up || fake::depth > 0) return 0;
  fake::depth = 1;
  fake::write({"enter"});
  return 1;
}
void lw_leave(void) {
  fake::write({"leave"});
  fake::depth = 0;
}
void lw_acquired(const void* lock, lw_kind kind, int flags, const void* pc) {
  fake::write({"acquired", lock, kind, flags, nullptr, nullptr, pc});
}
int lw_release(const void* lock, lw_kind kind, const void* pc) {
  fake::write({"release", lock, kind, 0, nullptr, nullptr, pc});
  return fake::knows_holders ? 1 : 0;
}
void lw_release_not_held(const void* lock, lw_kind kind, const char* variant, const void* pc) {
  fake::write({"release_not_held", lock, kind, 0, nullptr, nullptr, pc, variant});
}
unsigned lw_held_by_others(const void*) { return 0; }
int lw_owns(int tid) { return gettid() == tid ? 1 : 0; }
void lw_object_begin(const void* object, lw_kind kind, int flags, const void* pc) {
  fake::write({"object_begin", object, kind, flags, nullptr, nullptr, pc});
}
void lw_object_end(const void* object, lw_kind kind, const void* pc) {
  fake::write({"object_end", object, kind, 0, nullptr, nullptr, pc});
}
void lw_block_begin(const void* object, lw_kind kind, int flags, const void* with, const int* owner,
                    const void* pc) {
  fake::write({"block_begin", object, kind, flags, with, owner, pc});
}
void lw_block_end(void) { fake::write({"block_end"}); }
void lw_block_end_unwoken(void) { fake::write({"block_end_unwoken"}); }
void lw_notify(const void* object, lw_kind kind, int all, const void* pc) {
  fake::write({"notify", object, kind, all, nullptr, nullptr, pc});
}
void lw_wake(const void* object, lw_kind kind, int all, const void* pc) {
  fake::write({"wake", object, kind, all, nullptr, nullptr, pc});
}
void lw_notify_some(const void* object, lw_kind kind, unsigned waiters, const void* pc) {
  fake::write({"notify_some", object, kind, static_cast<int>(waiters), nullptr, nullptr, pc});
}
void lw_wake_some(const void* object, lw_kind kind, unsigned waiters, const void* pc) {
  fake::write({"wake_some", object, kind, static_cast<int>(waiters), nullptr, nullptr, pc});
}
void lw_value_got(const void* queue, const void* pc) {
  fake::write({"value_got", queue, LW_QUEUE, 0, nullptr, nullptr, pc});
}
void lw_value_done(const void* queue) { fake::write({"value_done", queue, LW_QUEUE}); }
void lw_queue_work(const void* queue, size_t unfinished) {
  fake::write({"queue_work", queue, LW_QUEUE, static_cast<int>(unfinished)});
}
void lw_order_release(const void* object, lw_kind kind) {
  fake::write({"order_release", object, kind});
}
void lw_order_acquire(const void* object) { fake::write({"order_acquire", object}); }
void lw_variable_begin(const void* address, size_t, const char* name, const void* pc) {
  fake::write({"variable_begin", address, LW_VARIABLE, 0, nullptr, nullptr, pc,
               name == nullptr ? "" : name});
}
void lw_variable_end(const void* address) { fake::write({"variable_end", address, LW_VARIABLE}); }
void lw_access(const void* address, size_t, lw_access_kind kind, const void* pc) {
  fake::write({"access", address, LW_VARIABLE, static_cast<int>(kind), nullptr, nullptr, pc});
}
void lw_thread_name(const void* thread, const char* name) {
  fake::write({"thread_name", thread, LW_THREAD, 0, nullptr, nullptr, nullptr, name});
}
void lw_permit_taken(const void* semaphore, int flags, const void* pc) {
  fake::write({"permit_taken", semaphore, LW_SEMAPHORE, flags, nullptr, nullptr, pc});
}
void lw_permit_given(const void* semaphore, const void* pc) {
  fake::write({"permit_given", semaphore, LW_SEMAPHORE, 0, nullptr, nullptr, pc});
}
void lw_semaphore_begin(const void* semaphore, unsigned permits, int, const void* pc) {
  fake::write({"semaphore_begin", semaphore, LW_SEMAPHORE, static_cast<int>(permits), nullptr,
               nullptr, pc});
}
void lw_name(const void* object, const char* name) {
  if (fake::ignores_annotations()) return;
  fake::write({"name", object, LW_MUTEX, 0, nullptr, nullptr, nullptr, name});
}
void lw_assert_held(const void* lock, const void* pc) {
  if (fake::ignores_annotations()) return;
  fake::write({"assert_held", lock, LW_MUTEX, 0, nullptr, nullptr, pc});
}
void lw_declare_order(const void* before, const void* after) {
  if (fake::ignores_annotations()) return;
  fake::write({"declare_order", before, LW_MUTEX, 0, after});
}
void lw_forget(const void* lock) {
  if (fake::ignores_annotations()) return;
  fake::write({"forget", lock});
}
void lw_misuse(const char* rule, const char* variant, const void* object, lw_kind kind,
               const void* pc) {
  fake::write({"misuse", object, kind, 0, nullptr, nullptr, pc, std::string(rule) + "/" + variant});
}
}
