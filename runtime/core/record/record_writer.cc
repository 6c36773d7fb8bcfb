// runtime/core/record/record_writer.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/record/record_writer.h"

#include <errno.h>

#include <atomic>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/copied_memory.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/base/text.h"
#include "runtime/core/record/record_entries.h"
#include "runtime/core/record/record_header.h"

namespace lockweave::core {

constinit RecordWriter record_writer;

namespace {

constexpr std::size_t kPathMax = 4096;
constinit char directory[kPathMax];
constinit bool missing_record = false;  // there was to be one

// The lines of one note: they reach the file together when it ends.
class Note {
 public:
  explicit Note(RawLock& lock) : guard_(lock) {}
  ~Note() noexcept(false) { commit(); }
  Note(const Note&) = delete;
  Note& operator=(const Note&) = delete;
  bool commit() {
    const bool written = open_ && record_file.commit();
    open_ = false;
    return written;
  }

 private:
  RawGuard guard_;
  bool open_ = true;
};

// Shared with forked children, who cannot tell by a record that they have none.
constinit std::atomic<std::uint64_t>* without_record = nullptr;

void share_counter() {
  const long memory = os::call(SYS_mmap, 0, sizeof *without_record, PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory > 0) without_record = reinterpret_cast<std::atomic<std::uint64_t>*>(memory);
}

void count_process_without_record() {
  if (without_record != nullptr) without_record->fetch_add(1);
}

// Is there a record, and is it this process's own?
bool recording() {
  if (!is_copied_memory()) return record_file.is_open();
  if (first_in_copy()) count_process_without_record();
  return false;
}

void write_losses() {
  if (without_record != nullptr) count_lost(Loss::processes, without_record->exchange(0));
  for (std::size_t i = 0; i < model::kLossKinds; ++i) {
    const auto kind = static_cast<Loss>(i);
    if (lost(kind) > 0) model::write_entry(record_file, model::Lost{to_string(kind), lost(kind)});
  }
}

// The folder is made at the start only: a child may be in another root.
long begin_record(bool root, bool at_start) {
  char name[512];
  name_record(name, sizeof name);
  long result = record_file.open(directory, name);
  if (result == -ENOENT && at_start && os::make_folders(directory) == 0) {
    result = record_file.open(directory, name);
  }
  missing_record = result != 0;
  if (result != 0) return result;
  record_file.begin_closing();
  write_header(root);
  if (record_file.commit()) return 0;
  // The empty file tells the launcher that the runtime was there.
  if (!root) os::call(SYS_unlinkat, AT_FDCWD, reinterpret_cast<long>(record_file.path()), 0);
  record_file.abandon();
  missing_record = true;
  return -ENOSPC;
}

}  // namespace

long RecordWriter::open(const char* where, bool root) {
  RawGuard guard(lock_);
  TextBuffer text(directory, sizeof directory);
  text << where;
  learn_exe_path();
  own_memory();
  share_counter();
  return text.cut() ? -ENAMETOOLONG : begin_record(root, true);
}

const char* RecordWriter::path() const { return recording() ? record_file.path() : ""; }

int RecordWriter::descriptor() const { return static_cast<int>(record_file.descriptor()); }

void RecordWriter::move_descriptor() {
  if (!recording()) return;
  RawGuard guard(lock_);
  record_file.move();
}

bool RecordWriter::lost_lines() const { return missing_record || lost(Loss::record_lines) > 0; }

void RecordWriter::note_observation(Acquisition& node, ThreadState& thread, std::uint32_t segment) {
  if (!recording()) return;
  const Note note(lock_);
  const Id acquisition = write_acquisition(&node);
  model::write_entry(record_file, model::Observation{acquisition, write_thread(&thread), segment});
}

void RecordWriter::note_known_observation(Acquisition& node, Id thread, std::uint32_t segment) {
  if (!recording()) return;
  const Note note(lock_);
  model::write_entry(record_file, model::Observation{write_acquisition(&node), thread, segment});
}

void RecordWriter::note_thread(ThreadState& thread) {
  if (!recording()) return;
  const Note note(lock_);
  write_thread(&thread);
}

void RecordWriter::note_thread_end(ThreadState& thread) {
  if (!recording()) return;
  const Note note(lock_);
  if (!thread.written) return;
  model::write_entry(record_file,
                     model::ThreadEnd{thread.id, thread.segment.load(std::memory_order_relaxed)});
}

void RecordWriter::note_join(ThreadState& joined, ThreadState& by) {
  if (!recording()) return;
  const Note note(lock_);
  if (!joined.written) return;  // nothing that it, or who was joined by it, did is in the record
  const Id joined_id = write_thread(&joined);
  const Id by_id = write_thread(&by);
  model::write_entry(record_file,
                     model::Join{joined_id, by_id, by.segment.load(std::memory_order_relaxed)});
}

void RecordWriter::note_object(Object& object) {
  if (!recording()) return;
  const Note note(lock_);
  if (object.written) rewrite_object(object);
}

bool RecordWriter::note_finding(const Report& report, std::uint64_t* number) {
  const bool written = write_finding(report, number);
  if (!written) count_lost(Loss::findings);
  return written;
}

bool RecordWriter::write_finding(const Report& report, std::uint64_t* number) {
  if (!recording()) return false;
  auto* steps = arena.make_array<model::Step>(report.count);
  if (steps == nullptr) return false;
  Note note(lock_);
  record_file.begin_closing();
  for (std::uint32_t i = 0; i < report.count; ++i) {
    const ReportStep& step = report.steps[i];
    steps[i] = {write_thread(step.thread), step.action,
                write_object(step.object), step.mode,
                write_thread(step.other),  write_acquisition(step.held),
                write_stack(step.stack),   step.count};
  }
  model::RawFinding finding;
  finding.rule = report.rule;
  finding.variant = report.variant;
  finding.certain = report.certain;
  finding.printed = report.printed;
  finding.object = write_object(report.object);
  finding.steps = {steps, report.count};
  model::write_entry(record_file, finding);
  const bool written = note.commit();
  if (written && number != nullptr) *number = findings_;
  if (written) ++findings_;
  arena.deallocate(steps, report.count * sizeof(model::Step));
  return written;
}

void RecordWriter::begin_round() {
  RawGuard guard(lock_);
  ended_ = {ended_.to, findings_};
  any_round_ = true;
}

RecordWriter::Round RecordWriter::round_that_ended() {
  RawGuard guard(lock_);
  return any_round_ ? ended_ : Round{0, findings_};
}

void RecordWriter::note_order(Object& before, Object& after) {
  if (!recording()) return;
  const Note note(lock_);
  const Id first = write_object(&before);
  const Id second = write_object(&after);
  model::write_entry(record_file, model::Order{first, second});
}

void RecordWriter::note_rest() {
  if (!recording()) return;
  for_each_acquisition(
      [](void* context, Acquisition& node) {
        for_each_late_observation(
            node,
            [](void* to, Acquisition& seen, Id thread, std::uint32_t segment) {
              static_cast<RecordWriter*>(to)->note_known_observation(seen, thread, segment);
            },
            context);
      },
      this);
}

void RecordWriter::note_end(const char* how, int status) {
  if (!recording()) return;
  const Note note(lock_);
  record_file.begin_closing();
  write_losses();
  model::write_entry(record_file, model::End{how, status});
  record_file.commit();
  record_file.finish();
}

void RecordWriter::enter_sandbox() {
  if (!recording()) return;
  note_end("sandbox", 0);
  RawGuard guard(lock_);
  record_file.abandon();
  missing_record = true;
}

long RecordWriter::begin_child_after_fork() {
  forget_lost_after_fork();
  // lockweave: ignore(inconsistent-locking) the only thread of a forked child
  findings_ = 0;
  ended_ = {};
  any_round_ = false;
  own_memory();
  if (!record_file.is_open()) return 0;  // the parent has none and has said so
  record_file.abandon();
  const long result = begin_record(false, false);
  if (result != 0) count_process_without_record();
  return result;
}

}  // namespace lockweave::core
