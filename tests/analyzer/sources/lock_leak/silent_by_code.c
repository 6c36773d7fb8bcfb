/* tests/analyzer/sources/lock_leak/silent_by_code.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * 0: the page is locked and the caller goes on with it; else it is not. */
#include <pthread.h>

struct page {
  pthread_mutex_t mutex;
  int room;
};

int begin_write(struct page* page, int size) {
  int result = -1;
  if (size == 0) return result;
  pthread_mutex_lock(&page->mutex);
  if (page->room >= size) {
    page->room -= size;
    return 0;
  }
  pthread_mutex_unlock(&page->mutex);
  return result;
}
void end_write(struct page* page) { pthread_mutex_unlock(&page->mutex); }
int write_page(struct page* page) {
  if (begin_write(page, 3) != 0) return 1;
  end_write(page);
  return 0;
}
