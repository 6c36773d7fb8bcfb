// tests/peers/healthy/asynchronous_io.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A read completes in a helper thread of the C library, which posts; main sleeps in sem_wait.
#include <aio.h>
#include <semaphore.h>
#include <signal.h>

#include "asleep.h"

static sem_t complete;

static void on_complete(union sigval value) {
  (void)value;
  sem_post(&complete);
}

int main(void) {
  int ends[2];
  MUST(sem_init(&complete, 0, 0) == 0 && pipe(ends) == 0);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    until_asleep(parent, 0);
    MUST(write(ends[1], "hello", 5) == 5);
    _exit(0);
  }
  char text[8] = "";
  struct aiocb request = {.aio_fildes = ends[0], .aio_buf = text, .aio_nbytes = 5};
  request.aio_sigevent.sigev_notify = SIGEV_THREAD;
  request.aio_sigevent.sigev_notify_function = on_complete;
  MUST(aio_read(&request) == 0);
  MUST(sem_wait(&complete) == 0);
  printf("%s, child %d\n", text, status_of(child));
  return 0;
}
