// tools/lockweave/symbols/wait_loops.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/wait_loops.h"

#include "tools/lockweave/symbols/disassembly.h"

namespace lockweave::cli {

InLoop WaitLoops::judge(std::span<const CodePosition> frames) {
  InLoop answer = frames.empty() ? InLoop::unknown : InLoop::no;
  for (const CodePosition& frame : frames) {
    const InLoop in_loop = judge_frame(frame);
    if (in_loop == InLoop::yes) return InLoop::yes;
    if (in_loop == InLoop::unknown) answer = InLoop::unknown;
  }
  return answer;
}

InLoop WaitLoops::judge_frame(const CodePosition& frame) {
  const auto [entry, is_new] = known_.emplace(frame, InLoop::unknown);
  if (!is_new) return entry->second;
  const auto [at, is_new_file] = files_.try_emplace(frame.module);
  std::optional<ElfFile>& file = at->second;
  std::string error;
  if (is_new_file) file = ElfFile::open(frame.module, error);
  const auto range = file ? file->function_at(frame.offset - 1) : std::nullopt;
  if (!range) return InLoop::unknown;
  entry->second = call_in_loop(decode(*file, *range), frame.offset);
  return entry->second;
}

}  // namespace lockweave::cli
