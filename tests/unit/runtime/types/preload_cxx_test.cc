// tests/unit/runtime/types/preload_cxx_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The types in a program that knows nothing of the runtime: exit code 0 when the hooks were there,
// or not, as argv[1] says. See annotations_c_test.c.
#include <cstring>

#include "lockweave/lockweave.h"

int main(int argc, char** argv) {
  lockweave::mutex mutex;
  const std::lock_guard guard(mutex);
  if (argc < 2) return 0;
  const bool wanted = std::strcmp(argv[1], "present") == 0;
  return lockweave::detail::observed() == wanted ? 0 : 1;
}
