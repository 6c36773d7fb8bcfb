// tools/lockweave/symbols/elf_file.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads what Lockweave needs to know of an ELF file: how it is linked, which libraries it needs,
// whether it carries debug information, and which variable lies at an address.
// The file is not trusted: every offset is checked against its size; what does not fit is absent.
//
// Memory: the file is mapped read-only while the object lives. Thread-safety: none.
// Limits: 64-bit little-endian files are read in full; of others only class and machine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockweave::cli {

struct ElfFacts {
  bool is_64_bit = false;
  bool little_endian = false;
  std::uint16_t machine = 0;  // EM_X86_64...
  bool has_dynamic_section = false;
  std::string interpreter;          // "/lib64/ld-linux-x86-64.so.2"; empty: static, or a library
  std::vector<std::string> needed;  // DT_NEEDED, in order
  std::string build_id;             // hex
  bool has_debug_info = false;      // .debug_info (or .zdebug_info) inside the file
  bool has_symbol_table = false;    // .symtab
};

struct DataSymbol {
  std::string name;          // demangled
  std::uint64_t offset = 0;  // of the address inside the variable
};

struct CodeRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

class ElfFile {
 public:
  // Errors: nothing, and `error` says why: cannot be opened, or is no ELF file.
  static std::optional<ElfFile> open(const std::string& path, std::string& error);
  ElfFile(ElfFile&&) noexcept;
  ElfFile& operator=(ElfFile&&) noexcept;
  ~ElfFile();

  const ElfFacts& facts() const;
  // Is a function or variable of that (mangled) name defined here? Cost: linear in symbols.
  bool defines(std::string_view symbol) const;
  // The variable that covers `address` (a virtual address of the file: offset from the load bias).
  std::optional<DataSymbol> variable_at(std::uint64_t address) const;
  // The function that covers `address`. Cost: linear in symbols.
  std::optional<CodeRange> function_at(std::uint64_t address) const;
  // The (mangled) name of the function that begins at `address`; empty: none. Cost: linear in
  // symbols the first time, then one look-up.
  std::string function_named_at(std::uint64_t address) const;
  // The (mangled) name of what the loader puts into the slot at `address`; empty: nothing that has a
  // name. Cost: linear in relocations the first time, then one look-up.
  std::string imported_at(std::uint64_t slot) const;
  // The bytes of code in the file; empty if they are not there in full.
  std::string_view code(const CodeRange& range) const;

 private:
  struct Image;
  explicit ElfFile(std::unique_ptr<Image> image);
  std::unique_ptr<Image> image_;
};

// "ns::f(int)" for "_ZN2ns1fEi"; what is no mangled name comes back unchanged.
std::string demangled(const std::string& symbol);

}  // namespace lockweave::cli
