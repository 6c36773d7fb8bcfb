// tests/peers/healthy/event_loops.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// epoll, poll and select, each in a thread, woken in turn by events; all others wait untimed.
#include <poll.h>
#include <semaphore.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>

#include "asleep.h"

static int events[4];
static sem_t finished;

static void ring(int index) {
  const uint64_t one = 1;
  MUST(write(events[index], &one, sizeof one) == sizeof one);
}

static void* with_epoll(void* unused) {
  const int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  MUST(epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, events[0], &event) == 0);
  MUST(epoll_wait(epoll, &event, 1, -1) == 1);
  close(epoll);
  ring(1);
  return unused;
}

static void* with_poll(void* unused) {
  struct pollfd entry = {.fd = events[1], .events = POLLIN};
  MUST(poll(&entry, 1, -1) == 1);
  ring(2);
  return unused;
}

static void* with_select(void* unused) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(events[2], &set);
  MUST(select(events[2] + 1, &set, NULL, NULL, NULL) == 1);
  ring(3);
  return unused;
}

static void* with_read(void* unused) {
  uint64_t value;
  MUST(read(events[3], &value, sizeof value) == sizeof value);
  sem_post(&finished);
  return unused;
}

int main(void) {
  MUST(sem_init(&finished, 0, 0) == 0);
  for (int i = 0; i < 4; ++i) MUST((events[i] = eventfd(0, 0)) >= 0);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    until_asleep(parent, 0);
    ring(0);
    _exit(0);
  }
  const pthread_t threads[] = {started(with_epoll, NULL), started(with_poll, NULL),
                               started(with_select, NULL), started(with_read, NULL)};
  MUST(sem_wait(&finished) == 0);
  for (int i = 0; i < 4; ++i) joined(threads[i]);
  printf("child %d\n", status_of(child));
  return 0;
}
