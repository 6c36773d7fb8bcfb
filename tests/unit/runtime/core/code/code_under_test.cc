// tests/unit/runtime/core/code/code_under_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/unit/runtime/core/code/code_under_test.h"

#include <link.h>

#include "runtime/core/base/tls.h"
#include "runtime/core/code/frame_rule.h"
#include "runtime/core/code/modules.h"
#include "runtime/core/code/site_key.h"

#define TEST_EXPORT __attribute__((visibility("default"), noinline))

using namespace lockweave::core;

namespace {

struct Count {
  std::size_t looked_at = 0;
  std::size_t failed = 0;
};

void look_at(std::uintptr_t pc, Count& count) {
  UnwindEntry entry;
  FrameRule rule;
  if (!find_unwind_entry(pc, entry)) return;
  for (const std::uintptr_t at : {entry.begin, (entry.begin + entry.end) / 2, entry.end - 1}) {
    ++count.looked_at;
    if (!make_frame_rule(entry, at, rule)) ++count.failed;
  }
}

int look_at_module(dl_phdr_info* info, std::size_t, void* context) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    if (info->dlpi_phdr[i].p_type != PT_GNU_EH_FRAME) continue;
    const std::uintptr_t index = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    const auto* words = reinterpret_cast<const std::int32_t*>(index);
    for (std::int32_t row = 0; row < words[2]; ++row) {
      look_at(index + static_cast<std::uintptr_t>(std::intptr_t{words[3 + 2 * row]}),
              *static_cast<Count*>(context));
    }
  }
  return 0;
}

}  // namespace

extern "C" {

TEST_EXPORT void capture_here(Trace* trace) { capture(*trace, __builtin_return_address(0)); }

TEST_EXPORT void capture_nowhere(Trace* trace) { capture(*trace, reinterpret_cast<void*>(1)); }

TEST_EXPORT void know_stack(std::uintptr_t low, std::uintptr_t high) {
  tls.stack_low = low;
  tls.stack_high = high;
}

TEST_EXPORT std::uint64_t site_here() {
  const std::uint64_t key = site_key(__builtin_return_address(0));
  return key;
}

TEST_EXPORT std::uint64_t learn_here() {
  const bool learnt = learn_framing(__builtin_return_address(0));
  return learnt ? 1 : 0;
}

TEST_EXPORT void forget_sites() { forget_framing(); }

TEST_EXPORT std::size_t look_at_all_rules(std::size_t* failed) {
  Count count;
  dl_iterate_phdr(look_at_module, &count);
  *failed = count.failed;
  return count.looked_at;
}

TEST_EXPORT Interned intern_for_test(const Trace& trace) {
  InternedStack* stack = intern_stack(trace);
  return {stack, stack->id, stack->modules()[0]};
}

TEST_EXPORT std::uint32_t module_of_stack(const Interned& interned) {
  return interned.stack->modules()[0];
}

TEST_EXPORT void begin_unloading() { unloading_begins(); }
TEST_EXPORT void end_unloading() { unloading_ends(); }

}  // extern "C"
