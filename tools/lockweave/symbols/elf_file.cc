// tools/lockweave/symbols/elf_file.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/elf_file.h"

#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <tuple>
#include <unordered_map>

namespace lockweave::cli {
struct ElfFile::Image {
  struct Variable {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
    std::string_view name;
  };

  // Where a name lies.
  struct FunctionName {
    std::string_view names;
    std::uint32_t offset = 0;
  };

  struct Import {
    const Elf64_Shdr* symbols = nullptr;
    std::uint64_t index = 0;
  };

  const char* data = nullptr;
  std::size_t size = 0;
  ElfFacts facts;
  std::vector<Elf64_Shdr> sections;
  std::vector<Elf64_Phdr> segments;
  mutable bool variables_read = false;
  mutable std::vector<Variable> variables;  // sorted by begin
  mutable bool functions_read = false;
  mutable std::unordered_map<std::uint64_t, FunctionName> functions;  // by where they begin
  mutable bool imports_read = false;
  mutable std::unordered_map<std::uint64_t, Import> imports;  // by slot

  ~Image() {
    if (data != nullptr) ::munmap(const_cast<char*>(data), size);
  }

  template <class T>
  bool read(std::uint64_t offset, T& value) const {
    if (offset > size || size - offset < sizeof(T)) return false;
    std::memcpy(&value, data + offset, sizeof(T));
    return true;
  }
  std::string_view bytes(std::uint64_t offset, std::uint64_t length) const {
    if (offset > size || size - offset < length) return {};
    return {data + offset, length};
  }
  static std::string_view text_at(std::string_view table, std::uint64_t offset) {
    if (offset >= table.size()) return {};
    const std::string_view rest = table.substr(offset);
    const auto end = rest.find('\0');
    return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
  }
  std::string_view section_bytes(const Elf64_Shdr& section) const {
    return section.sh_type == SHT_NOBITS ? std::string_view()
                                         : bytes(section.sh_offset, section.sh_size);
  }
  std::string_view linked_strings(const Elf64_Shdr& section) const {
    if (section.sh_link >= sections.size()) return {};
    return section_bytes(sections[section.sh_link]);
  }

  void read_headers(const Elf64_Ehdr& header);
  void read_segments();
  void read_sections(const Elf64_Ehdr& header);
  void read_dynamic(std::string_view table);
  void read_notes(std::string_view notes);
  std::uint64_t file_offset(std::uint64_t address) const;
  void read_variables() const;
  void read_functions() const;
  void read_imports() const;

  std::string symbol_name(const Elf64_Shdr& table, std::uint64_t index) const {
    const std::string_view symbols = section_bytes(table);
    if (index == 0 || index >= symbols.size() / sizeof(Elf64_Sym)) return {};
    Elf64_Sym symbol;
    std::memcpy(&symbol, symbols.data() + index * sizeof symbol, sizeof symbol);
    return std::string(text_at(linked_strings(table), symbol.st_name));
  }

  // Calls visit(symbol, names) for every symbol of both tables until it returns true. Its name is
  // text_at(names, symbol.st_name): reading it costs more than all else.
  template <class Visit>
  bool any_symbol(Visit visit) const {
    for (const Elf64_Shdr& section : sections) {
      if (section.sh_type != SHT_SYMTAB && section.sh_type != SHT_DYNSYM) continue;
      const std::string_view table = section_bytes(section);
      const std::string_view names = linked_strings(section);
      for (std::size_t at = 0; at + sizeof(Elf64_Sym) <= table.size(); at += sizeof(Elf64_Sym)) {
        Elf64_Sym symbol;
        std::memcpy(&symbol, table.data() + at, sizeof symbol);
        if (symbol.st_shndx == SHN_UNDEF) continue;
        if (visit(symbol, names)) return true;
      }
    }
    return false;
  }
};

std::optional<ElfFile> ElfFile::open(const std::string& path, std::string& error) {
  struct stat status {};
  // Asked first: to open a pipe may wait for ever, to open a device may do something.
  const bool other = ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
  const int fd = other ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || ::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    error = fd < 0 && !other ? std::strerror(errno) : "it is not a regular file";
    if (fd >= 0) ::close(fd);
    return std::nullopt;
  }
  auto image = std::make_unique<Image>();
  image->size = static_cast<std::size_t>(status.st_size);
  void* memory = image->size < EI_NIDENT
                     ? MAP_FAILED
                     : ::mmap(nullptr, image->size, PROT_READ, MAP_PRIVATE, fd, 0);
  ::close(fd);
  if (memory == MAP_FAILED || std::memcmp(memory, ELFMAG, SELFMAG) != 0) {
    if (memory != MAP_FAILED) ::munmap(memory, image->size);
    error = "it is not an ELF file";
    return std::nullopt;
  }
  image->data = static_cast<const char*>(memory);
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, image->data, EI_NIDENT);
  image->facts.is_64_bit = header.e_ident[EI_CLASS] == ELFCLASS64;
  image->facts.little_endian = header.e_ident[EI_DATA] == ELFDATA2LSB;
  std::uint16_t machine = 0;
  if (image->read(offsetof(Elf64_Ehdr, e_machine), machine)) image->facts.machine = machine;
  if (image->facts.is_64_bit && image->facts.little_endian) {
    if (!image->read(0, header)) {
      error = "its header is cut off";
      return std::nullopt;
    }
    image->read_headers(header);
  }
  return ElfFile(std::move(image));
}

