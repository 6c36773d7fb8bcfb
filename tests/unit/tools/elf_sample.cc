// tests/unit/tools/elf_sample.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints where its variables lie (offset from the load bias), so that a test can ask the ELF reader
// what lies there.
#include <link.h>

#include <cstdio>
#include <mutex>

namespace sample {
struct Account {
  int balance = 0;
  std::mutex mu;
};
Account account;
std::mutex free_standing;
}  // namespace sample

namespace {

std::uintptr_t load_bias() {
  std::uintptr_t bias = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        *static_cast<std::uintptr_t*>(result) = info->dlpi_addr;
        return 1;
      },
      &bias);
  return bias;
}

}  // namespace

// The stack of a call holds the address behind it; the line is that of the call.
[[gnu::noinline]] void* return_address() { return __builtin_return_address(0); }
void* call_here() {
  void* address = return_address();
  return address;
}

int main() {
  const std::uintptr_t bias = load_bias();
  std::printf("%zu %zu %zu\n", reinterpret_cast<std::uintptr_t>(&sample::account.mu) - bias,
              reinterpret_cast<std::uintptr_t>(&sample::free_standing) - bias,
              reinterpret_cast<std::uintptr_t>(call_here()) - bias);
}
