// model/record_reader.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a record back (record.h holds the entries and the writer's side).
// Allocates; not used inside the observed process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "model/record.h"

namespace lockweave::model {

// One whole record in memory. Entries keep the order of the file, and are numbered anew in it: the
// id of each is its place among the entries of its kind, from 1, whatever the file calls it. So ids
// index arrays, and a file with absurd ones asks for no memory. Every id an entry refers to is known
// to exist (the reader checks); `stack(id)` and friends return an empty entry for all others.
struct Record {
  std::string path;
  Header header;
  std::vector<Module> modules;
  std::vector<Stack> stacks;
  // Of threads and objects a later line with the same id replaces (name or kind learnt).
  std::vector<Thread> threads;
  std::vector<ThreadEnd> thread_ends;
  std::vector<Join> joins;
  std::vector<Object> objects;
  std::vector<Acquisition> acquisitions;
  std::vector<Observation> observations;
  std::vector<RawFinding> findings;
  std::vector<Order> orders;
  std::vector<Lost> losses;
  std::optional<End> end;  // absent: the process ended unseen, or is still running
  bool cut = false;        // the last line was incomplete and was left out
  // References to lines that are not there: what only described became "none", else the line was
  // left out.
  std::uint64_t unresolved = 0;

  const Module& module(Id id) const;
  const Stack& stack(Id id) const;
  const Thread& thread(Id id) const;
  const Object& object(Id id) const;
  const Acquisition& acquisition(Id id) const;

  Record();
  ~Record();
  Record(Record&&) noexcept;
  Record& operator=(Record&&) noexcept;

  struct Storage;  // owns the text and spans that the entries view
  std::unique_ptr<Storage> storage;
};

// Why a file could not be read, to be told as "path:line: message" and then the remedy.
struct ReadError {
  std::string path;
  std::size_t line = 0;  // 1-based; 0: the file as a whole
  std::string message;   // what is wrong, without the place
  std::string remedy;    // what to do
};

// Returns the record; on a malformed line in the middle everything before it is kept in `*partial`
// (when not null) and the error says where. A cut last line, and trailing NUL bytes that a killed
// process leaves, are not errors.
std::optional<Record> read_record(const std::filesystem::path& path, ReadError& error,
                                  Record* partial = nullptr);
// The same from memory, for tests and fuzzing.
std::optional<Record> read_record_text(std::string_view text, std::string path, ReadError& error,
                                       Record* partial = nullptr);

}  // namespace lockweave::model
