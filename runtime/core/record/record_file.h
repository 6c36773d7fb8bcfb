// runtime/core/record/record_file.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The record's file. Lines are gathered and written with one system call for each `commit`, so what
// was committed survives SIGKILL, _exit and abort without any finalizer, and every trouble of the
// surroundings is an error code: no signal, no fault in the program (docs/design/record.md).
//
// Invariants
//   1. Of a commit that could not be written in full the rest is cut off again: whole lines stay, all
//      others are counted as lost, and the flags that they marked are false again.
//   2. The descriptor is kept at a high number, from which the program's calls of libc cannot take it
//      (frontends/closing.h), and never trusted by it: before each commit it is compared with the file's
//      device and inode. Where a bare system call has closed it, or put another file there, the record is
//      opened again by its path, which must lead to the same file. Where no high number is to be had,
//      each commit opens it.
//   3. Room for the closing lines is reserved ahead, so a full disk stops the other lines first.
// Thread-safety: none, the record writer serialises. Errno and the signal mask are kept.
// Cost: three system calls a commit, five under a limit on file sizes. A commit is made for what is new,
// which has cost a stack walk.
// Limits: a line that does not fit the buffer is written in pieces; a process that is killed between two
// leaves a cut line. A limit on file sizes that another thread lowers during a commit may still send
// its signal. What a bare system call of another thread puts in the descriptor's place during a commit is
// written to.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/record.h"
#include "runtime/core/base/fork_epoch.h"

namespace lockweave::core {

class RecordFile final : public model::LineSink {
 public:
  constexpr RecordFile() = default;

  // Creates `directory`/`name` (must not exist), readable by its owner only. The folder is the one of
  // the first call, or it is refused. Returns 0 or -errno.
  long open(const char* directory, const char* name);
  bool is_open() const { return path_[0] != '\0'; }
  const char* path() const { return path_; }  // "" if it could not be created

  void append(std::string_view text) override;
  void end_line() override;
  // Sets `written`, which a commit that fails sets back.
  void mark(ProcessMark& written);

  // What is appended until the next commit may use the room that is kept for what matters most:
  // findings, losses, the end.
  void begin_closing() { closing_ = true; }
  // Writes what was appended since the last commit; false: not all of it is in the file.
  bool commit();
  // Since the last commit a part was lost: what follows is not to refer to it, and is lost as well.
  bool failed() const { return failed_; }

  // Gives back the room that was reserved and not used. More lines may follow.
  void finish();
  // In a child of fork: the file is the parent's.
  void abandon();

  // What is kept between commits; -1: nothing. Any thread.
  long descriptor() const { return fd_.load(std::memory_order_relaxed); }
  // Somebody else is about to use its number.
  void move();

 private:
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  static Identity identity_of(long fd);

  long create(const char* directory, const char* name);
  void keep(long fd);
  void let_go();
  bool have_descriptor();
  long reserve(std::uint64_t end);
  long make_room(std::uint64_t size, std::uint64_t limit);
  bool write_buffer();
  bool flush();
  void take_back();
  bool cut_torn_line();

  static constexpr std::size_t kPathMax = 4096;
  static constexpr std::size_t kBuffer = std::size_t{32} << 10;
  static constexpr std::size_t kMarks = 256;
  static constexpr std::uint64_t kReserve = std::uint64_t{64} << 10;  // taken at a time
  static constexpr std::uint64_t kClosing = std::uint64_t{4} << 10;   // of it for the closing lines

  char path_[kPathMax] = {};
  Identity folder_{};  // survives abandon()
  Identity file_{};
  std::atomic<long> fd_{-1};     // others only read it
  std::uint64_t committed_ = 0;  // bytes of the file that count
  std::uint64_t written_ = 0;    // of the commit that is being made
  std::uint64_t reserved_ = 0;   // end of the room that is ours; ~0: the file system reserves none
  std::uint64_t lines_ = 0;      // gathered since the last commit
  std::size_t marks_ = 0;
  std::size_t used_ = 0;
  bool failed_ = false;
  bool closing_ = false;
  bool torn_ = false;      // bytes behind committed_ are to be cut off
  bool borrowed_ = false;  // fd_ has a low number: closed at the end of the commit
  ProcessMark* marked_[kMarks] = {};
  char buffer_[kBuffer] = {};
};

}  // namespace lockweave::core
