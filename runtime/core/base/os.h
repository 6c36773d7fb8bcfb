// runtime/core/base/os.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The few things the runtime asks of the kernel, as raw system calls: nothing here goes through an
// interposed function, takes a lock, allocates, or changes errno.
// Source of the conventions: x86-64 and aarch64 Linux syscall ABI (errors are -errno results).
#pragma once

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include <cstddef>
#include <cstdint>

namespace lockweave::os {

// Result of the kernel: >= 0, or -errno.
long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0);

inline int thread_id() { return static_cast<int>(call(SYS_gettid)); }
inline int process_id() { return static_cast<int>(call(SYS_getpid)); }
inline int parent_process_id() { return static_cast<int>(call(SYS_getppid)); }

inline void futex_wait(const void* word, int expected) {
  call(SYS_futex, reinterpret_cast<long>(word), FUTEX_WAIT_PRIVATE, expected);
}
inline void futex_wake(const void* word, int count) {
  call(SYS_futex, reinterpret_cast<long>(word), FUTEX_WAKE_PRIVATE, count);
}

// nullptr when the kernel refuses.
void* map_memory(std::size_t bytes);

void sleep_ns(long nanoseconds);
std::uint64_t monotonic_ms();  // of a clock that never goes back

// Writes all of it, or as much as the descriptor takes.
void write_all(int fd, const char* text, std::size_t size);

// In a sandbox the kernel may end the program for opening a file: from then on nothing here opens any,
// as if /proc were not there. Any thread.
void enter_sandbox();
bool in_sandbox();

// Reads a small file into `buffer` (always NUL-terminated); returns its length, or -errno.
long read_file(const char* path, char* buffer, std::size_t size);

// Makes the folder and those above it that are missing, for their owner only. Returns 0, also if it is there, or -errno.
long make_folders(const char* path);

[[noreturn]] void exit_process(int status);

// State letter of a task of this process ('R', 'S', 'D', 'T', 'Z'...), 0 when it is gone.
char task_state(int tid);

// Where a task of this process sleeps in the kernel for a futex; `word` 0: it does not, or that cannot be told.
struct FutexSleep {
  std::uintptr_t word = 0;
  std::uintptr_t stack_pointer = 0;
  std::uintptr_t pc = 0;
};
FutexSleep futex_sleep_of(int tid);

// Is the page of `address` mapped private (not shared with another process)? Reads /proc.
bool is_private_memory(std::uintptr_t address);

// Where the memory at `address` comes from, if it is shared with other processes: the file's device
// (with the running system's id mixed in), its inode, and the offset of `address` in it.
struct FilePlace {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;  // 0: private memory, or /proc cannot be read
  std::uint64_t offset = 0;
};
FilePlace shared_place(std::uintptr_t address);

// Calls `visit(tid, state)` for each task of this process. Returns false if /proc cannot be read.
using TaskVisitor = void (*)(void* context, int tid, char state);
bool for_each_task(TaskVisitor visit, void* context);

}  // namespace lockweave::os
