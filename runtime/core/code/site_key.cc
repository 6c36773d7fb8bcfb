// runtime/core/code/site_key.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/code/site_key.h"

#include "runtime/core/code/frame_walk.h"
#include "runtime/core/code/own_code.h"

namespace lockweave::core {

constinit std::atomic<FramedPlace> framed_places[kFramedEntries];

namespace {

constexpr std::uint32_t kFramesDigested = 4;  // std::lock_guard, std::mutex, __gthread, the user
constexpr std::uint32_t kFramesBefore = 4;    // between the hook's caller and `pc`: drop-in types

// A frame that a function with a frame pointer has pushed: the caller's frame pointer, and above it the
// return address. `pointer` need not be one.
struct Frame {
  std::uintptr_t pointer;
  std::uintptr_t return_address;
};

// The outermost frame of this library's; all of them keep frame pointers.
__attribute__((always_inline)) inline const Frame* outermost_of_ours() {
  auto* frame = static_cast<const Frame*>(__builtin_frame_address(0));
  while (is_ours(frame->return_address)) frame = reinterpret_cast<const Frame*>(frame->pointer);
  return frame;
}

// The frame of the function that `frame` returns to; nullptr: it may be anywhere.
__attribute__((always_inline)) inline const Frame* outside(const Frame* frame) {
  const FramedPlace known = framed_slot(frame->return_address).load(std::memory_order_relaxed);
  if (!known.is_at(frame->return_address)) return nullptr;
  std::uintptr_t outer = frame->pointer;
  if (outer - reinterpret_cast<std::uintptr_t>(frame) != known.frame_size()) return nullptr;
  asm("" : "+r"(outer));  // not the sum instead: the processor need not wait for the table then
  return reinterpret_cast<const Frame*>(outer);
}

bool remember(std::uintptr_t pc, std::uintptr_t size) {
  if (!FramedPlace::fits(pc, size)) return false;
  const FramedPlace place(pc, size);
  std::atomic<FramedPlace>& slot = framed_slot(pc);
  if (slot.load(std::memory_order_relaxed) == place) return false;
  slot.store(place, std::memory_order_relaxed);
  return true;
}

}  // namespace

namespace {

struct KnownSite {
  std::uint64_t digest;
  bool complete;  // of as many addresses as can be
};

__attribute__((always_inline)) inline KnownSite known_site(const void* pc) {
  std::uint64_t digest = reinterpret_cast<std::uint64_t>(pc);
  const Frame* frame = outermost_of_ours();
  for (std::uint32_t i = 0; frame->return_address != digest; ++i) {
    frame = i < kFramesBefore ? outside(frame) : nullptr;
    if (frame == nullptr) return {digest, false};
  }
  for (std::uint32_t i = 1; i < kFramesDigested; ++i) {
    frame = outside(frame);
    if (frame == nullptr) return {digest, false};
    digest = (digest ^ frame->return_address) * 0x9E3779B97F4A7C15ULL;
  }
  return {digest, true};
}

// Does the caller's register point to where a frame can be? In code without frame pointers seldom.
bool may_be_framed(const Frame* frame) {
  const std::uintptr_t distance = frame->pointer - reinterpret_cast<std::uintptr_t>(frame);
  return distance > 0 && FramedPlace::fits(frame->return_address, distance);
}

}  // namespace

__attribute__((noinline)) std::uint64_t framed_site(const void* pc) {
  return known_site(pc).digest;
}

__attribute__((noinline)) bool learn_framing(const void* pc) {
  if (!may_be_framed(outermost_of_ours()) || known_site(pc).complete) return false;
  FrameWalk walk(registers_here());
  do {
    if (!walk.step()) return false;
  } while (is_ours(walk.pc()));
  bool learnt = false;
  std::uint32_t left = kFramesBefore + kFramesDigested - 1;
  for (; left > 0; --left) {
    const std::uintptr_t inner = walk.pc();
    if (inner == reinterpret_cast<std::uintptr_t>(pc) && left >= kFramesDigested) {
      left = kFramesDigested - 1;
    }
    const std::uintptr_t pushed = walk.stack_pointer() - sizeof(Frame);
    const std::uintptr_t pointer = walk.frame_pointer();
    if (!walk.step() || walk.interrupted()) return learnt;
    // Pushed first thing, and still what the register says: a frame pointer.
    const std::uintptr_t frame = walk.stack_pointer() - sizeof(Frame);
    if (pointer != frame || frame % sizeof(Frame) != 0 ||
        reinterpret_cast<const Frame*>(frame)->pointer != walk.frame_pointer()) {
      return learnt;
    }
    learnt = remember(inner, frame - pushed) || learnt;
  }
  return learnt;
}

void forget_framing() {
  for (auto& place : framed_places) place.store({}, std::memory_order_relaxed);
}

}  // namespace lockweave::core
