// tools/lockweave/records/symbolized_records.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The records with everything looked up that a person needs: stacks in source, names of locks and
// threads. Each is looked up once; ask `prefetch` for many stacks first, so that the symboliser
// gets one batch. Processes of one program share what is looked up: it is kept by code position, so
// the records of a thousand runs need hardly more than those of one.
//
// A lock is called by the name its user gave it; else by the variable it is or lies in
// ("bank+0x10"); else by where it was first seen ("mutex@bank.cpp:42").
// Thread-safety: none.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tools/lockweave/records/raw_findings.h"
#include "tools/lockweave/symbols/elf_file.h"
#include "tools/lockweave/symbols/symbolizer.h"

namespace lockweave::cli {

struct StackRef {
  std::size_t record = 0;
  Id id = 0;  // 0: no stack
  friend auto operator<=>(const StackRef&, const StackRef&) = default;
};

class SymbolizedRecords {
 public:
  SymbolizedRecords(Records records, SymbolCache& symbols);

  Records records() const { return records_; }
  const model::Record& record(std::size_t index) const { return records_[index]; }

  void prefetch(const std::set<StackRef>& stacks);
  // The stacks that tell about an object, a chain of held locks, a whole raw.
  void collect(const RawFinding& raw, std::set<StackRef>& stacks) const;

  // Innermost first, library frames left out; empty if there is no stack.
  const std::vector<model::Site>& stack(StackRef stack);
  // Called by the last owner of a std::shared_ptr?
  bool by_last_owner(StackRef stack);
  // The innermost shown frame, or an empty site.
  model::Site place(StackRef stack);

  const std::string& name(ObjectRef object);
  // What a variable is called in fingerprints: the same in every run and every process.
  std::string variable_key(ObjectRef variable);
  // Is it told by name or variable, so that the name is the same in every process?
  bool has_lasting_name(ObjectRef object);
  std::string thread_name(std::size_t record, Id thread) const;  // "main thread"
  std::string program(std::size_t record) const;                 // "bank_test"
  // Its first stack, or that of its first acquisition.
  StackRef first_stack(ObjectRef object) const;

 private:
  // A stack of any record: module (numbered over all records) and offset.
  using Positions = std::vector<std::pair<std::uint32_t, std::uint64_t>>;

  Positions positions_of(StackRef stack);
  std::optional<DataSymbol> symbol_at(std::string_view module, std::uint64_t offset);
  std::string variable_name(const model::Record& record, const model::Object& object);

  Records records_;
  SymbolCache& symbols_;
  std::map<std::string, std::uint32_t, std::less<>> module_numbers_;
  std::vector<std::string> modules_;
  std::map<Positions, std::vector<model::Site>> shown_;
  std::map<StackRef, const std::vector<model::Site>*> stacks_;  // into shown_
  std::map<ObjectRef, std::string> names_;
  std::map<std::string, std::optional<ElfFile>, std::less<>> files_;
  std::vector<std::map<Id, Id>> first_acquired_;  // per record: object -> stack
};

}  // namespace lockweave::cli
