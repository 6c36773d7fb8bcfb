// runtime/core/record/record_writer.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the record. Each `note_*` writes what it names, preceded by whatever it refers to that has
// not been written yet (stacks, modules, threads, objects, outer acquisitions), each once.
//
// Nothing is written for what never mattered: a lock that was never nested and had no finding leaves
// no line.
// A note reaches the file whole or not at all (record_file.h); the lines that could not be written are
// counted. Thread-safety: one raw lock around each note; nothing else is called while it is held.
// Without an open record every call does nothing: the detectors still work, nothing is kept. So it is in a
// process that was forked unseen (copied_memory.h); the record of its parent counts it.
#pragma once

#include "model/record.h"
#include "runtime/core/base/raw_lock.h"
#include "runtime/core/record/report.h"
#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

class RecordWriter {
 public:
  constexpr RecordWriter() = default;

  // Begins the record of this process in `directory`, which is made if it is missing. Returns 0 or
  // -errno.
  long open(const char* directory, bool root);
  const char* path() const;  // "" without a record

  void note_observation(Acquisition& node, ThreadState& thread, std::uint32_t segment);
  // By a thread that has been written: its state may be another's by now.
  void note_known_observation(Acquisition& node, Id thread, std::uint32_t segment);
  void note_thread(ThreadState& thread);
  void note_thread_end(ThreadState& thread);
  void note_join(ThreadState& joined, ThreadState& by);  // of a thread that is in the record
  void note_object(Object& object);  // its description changed since it was written
  // false: it is not in the record, so whoever submits it has to tell it. `number`: of it, from 0.
  bool note_finding(const Report& report, std::uint64_t* number = nullptr);
  void note_order(Object& before, Object& after);
  // Findings of the record, by number from 0.
  struct Round {
    std::uint64_t from = 0;
    std::uint64_t to = 0;  // not in it
  };
  void begin_round();
  // Before the first round has ended: all there are.
  Round round_that_ended();

  void note_rest();                            // before the end: what was kept back
  void note_end(const char* how, int status);  // and the counts of what was lost

  // Ends the record: nothing can be written in a sandbox.
  void enter_sandbox();

  // The file's descriptor, and its number is wanted for another file: record_file.h.
  int descriptor() const;
  void move_descriptor();

  // Is anything missing from the record that was to be in it?
  bool lost_lines() const;

  void for_each_lock(LockVisitor visit) { visit(lock_); }
  // A new record in the same directory. Returns 0, also if the parent has none, or -errno.
  long begin_child_after_fork();

 private:
  bool write_finding(const Report& report, std::uint64_t* number);

  RawLock lock_;
  std::uint64_t findings_ = 0;  // written so far
  Round ended_;
  bool any_round_ = false;
};

extern constinit RecordWriter record_writer;

}  // namespace lockweave::core
