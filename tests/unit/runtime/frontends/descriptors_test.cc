// tests/unit/runtime/frontends/descriptors_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What reads and writes of pipes, sockets and eventfds tell core. The front-end is compiled into the
// test, whose calls it interposes; the core that it asks is the few functions below.
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "lockweave/hooks.h"

namespace {

struct Told {
  std::string call;
  const void* key;
};
std::vector<Told> told;
std::atomic<bool> is_watched{true};
int entered = 0;

// The two ends of something.
class Ends {
 public:
  enum class Kind { kPipe, kSockets, kEventfd };
  explicit Ends(Kind kind) {
    if (kind == Kind::kPipe && pipe(files_) != 0) std::abort();
    if (kind == Kind::kSockets && socketpair(AF_UNIX, SOCK_STREAM, 0, files_) != 0) std::abort();
    if (kind == Kind::kEventfd) files_[0] = files_[1] = eventfd(0, EFD_NONBLOCK);
  }
  ~Ends() {
    close(files_[0]);
    if (files_[1] != files_[0]) close(files_[1]);
  }
  int reader() const { return files_[0]; }
  int writer() const { return files_[1]; }

 private:
  int files_[2];
};

using Kind = Ends::Kind;

template <class Body>
std::string calls_of(Body body) {
  told.clear();
  body();
  std::string calls;
  for (const Told& each : told) calls += (calls.empty() ? "" : " ") + each.call;
  return calls;
}
const void* key_of(const Ends& ends) {
  EXPECT_EQ(calls_of([&] { EXPECT_GT(write(ends.writer(), "12345678", 8), 0); }), "order_release");
  const void* key = told.at(0).key;
  char text[8];
  EXPECT_EQ(calls_of([&] { EXPECT_GT(read(ends.reader(), text, sizeof text), 0); }),
            "order_acquire");
  EXPECT_EQ(told.at(0).key, key);
  return key;
}

// As the kernel says; the state follows the name in parentheses.
bool sleeps(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string line;
  std::getline(file, line);
  return line.find(") S ") != std::string::npos;
}

}  // namespace

extern "C" {
int lw_enter(void) { return entered++ == 0 ? 1 : 0; }
void lw_leave(void) { entered = 0; }
void lw_about_to(lw_operation, const void*, lw_kind, int) {}
int lw_in_own_process(void) { return 1; }
int lw_watching(void) { return is_watched ? 1 : 0; }
void lw_order_release(const void* object, lw_kind kind) {
  EXPECT_EQ(kind, LW_QUEUE);
  told.push_back({"order_release", object});
}
void lw_order_acquire(const void* object) { told.push_back({"order_acquire", object}); }
ssize_t __read_chk(int file, void* to, std::size_t size, std::size_t room);
ssize_t __recv_chk(int socket, void* to, std::size_t size, std::size_t room, int flags);
ssize_t __recvfrom_chk(int socket, void* to, std::size_t size, std::size_t room, int flags,
                       sockaddr* from, socklen_t* from_size);
}

TEST(Descriptors, BothEndsHaveOneKey) {
  const Ends first(Kind::kPipe);
  const Ends second(Kind::kPipe);
  const Ends sockets(Kind::kSockets);
  const Ends more_sockets(Kind::kSockets);
  EXPECT_NE(key_of(first), key_of(second));
  EXPECT_EQ(key_of(sockets), key_of(more_sockets));  // peers cannot be told apart
  EXPECT_NE(key_of(sockets), key_of(first));
  key_of(Ends(Kind::kEventfd));
}

