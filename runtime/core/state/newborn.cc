// runtime/core/state/newborn.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/newborn.h"

namespace lockweave::core {
namespace {

struct Birth {
  std::uintptr_t begin = 0;
  std::size_t size = 0;
  std::uint64_t operations = 0;  // then, without births of objects
  std::uint32_t depth = 0;
};

constexpr std::uint32_t kRemembered = 8;

struct Births {
  Birth last[kRemembered];
  std::uint32_t count = 0;
  std::uint64_t objects = 0;
};
thread_local constinit Births births __attribute__((tls_model("initial-exec")));

std::uint64_t operations_of(const ThreadState& thread) {
  return thread.operations - births.objects;
}

// Has the thread done nothing since but begin objects and take locks that it still holds?
bool is_valid(const ThreadState& thread, const Birth& birth) {
  const std::uint64_t taken = std::uint64_t{thread.depth.load(std::memory_order_relaxed)} + 1;
  return birth.size > 0 && operations_of(thread) - birth.operations == taken - birth.depth;
}

}  // namespace

void note_birth(const ThreadState& thread, std::uintptr_t begin, std::size_t size) {
  births.last[births.count++ % kRemembered] = {begin, size, operations_of(thread),
                                               thread.depth.load(std::memory_order_relaxed)};
}

void note_object_birth(const ThreadState& thread, std::uintptr_t begin) {
  ++births.objects;
  note_birth(thread, begin, 1);
}

void forget_births() {
  for (Birth& birth : births.last) birth.size = 0;
}

BirthSignature signature_of_births(const ThreadState& thread) {
  BirthSignature signature{births.count, 0};
  for (std::uint32_t i = 0; i < kRemembered; ++i) {
    if (is_valid(thread, births.last[i])) signature.valid |= 1U << i;
  }
  return signature;
}

bool is_newborn(const ThreadState& thread, std::uintptr_t address) {
  for (const Birth& birth : births.last) {
    if (address - birth.begin < birth.size && is_valid(thread, birth)) return true;
  }
  return false;
}

}  // namespace lockweave::core
