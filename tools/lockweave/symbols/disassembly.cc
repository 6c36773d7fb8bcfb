// tools/lockweave/symbols/disassembly.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/disassembly.h"

#include <capstone/capstone.h>
#include <elf.h>

#include <optional>
#include <string>
#include <string_view>

namespace lockweave::cli {
namespace {

class Decoder {
 public:
  explicit Decoder(const ElfFile& file) : file_(file) {
    open_ = cs_open(CS_ARCH_X86, CS_MODE_64, &handle_) == CS_ERR_OK;
    if (!open_) return;
    cs_option(handle_, CS_OPT_DETAIL, CS_OPT_ON);
    cs_option(handle_, CS_OPT_SKIPDATA, CS_OPT_ON);
  }
  ~Decoder() {
    if (open_) cs_close(&handle_);
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  std::vector<Instruction> decode(const CodeRange& range) {
    std::vector<Instruction> all;
    for_each(range, [&](const cs_insn& at) {
      all.push_back(translate(at));
      return true;
    });
    return all;
  }

 private:
  // Calls `visit` until it returns false.
  template <class Visit>
  void for_each(const CodeRange& range, Visit visit) {
    const std::string_view code = file_.code(range);
    if (!open_ || code.empty()) return;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(code.data());
    std::size_t left = code.size();
    std::uint64_t address = range.begin;
    cs_insn* at = cs_malloc(handle_);
    while (at != nullptr && cs_disasm_iter(handle_, &bytes, &left, &address, at)) {
      if (!visit(*at)) break;
    }
    if (at != nullptr) cs_free(at, 1);
  }

  bool in_group(const cs_insn& at, unsigned group) const {
    return cs_insn_group(handle_, &at, group);
  }

  Instruction translate(const cs_insn& at) {
    if (at.id == 0) return {at.address, Flow::unknown};  // data, or an instruction it does not know
    if (in_group(at, CS_GRP_RET) || traps(at)) return {at.address, Flow::end};
    if (in_group(at, CS_GRP_CALL)) {
      return {at.address, never_returns(called_function(at)) ? Flow::end : Flow::next};
    }
    if (!in_group(at, CS_GRP_JUMP)) return {at.address, Flow::next};
    const auto target = immediate(at);
    if (!target) return {at.address, Flow::computed};
    return {at.address, at.id == X86_INS_JMP ? Flow::jump : Flow::branch, *target};
  }

  static bool traps(const cs_insn& at) {
    return at.id == X86_INS_UD2 || at.id == X86_INS_UD0 || at.id == X86_INS_HLT;
  }

  static std::optional<std::uint64_t> immediate(const cs_insn& at) {
    const cs_x86& x86 = at.detail->x86;
    if (x86.op_count != 1 || x86.operands[0].type != X86_OP_IMM) return std::nullopt;
    return static_cast<std::uint64_t>(x86.operands[0].imm);
  }

  // The address that "[rip + displacement]" means.
  static std::optional<std::uint64_t> slot(const cs_insn& at) {
    const cs_x86& x86 = at.detail->x86;
    if (x86.op_count != 1 || x86.operands[0].type != X86_OP_MEM) return std::nullopt;
    if (x86.operands[0].mem.base != X86_REG_RIP) return std::nullopt;
    return at.address + at.size + static_cast<std::uint64_t>(x86.operands[0].mem.disp);
  }

  std::string called_function(const cs_insn& call) {
    if (const auto through = slot(call)) return file_.imported_at(*through);
    const auto target = immediate(call);
    if (!target) return {};
    std::string name = file_.function_named_at(*target);
    return name.empty() ? behind_linkage_table(*target) : name;
  }

  // An entry of the procedure linkage table jumps through the slot of its function.
  std::string behind_linkage_table(std::uint64_t entry) {
    constexpr std::uint64_t kEntrySize = 16;
    std::string name;
    for_each({entry, entry + kEntrySize}, [&](const cs_insn& at) {
      if (at.id != X86_INS_JMP) return true;
      if (const auto through = slot(at)) name = file_.imported_at(*through);
      return false;
    });
    return name;
  }

  const ElfFile& file_;
  csh handle_ = 0;
  bool open_ = false;
};

}  // namespace

std::vector<Instruction> decode(const ElfFile& file, const CodeRange& function) {
  if (file.facts().machine != EM_X86_64) return {};
  return Decoder(file).decode(function);
}

}  // namespace lockweave::cli
