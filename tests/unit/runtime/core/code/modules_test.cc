// tests/unit/runtime/core/code/modules_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of modules over a loader that has more of them than any process: the test defines what is
// loaded at the addresses of one mapping; of all others the C library tells.
#include "runtime/core/code/modules.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>
#include <sys/mman.h>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kPlaces = 256;
std::uintptr_t places;  // as many pages without an ELF header
link_map loaded{};      // at each of them
char library[] = "plugin";

}  // namespace

extern "C" int _dl_find_object(void* address, dl_find_object* found) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  if (places == 0 || at - places >= kPlaces * kPage) {
    static auto* const real =
        reinterpret_cast<int (*)(void*, dl_find_object*)>(dlsym(RTLD_NEXT, "_dl_find_object"));
    return real(address, found);
  }
  *found = {};
  found->dlfo_map_start = reinterpret_cast<void*>(at & ~(kPage - 1));
  found->dlfo_map_end = static_cast<char*>(found->dlfo_map_start) + kPage;
  found->dlfo_link_map = &loaded;
  return 0;
}

namespace lockweave::core {
namespace {

class Modules : public testing::Test {
 protected:
  void SetUp() override {
    void* memory = mmap(nullptr, kPlaces * kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    loaded.l_name = library;
    places = reinterpret_cast<std::uintptr_t>(memory);
  }
};

// A program that builds, loads and unloads a plug-in of another name each time.
TEST_F(Modules, BeyondTheLimitAreCountedAndTakeNoMemory) {
  std::uintptr_t next = 0;
  const auto load_another = [&] {
    loaded.l_addr = ++next;  // another place, so another module
    return module_id_at(places + next % kPlaces * kPage);
  };
  std::uint32_t last = 0;
  for (std::uint32_t id = load_another(); id != 0; id = load_another()) {
    ASSERT_EQ(id, last + 1);
    last = id;
  }
  EXPECT_GT(last, 60000U);
  EXPECT_NE(module_by_id(last), nullptr);
  const std::uint64_t lost_before = lost(Loss::modules);
  const std::size_t mapped = arena.bytes_mapped();
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(load_another(), 0U);
  EXPECT_EQ(lost(Loss::modules), lost_before + 2000);
  EXPECT_EQ(arena.bytes_mapped(), mapped);
}

}  // namespace
}  // namespace lockweave::core
