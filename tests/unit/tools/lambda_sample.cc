// tests/unit/tools/lambda_sample.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lambdas called in the ways that programs call them, optimised. Each prints the name it should have,
// and where it is (a return address, offset from the load bias).
#include <link.h>

#include <cstdio>
#include <functional>
#include <thread>

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

[[gnu::noinline]] void call_from(const char* name) {
  const auto address = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  std::printf("%s %zu\n", name, address - load_bias());
}

// Keeps the call before it out of tail position: a jump leaves no return address.
void go_on() { asm volatile(""); }

}  // namespace

template <class Call>
void twice(Call call) {
  const auto both = [&] {
    call_from("twice::{lambda}");
    call();
  };
  both();
}

namespace bank {

int total = 0;

void in_a_thread(int amount) {
  std::thread teller([amount] {
    call_from("bank::in_a_thread::{lambda}");
    total += amount;
  });
  teller.join();
}

void as_a_function() {
  const std::function<void()> pay = [] {
    call_from("bank::as_a_function::{lambda}");
    go_on();
  };
  pay();
}

[[gnu::noinline]] void call_back(void (*function)()) { function(); }
void as_a_pointer() {
  call_back([] {
    call_from("bank::as_a_pointer::{lambda}");
    go_on();
  });
}

void on_the_spot() {
  const auto pay = [] {
    call_from("bank::on_the_spot::{lambda}");
    go_on();
  };
  pay();
  pay();
}

void handed_over() {
  twice([] { go_on(); });
}

}  // namespace bank

int main() {
  bank::in_a_thread(3);
  bank::as_a_function();
  bank::as_a_pointer();
  bank::on_the_spot();
  bank::handed_over();
}
