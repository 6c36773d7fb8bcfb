// runtime/frontends/loader.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dynamic loader's lock (runtime/core/state/loader_lock.h), from the side of the calls that take it.
//
// | call                        | events                                                            |
// |-----------------------------|-------------------------------------------------------------------|
// | dlopen, dlmopen             | passed, loader_call; when contended block_begin, block_end        |
// | dlclose (control_flow.cc)   | the same                                                          |
// | __cxa_thread_atexit_impl    | the same: the first use of a thread_local with a destructor       |
//
// A contended lock is waited for here, given back at once, and then taken by the loader: so a wait that does
// not end is one like any other, and only who is overtaken in between sleeps in the loader itself.
// dlopen searches the run path of the module that calls it, so the call cannot be made from here: it is
// jumped to, with the caller's return address.
// Not told: what takes the lock for a moment and runs no code of the program's (dlsym, dladdr), and libraries
// that the C library loads for itself. Who sleeps there, the kernel knows.
#include "runtime/frontends/loader.h"

#include <link.h>

#include "runtime/frontends/mutex.h"
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

constinit pthread_mutex_t* load_lock = nullptr;

bool is_recursive(const pthread_mutex_t& mutex) {
  return mutex.__data.__kind == PTHREAD_MUTEX_RECURSIVE_NP;
}

bool is_free(const pthread_mutex_t& mutex) {
  return mutex.__data.__owner == 0 && mutex.__data.__lock == 0 && mutex.__data.__count == 0;
}

// ld.so keeps its locks side by side in one exported object. Which they are is seen from inside of
// dl_iterate_phdr, which holds the second one: the first is before it.
// Source: glibc sysdeps/generic/ldsodefs.h, struct rtld_global.
struct Search {
  char* begin = nullptr;
  std::size_t size = 0;
  pthread_mutex_t* held = nullptr;

  static int look(dl_phdr_info*, std::size_t, void* self) {
    auto& search = *static_cast<Search*>(self);
    for (std::size_t at = 0; at + sizeof(pthread_mutex_t) <= search.size; at += alignof(void*)) {
      auto* mutex = reinterpret_cast<pthread_mutex_t*>(search.begin + at);
      const auto& words = mutex->__data;
      const bool mine = words.__owner == gettid() && words.__count == 1 && words.__lock != 0;
      if (mine && is_recursive(*mutex)) search.held = mutex;
    }
    return 1;
  }
};

Search find_locks() {
  Search search;
  void* const globals = dlsym(RTLD_DEFAULT, "_rtld_global");
  Dl_info info;
  void* entry = nullptr;
  if (globals == nullptr || dladdr1(globals, &info, &entry, RTLD_DL_SYMENT) == 0 ||
      entry == nullptr) {
    return search;
  }
  search.begin = static_cast<char*>(globals);
  search.size = static_cast<const ElfW(Sym)*>(entry)->st_size;
  dl_iterate_phdr(Search::look, &search);
  return search;
}

}  // namespace

// Not where another library wraps the mutex functions: it would see locks that the program does not take.
void prepare_loader() {
  if (!real().mutexes_are_glibcs) return;
  const Search found = find_locks();
  if (found.held == nullptr || reinterpret_cast<char*>(found.held) == found.begin) return;
  pthread_mutex_t* first = found.held - 1;
  if (!is_recursive(*first) || !is_free(*first)) return;
  lw_loader_locks(first, found.held);
  load_lock = first;
}

void before_loader_call(const void* pc) {
  const Operation operation;
  if (!operation || load_lock == nullptr || lw_owns(load_lock->__data.__owner) != 0) return;
  lw_passed(load_lock, LW_RECURSIVE_MUTEX, pc);
  lw_loader_call(pc);
  if (load_lock->__data.__owner == 0) return;
  {
    const MutexWait wait(load_lock, 0, pc);
    lock_for_long(load_lock);
  }
  real().pthread_mutex_unlock(load_lock);
}

}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int __cxa_thread_atexit_impl(void (*function)(void*), void* object, void* library) {
  before_loader_call(LW_CALLER);
  return real().__cxa_thread_atexit_impl(function, object, library);
}

#if defined(__x86_64__)
// What the functions below jump to.
__attribute__((used, visibility("hidden"))) void* lockweave_before_dlopen(const void* pc) {
  before_loader_call(pc);
  return reinterpret_cast<void*>(real().dlopen);
}
__attribute__((used, visibility("hidden"))) void* lockweave_before_dlmopen(const void* pc) {
  before_loader_call(pc);
  return reinterpret_cast<void*>(real().dlmopen);
}

// All code of this library keeps frame pointers (runtime/core/code/own_code.h).
#define LW_JUMP_THROUGH(name)              \
  asm(".text\n"                            \
      ".globl " #name                      \
      "\n"                                 \
      ".type " #name ", @function\n" #name \
      ":\n"                                \
      ".cfi_startproc\n"                   \
      "endbr64\n"                          \
      "push %rbp\n"                        \
      ".cfi_def_cfa_offset 16\n"           \
      ".cfi_offset %rbp, -16\n"            \
      "mov %rsp, %rbp\n"                   \
      ".cfi_def_cfa_register %rbp\n"       \
      "push %rdi\n"                        \
      "push %rsi\n"                        \
      "push %rdx\n"                        \
      "sub $8, %rsp\n"                     \
      "mov 8(%rbp), %rdi\n"                \
      "call lockweave_before_" #name       \
      "\n"                                 \
      "add $8, %rsp\n"                     \
      "pop %rdx\n"                         \
      "pop %rsi\n"                         \
      "pop %rdi\n"                         \
      "pop %rbp\n"                         \
      ".cfi_def_cfa %rsp, 8\n"             \
      "jmp *%rax\n"                        \
      ".cfi_endproc\n"                     \
      ".size " #name ", .-" #name "\n")

LW_JUMP_THROUGH(dlopen);
LW_JUMP_THROUGH(dlmopen);
#endif

}  // extern "C"
