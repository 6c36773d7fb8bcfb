// tests/analyzer/stubs/glib.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of GLib what the analyzer knows by name, as far as it parses: the sources are never linked.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif
typedef struct _GMutex {
  void* p;
} GMutex;
typedef struct _GRecMutex {
  void* p;
} GRecMutex;
void g_mutex_lock(GMutex* mutex);
int g_mutex_trylock(GMutex* mutex);
void g_mutex_unlock(GMutex* mutex);
void g_rec_mutex_lock(GRecMutex* mutex);
void g_rec_mutex_unlock(GRecMutex* mutex);
#ifdef __cplusplus
}
#endif
