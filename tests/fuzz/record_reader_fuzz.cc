// tests/fuzz/record_reader_fuzz.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libFuzzer entry: any bytes as a record.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "use_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (!lockweave::model::fuzz::use_record({reinterpret_cast<const char*>(data), size}))
    std::abort();
  return 0;
}
