// runtime/frontends/descriptors.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pipes, fifos, sockets and eventfds order by design: what one thread did before it wrote comes before
// what another does after it has read.
//
// | call                                                    | events                            |
// |---------------------------------------------------------|-----------------------------------|
// | write, writev, send, sendto, sendmsg, eventfd_write     | order_release, before the call        |
// | read, readv, recv, recvfrom, recvmsg, eventfd_read, and | order_acquire, after it, when it got  |
// | what fortified calls become                             | something                         |
//
// Until order is of interest a call costs one test more. The test of a read comes after it: a thread
// may have slept in it since before.
//
// Both ends are found by one number. A pipe's or fifo's is its inode; all eventfds share the kernel's
// one inode, and all sockets are made one here, since the ends of a connection have different inodes.
// Numbers are folded into kKeys places: two descriptors that share one order more than they do in
// truth, which hides a race at worst and never invents one. Nothing grows with the number of pipes.
//
// Not seen: stdio's own reads and writes, the end of a pipe (close), sendfile, splice, the mmsg calls,
// poll, io_uring; and what another process sends orders nothing in this one.
#include <errno.h>
#include <sys/stat.h>

#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

constexpr std::size_t kKeys = 256;
constinit char keys[kKeys] = {};  // only their addresses are used; the first is that of sockets

// Null: a file or a device, which orders nothing.
const void* key_of(int file) {
  struct stat status;
  if (fstat(file, &status) != 0) return nullptr;
  const auto kind = status.st_mode & S_IFMT;
  if (kind == S_IFSOCK) return &keys[0];
  constexpr mode_t kNoKind = 0;  // eventfd and its like
  if (kind != S_IFIFO && kind != kNoKind) return nullptr;
  return &keys[1 + status.st_ino % (kKeys - 1)];
}

template <class Tell>
__attribute__((noinline)) void tell_order(int file, Tell tell) {
  if (lw_in_own_process() == 0) return;
  const Operation operation;
  if (!operation) return;
  const int kept_errno = errno;
  const void* key = key_of(file);
  if (key != nullptr) tell(key);
  errno = kept_errno;
}

void before_write(int file) {
  if (lw_watching() == 0) [[likely]]
    return;
  tell_order(file, [](const void* key) { lw_order_release(key, LW_QUEUE); });
}

template <class Result>
Result after_read(int file, Result result, bool got_something) {
  if (lw_watching() != 0 && got_something) [[unlikely]]
    tell_order(file, [](const void* key) { lw_order_acquire(key); });
  return result;
}

ssize_t after_read(int file, ssize_t result) { return after_read(file, result, result > 0); }

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT ssize_t read(int file, void* to, std::size_t size) {
  return after_read(file, real().read(file, to, size));
}

LW_EXPORT ssize_t __read_chk(int file, void* to, std::size_t size, std::size_t room) {
  return after_read(file, real().__read_chk(file, to, size, room));
}

LW_EXPORT ssize_t readv(int file, const iovec* parts, int count) {
  return after_read(file, real().readv(file, parts, count));
}

LW_EXPORT ssize_t recv(int socket, void* to, std::size_t size, int flags) {
  return after_read(socket, real().recv(socket, to, size, flags));
}

LW_EXPORT ssize_t __recv_chk(int socket, void* to, std::size_t size, std::size_t room, int flags) {
  return after_read(socket, real().__recv_chk(socket, to, size, room, flags));
}

LW_EXPORT ssize_t recvfrom(int socket, void* __restrict to, std::size_t size, int flags,
                           sockaddr* __restrict from, socklen_t* __restrict from_size) {
  return after_read(socket, real().recvfrom(socket, to, size, flags, from, from_size));
}

LW_EXPORT ssize_t __recvfrom_chk(int socket, void* to, std::size_t size, std::size_t room,
                                 int flags, sockaddr* from, socklen_t* from_size) {
  return after_read(socket, real().__recvfrom_chk(socket, to, size, room, flags, from, from_size));
}

LW_EXPORT ssize_t recvmsg(int socket, msghdr* message, int flags) {
  return after_read(socket, real().recvmsg(socket, message, flags));
}

LW_EXPORT int eventfd_read(int file, eventfd_t* value) {
  const int result = real().eventfd_read(file, value);
  return after_read(file, result, result == 0);
}

LW_EXPORT ssize_t write(int file, const void* from, std::size_t size) {
  before_write(file);
  return real().write(file, from, size);
}

LW_EXPORT ssize_t writev(int file, const iovec* parts, int count) {
  before_write(file);
  return real().writev(file, parts, count);
}

LW_EXPORT ssize_t send(int socket, const void* from, std::size_t size, int flags) {
  before_write(socket);
  return real().send(socket, from, size, flags);
}

LW_EXPORT ssize_t sendto(int socket, const void* from, std::size_t size, int flags,
                         const sockaddr* to, socklen_t to_size) {
  before_write(socket);
  return real().sendto(socket, from, size, flags, to, to_size);
}

LW_EXPORT ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  before_write(socket);
  return real().sendmsg(socket, message, flags);
}

LW_EXPORT int eventfd_write(int file, eventfd_t value) {
  before_write(file);
  return real().eventfd_write(file, value);
}

}  // extern "C"
