// tests/peers/transparency/unloading.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A library with locks and statics is loaded and unloaded again and again, by a C program: the
// guards' functions are found although libstdc++ is not among the program's libraries.
// args: {dir}/plugin.so
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

int main(int count, char** arguments) {
  int total = 0;
  for (int i = 0; i < 20; ++i) {
    void* plugin = dlopen(count > 1 ? arguments[1] : "plugin.so", RTLD_NOW | RTLD_LOCAL);
    if (plugin == NULL) {
      puts(dlerror());
      return 1;
    }
    int (*use)(void) = (int (*)(void))dlsym(plugin, "use_locks");
    total += use();
    total -= dlclose(plugin);
  }
  printf("%d\n", total);
  return 0;
}
