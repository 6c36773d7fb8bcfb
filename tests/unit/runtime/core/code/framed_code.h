// tests/unit/runtime/core/code/framed_code.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code that is compiled without optimisation and keeps frame pointers: wrappers around a call as the
// standard library has them around a lock.
#pragma once

#include <cstddef>
#include <cstdint>

using SiteFunction = std::uint64_t (*)();

std::uint64_t framed_first(SiteFunction function);   // two functions that make one call
std::uint64_t framed_second(SiteFunction function);  // through the same wrappers
std::uint64_t framed_varying(std::size_t size, SiteFunction function);  // from a frame of any size
std::uint64_t framed_on_stack(void* stack, std::size_t size,
                              SiteFunction function);  // of framed_first
