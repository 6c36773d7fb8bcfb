// tools/lockweave/symbols/wait_loops.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/wait_loops.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <set>
#include <vector>

#include "report/child_output.h"
#include "tools/lockweave/symbols/elf_file.h"

namespace lockweave::cli {
namespace {

struct Instruction {
  std::uint64_t address = 0;
  std::string_view mnemonic;
  std::string_view operands;
};

std::optional<std::uint64_t> hex_number(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

std::optional<Instruction> parse_line(std::string_view line) {
  line = without_blanks(line);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto address = hex_number(line.substr(0, colon));
  if (!address || line.substr(0, colon).find_first_not_of("0123456789abcdef") != line.npos) {
    return std::nullopt;
  }
  const std::string_view rest = without_blanks(line.substr(colon + 1));
  if (rest.empty()) return std::nullopt;
  const std::size_t gap = rest.find_first_of(" \t");
  Instruction instruction{*address, rest.substr(0, gap), {}};
  if (gap != std::string_view::npos) instruction.operands = without_blanks(rest.substr(gap));
  return instruction;
}

std::vector<Instruction> parse(std::string_view disassembly) {
  std::vector<Instruction> all;
  while (!disassembly.empty()) {
    const std::size_t end = disassembly.find('\n');
    if (auto instruction = parse_line(disassembly.substr(0, end))) all.push_back(*instruction);
    disassembly = end == std::string_view::npos ? "" : disassembly.substr(end + 1);
  }
  return all;
}

bool is_prefix(std::string_view mnemonic) {
  return mnemonic == "notrack" || mnemonic == "bnd" || mnemonic == "rep" || mnemonic == "repz";
}
bool ends_flow(std::string_view mnemonic) {
  return mnemonic.starts_with("ret") || mnemonic.starts_with("ud") || mnemonic == "hlt";
}
bool is_jump(std::string_view mnemonic) {
  return mnemonic.starts_with("j") || mnemonic.starts_with("loop");
}
bool is_unconditional(std::string_view mnemonic) { return mnemonic.starts_with("jmp"); }

// "0x2060 <_ZSt9terminatev@plt>" -> "_ZSt9terminatev"
std::string_view called_function(std::string_view operands) {
  const std::size_t begin = operands.find('<');
  if (begin == std::string_view::npos) return {};
  operands.remove_prefix(begin + 1);
  return operands.substr(0, operands.find_first_of("@>+"));
}

// What stands behind such a call belongs to something else. By name: nothing else in the code tells.
bool never_returns(std::string_view mnemonic, std::string_view operands) {
  if (!mnemonic.starts_with("call")) return false;
  constexpr std::string_view kNames[] = {
      "_Unwind_Resume",
      "__cxa_throw",
      "__cxa_rethrow",
      "__cxa_bad_cast",
      "__cxa_bad_typeid",
      "__cxa_throw_bad_array_new_length",
      "__cxa_call_terminate",
      "__clang_call_terminate",
      "_ZSt9terminatev",
      "abort",
      "exit",
      "_exit",
      "quick_exit",
      "pthread_exit",
      "__assert_fail",
      "__stack_chk_fail",
      "__chk_fail",
      "_ZN9lockweave6detail18raise_system_errorEi",
  };
  const std::string_view name = called_function(operands);
  if (name.starts_with("_ZSt") && name.find("__throw_") != name.npos) return true;
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

class ControlFlow {
 public:
  explicit ControlFlow(std::vector<Instruction> instructions)
      : instructions_(std::move(instructions)) {
    for (std::size_t i = 0; i < instructions_.size(); ++i) at_[instructions_[i].address] = i;
  }

  InLoop returns_to_call(std::uint64_t return_address) {
    const auto after = at_.find(return_address);
    if (after == at_.end() || after->second == 0) return InLoop::unknown;
    const std::size_t call = after->second - 1;
    std::vector<std::size_t> open{after->second};
    while (!open.empty()) {
      const std::size_t here = open.back();
      open.pop_back();
      if (here == call) return InLoop::yes;
      if (!seen_.insert(here).second) continue;
      if (!follow(here, open)) return InLoop::unknown;
    }
    return InLoop::no;
  }

 private:
  // False: nobody can say where it goes.
  bool follow(std::size_t here, std::vector<std::size_t>& open) const {
    std::string_view mnemonic = instructions_[here].mnemonic;
    std::string_view operands = instructions_[here].operands;
    if (is_prefix(mnemonic)) {
      const std::size_t gap = operands.find_first_of(" \t");
      mnemonic = operands.substr(0, gap);
      operands = gap == std::string_view::npos ? "" : without_blanks(operands.substr(gap));
    }
    if (ends_flow(mnemonic) || never_returns(mnemonic, operands)) return true;
    if (is_jump(mnemonic)) {
      if (operands.starts_with("*")) return false;
      const auto target = hex_number(operands);
      if (!target) return false;
      if (const auto inside = at_.find(*target); inside != at_.end())
        open.push_back(inside->second);
      if (is_unconditional(mnemonic)) return true;
    }
    if (here + 1 < instructions_.size()) open.push_back(here + 1);
    return true;
  }

  std::vector<Instruction> instructions_;
  std::map<std::uint64_t, std::size_t> at_;
  std::set<std::size_t> seen_;
};

std::optional<std::string> disassemble(const std::string& module, const CodeRange& range) {
  for (const char* tool : {"llvm-objdump-19", "llvm-objdump", "llvm-objdump-14"}) {
    auto text = output_of({tool, "--disassemble", "--no-show-raw-insn", "--no-leading-headers",
                           fmt::format("--start-address={:#x}", range.begin),
                           fmt::format("--stop-address={:#x}", range.end), module});
    if (text) return text;
  }
  return std::nullopt;
}

}  // namespace

InLoop call_in_loop(std::string_view disassembly, std::uint64_t return_address) {
  return ControlFlow(parse(disassembly)).returns_to_call(return_address);
}

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
  std::string error;
  const auto file = ElfFile::open(frame.module, error);
  const auto range = file ? file->function_at(frame.offset - 1) : std::nullopt;
  if (!range) return InLoop::unknown;
  const auto text = disassemble(frame.module, *range);
  if (!text) {
    note_ =
        "llvm-objdump is missing: waits without a predicate are not looked for "
        "(apt-get install llvm-19)";
    return InLoop::unknown;
  }
  entry->second = call_in_loop(*text, frame.offset);
  return entry->second;
}

}  // namespace lockweave::cli
