// tests/e2e/programs/fork_under_locks.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks like unlocks of what another thread holds: a process forks with its locks taken, by handlers of
// pthread_atfork, and the child, which takes another lock meanwhile, gives them back. They are its own,
// although the C library's mutexes still name the thread by its kernel id in the parent. A grandchild does
// the same with what it inherited twice.
// expect-none
#include <pthread.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t room = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t cache = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t journal = PTHREAD_MUTEX_INITIALIZER;
static int entries;

static void take_all(void) {
  pthread_mutex_lock(&table);
  pthread_mutex_lock(&cache);
}

static void give_back_all(void) {
  pthread_mutex_unlock(&cache);
  pthread_mutex_unlock(&table);
}

static void write_journal(void) {
  pthread_mutex_lock(&journal);
  ++entries;
  pthread_mutex_unlock(&journal);
}

// The order of the journal and the others is the other way round here: nobody else is in the child.
static void give_back_in_child(void) {
  write_journal();
  give_back_all();
}

static void* use_all(void* unused) {
  pthread_mutex_lock(&journal);
  take_all();
  ++entries;
  give_back_all();
  pthread_mutex_unlock(&journal);
  return unused;
}

static void use_all_in_a_thread(void) {
  pthread_t user;
  pthread_create(&user, NULL, use_all, NULL);
  pthread_join(user, NULL);
}

static int status_of(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

int main(void) {
  pthread_atfork(take_all, give_back_all, give_back_in_child);
  use_all_in_a_thread();
  pthread_mutex_lock(&room);
  const pid_t child = fork();
  if (child == 0) {
    const pid_t grandchild = fork();
    write_journal();
    pthread_mutex_unlock(&room);
    use_all_in_a_thread();
    return grandchild != 0 && status_of(grandchild) != 0;
  }
  pthread_mutex_unlock(&room);
  return status_of(child) != 0;
}
