// tests/fuzz/summary_reader_fuzz.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libFuzzer entry: any bytes as the summary of a unit.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "use_summary.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (!lockweave::analyzer::summary::fuzz::use_summary(bytes)) std::abort();
  return 0;
}