TEST(Descriptors, AllWaysToReadAndWriteAreSeen) {
  const Ends sockets(Kind::kSockets);
  char text[4] = {};
  iovec part{text, sizeof text};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  const int out = sockets.writer();
  const int in = sockets.reader();
  const std::string writes = calls_of([&] {
    EXPECT_EQ(write(out, text, 4), 4);
    EXPECT_EQ(writev(out, &part, 1), 4);
    EXPECT_EQ(send(out, text, 4, 0), 4);
    EXPECT_EQ(sendto(out, text, 4, 0, nullptr, 0), 4);
    EXPECT_EQ(sendmsg(out, &message, 0), 4);
    EXPECT_EQ(send(out, text, 4, 0), 4);
    EXPECT_EQ(send(out, text, 4, 0), 4);
    EXPECT_EQ(send(out, text, 4, 0), 4);
  });
  EXPECT_EQ(told.size(), 8U) << writes;
  const std::string reads = calls_of([&] {
    EXPECT_EQ(read(in, text, 4), 4);
    EXPECT_EQ(__read_chk(in, text, 4, sizeof text), 4);
    EXPECT_EQ(readv(in, &part, 1), 4);
    EXPECT_EQ(recv(in, text, 4, 0), 4);
    EXPECT_EQ(__recv_chk(in, text, 4, sizeof text, 0), 4);
    EXPECT_EQ(recvfrom(in, text, 4, 0, nullptr, nullptr), 4);
    EXPECT_EQ(__recvfrom_chk(in, text, 4, sizeof text, 0, nullptr, nullptr), 4);
    EXPECT_EQ(recvmsg(in, &message, 0), 4);
  });
  EXPECT_EQ(told.size(), 8U) << reads;
  const Ends counter(Kind::kEventfd);
  eventfd_t value = 0;
  EXPECT_EQ(calls_of([&] {
              EXPECT_EQ(eventfd_write(counter.writer(), 3), 0);
              EXPECT_EQ(eventfd_read(counter.reader(), &value), 0);
              EXPECT_NE(eventfd_read(counter.reader(), &value), 0);  // empty: nothing to take over
            }),
            "order_release order_acquire");
  EXPECT_EQ(value, 3U);
}

TEST(Descriptors, WhatGotNothingOrdersNothing) {
  char text[4];
  Ends empty(Kind::kPipe);
  fcntl(empty.reader(), F_SETFL, O_NONBLOCK);
  EXPECT_EQ(calls_of([&] {
              EXPECT_EQ(read(empty.reader(), text, sizeof text), -1);
              EXPECT_EQ(errno, EAGAIN);
            }),
            "");
  EXPECT_EQ(calls_of([&] {
              EXPECT_EQ(read(-1, text, sizeof text), -1);
              EXPECT_EQ(errno, EBADF);
              EXPECT_EQ(write(-1, text, sizeof text), -1);
              EXPECT_EQ(errno, EBADF);
            }),
            "");
}

TEST(Descriptors, FilesAndDevicesOrderNothing) {
  char text[4] = {};
  const int zero = open("/dev/zero", O_RDWR);
  FILE* file = tmpfile();
  EXPECT_EQ(calls_of([&] {
              EXPECT_EQ(read(zero, text, sizeof text), 4);
              EXPECT_EQ(write(zero, text, sizeof text), 4);
              EXPECT_EQ(write(fileno(file), text, sizeof text), 4);
            }),
            "");
  fclose(file);
  close(zero);
}

TEST(Descriptors, ErrnoIsKept) {
  const Ends ends(Kind::kPipe);
  errno = 77;
  EXPECT_EQ(write(ends.writer(), "x", 1), 1);
  char text = 0;
  EXPECT_EQ(read(ends.reader(), &text, 1), 1);
  EXPECT_EQ(errno, 77);
  EXPECT_EQ(text, 'x');
}

TEST(Descriptors, NothingIsToldWhileNobodyWatches) {
  is_watched = false;
  const Ends ends(Kind::kPipe);
  entered = 0;
  char text = 0;
  EXPECT_EQ(calls_of([&] {
              EXPECT_EQ(write(ends.writer(), "x", 1), 1);
              EXPECT_EQ(read(ends.reader(), &text, 1), 1);
            }),
            "");
  is_watched = true;
}

// A thread that has slept in its read since before anybody watched must take over what came then.
TEST(Descriptors, ReadThatBeganBeforeTakesOver) {
  const Ends ends(Kind::kPipe);
  is_watched = false;
  char text = 0;
  told.clear();
  EXPECT_FALSE(sleeps(gettid()));  // looks up libc's functions, as the library does before threads
  std::atomic<pid_t> id{0};
  std::thread reader([&] {
    id = gettid();
    EXPECT_EQ(read(ends.reader(), &text, 1), 1);
  });
  while (id == 0 || !sleeps(id)) std::this_thread::yield();
  is_watched = true;
  EXPECT_EQ(write(ends.writer(), "x", 1), 1);
  reader.join();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].call, "order_release");
  EXPECT_EQ(told[1].call, "order_acquire");
}