void ElfFile::Image::read_headers(const Elf64_Ehdr& header) {
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    if (!read(header.e_phoff + i * sizeof segment, segment)) break;
    segments.push_back(segment);
  }
  read_sections(header);
  read_segments();
}

void ElfFile::Image::read_segments() {
  for (const Elf64_Phdr& segment : segments) {
    const std::string_view content = bytes(segment.p_offset, segment.p_filesz);
    if (segment.p_type == PT_INTERP) facts.interpreter = text_at(content, 0);
    if (segment.p_type == PT_NOTE) read_notes(content);
    if (segment.p_type == PT_DYNAMIC) {
      facts.has_dynamic_section = true;
      read_dynamic(content);
    }
  }
}

void ElfFile::Image::read_sections(const Elf64_Ehdr& header) {
  for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
    Elf64_Shdr section;
    if (!read(header.e_shoff + i * sizeof section, section)) break;
    sections.push_back(section);
  }
  if (header.e_shstrndx >= sections.size()) return;
  const std::string_view names = section_bytes(sections[header.e_shstrndx]);
  for (const Elf64_Shdr& section : sections) {
    const std::string_view name = text_at(names, section.sh_name);
    if (name == ".debug_info" || name == ".zdebug_info") facts.has_debug_info = true;
    if (section.sh_type == SHT_SYMTAB) facts.has_symbol_table = true;
  }
}

std::uint64_t ElfFile::Image::file_offset(std::uint64_t address) const {
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
        address - segment.p_vaddr < segment.p_filesz) {
      return segment.p_offset + (address - segment.p_vaddr);
    }
  }
  return size;
}

void ElfFile::Image::read_dynamic(std::string_view table) {
  std::uint64_t strings_address = 0;
  std::uint64_t strings_size = 0;
  std::vector<std::uint64_t> needed;
  for (std::size_t at = 0; at + sizeof(Elf64_Dyn) <= table.size(); at += sizeof(Elf64_Dyn)) {
    Elf64_Dyn entry;
    std::memcpy(&entry, table.data() + at, sizeof entry);
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_NEEDED) needed.push_back(entry.d_un.d_val);
    if (entry.d_tag == DT_STRTAB) strings_address = entry.d_un.d_ptr;
    if (entry.d_tag == DT_STRSZ) strings_size = entry.d_un.d_val;
  }
  const std::string_view strings = bytes(file_offset(strings_address), strings_size);
  for (const std::uint64_t offset : needed) {
    const std::string_view name = text_at(strings, offset);
    if (!name.empty()) facts.needed.emplace_back(name);
  }
}

void ElfFile::Image::read_notes(std::string_view notes) {
  constexpr auto kAligned = [](std::uint64_t n) { return (n + 3) & ~std::uint64_t{3}; };
  while (notes.size() >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr note;
    std::memcpy(&note, notes.data(), sizeof note);
    const std::uint64_t content = sizeof note + kAligned(note.n_namesz);
    const std::uint64_t next = content + kAligned(note.n_descsz);
    if (content + note.n_descsz > notes.size()) return;
    if (note.n_type == NT_GNU_BUILD_ID && notes.substr(sizeof note).starts_with("GNU")) {
      facts.build_id.clear();
      for (const char c : notes.substr(content, note.n_descsz)) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        facts.build_id += kDigits[static_cast<unsigned char>(c) >> 4];
        facts.build_id += kDigits[static_cast<unsigned char>(c) & 15];
      }
    }
    if (next >= notes.size()) return;
    notes.remove_prefix(next);
  }
}

void ElfFile::Image::read_variables() const {
  variables_read = true;
  any_symbol([this](const Elf64_Sym& symbol, std::string_view names) {
    if (ELF64_ST_TYPE(symbol.st_info) != STT_OBJECT || symbol.st_size == 0) return false;
    const std::string_view name = text_at(names, symbol.st_name);
    if (!name.empty()) variables.push_back({symbol.st_value, symbol.st_size, name});
    return false;
  });
  std::sort(variables.begin(), variables.end(), [](const Variable& a, const Variable& b) {
    return std::tie(a.begin, b.size, a.name) < std::tie(b.begin, a.size, b.name);
  });
}

// Of several at one place the first counts.
void ElfFile::Image::read_functions() const {
  functions_read = true;
  any_symbol([this](const Elf64_Sym& symbol, std::string_view names) {
    if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC)
      functions.try_emplace(symbol.st_value, FunctionName{names, symbol.st_name});
    return false;
  });
}

void ElfFile::Image::read_imports() const {
  imports_read = true;
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_RELA || section.sh_link >= sections.size()) continue;
    const std::string_view table = section_bytes(section);
    for (std::size_t at = 0; at + sizeof(Elf64_Rela) <= table.size(); at += sizeof(Elf64_Rela)) {
      Elf64_Rela relocation;
      std::memcpy(&relocation, table.data() + at, sizeof relocation);
      imports.try_emplace(relocation.r_offset,
                          Import{&sections[section.sh_link], ELF64_R_SYM(relocation.r_info)});
    }
  }
}

ElfFile::ElfFile(std::unique_ptr<Image> image) : image_(std::move(image)) {}
ElfFile::ElfFile(ElfFile&&) noexcept = default;
ElfFile& ElfFile::operator=(ElfFile&&) noexcept = default;
ElfFile::~ElfFile() = default;

const ElfFacts& ElfFile::facts() const { return image_->facts; }

bool ElfFile::defines(std::string_view symbol) const {
  return image_->any_symbol([symbol](const Elf64_Sym& its, std::string_view names) {
    return Image::text_at(names, its.st_name) == symbol;
  });
}

std::optional<DataSymbol> ElfFile::variable_at(std::uint64_t address) const {
  if (!image_->variables_read) image_->read_variables();
  const auto& all = image_->variables;
  auto after = std::upper_bound(
      all.begin(), all.end(), address,
      [](std::uint64_t value, const Image::Variable& variable) { return value < variable.begin; });
  while (after != all.begin()) {
    const Image::Variable& variable = *--after;
    if (address - variable.begin < variable.size) {
      return DataSymbol{demangled(std::string(variable.name)), address - variable.begin};
    }
    constexpr std::uint64_t kFarthest = std::uint64_t{64} << 20;
    if (address - variable.begin > kFarthest) break;
  }
  return std::nullopt;
}

std::optional<CodeRange> ElfFile::function_at(std::uint64_t address) const {
  std::optional<CodeRange> found;
  image_->any_symbol([&](const Elf64_Sym& symbol, std::string_view) {
    const bool covers = ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_size != 0 &&
                        address >= symbol.st_value && address - symbol.st_value < symbol.st_size;
    if (covers) found = CodeRange{symbol.st_value, symbol.st_value + symbol.st_size};
    return covers;
  });
  return found;
}

std::string ElfFile::function_named_at(std::uint64_t address) const {
  if (!image_->functions_read) image_->read_functions();
  const auto found = image_->functions.find(address);
  if (found == image_->functions.end()) return {};
  return std::string(Image::text_at(found->second.names, found->second.offset));
}

std::string ElfFile::imported_at(std::uint64_t slot) const {
  if (!image_->imports_read) image_->read_imports();
  const auto found = image_->imports.find(slot);
  if (found == image_->imports.end()) return {};
  return image_->symbol_name(*found->second.symbols, found->second.index);
}

std::string_view ElfFile::code(const CodeRange& range) const {
  if (range.end <= range.begin) return {};
  return image_->bytes(image_->file_offset(range.begin), range.end - range.begin);
}

std::string demangled(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &std::free);
  // A C variable `i` would demangle to the type name "int".
  return status == 0 && symbol.starts_with("_Z") ? std::string(text.get()) : symbol;
}

}  // namespace lockweave::cli
