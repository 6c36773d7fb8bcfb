// model/record.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The record: what one observed process leaves behind. One file per process, JSON Lines, one entry
// per line. The structs below are the entries; `write_entry` and `read_record` stand side by side
// in this pair of files so that they stay in step.
//
// Format rules
//   1. The first line is the Header. A reader refuses a major `version` it does not know.
//   2. An entry only refers to ids that earlier lines defined (stacks, modules, threads, objects,
//      acquisitions), so a file that is cut anywhere is a valid record up to its last whole line.
//   3. Ids are small integers, unique per kind within one file, starting at 1; 0 means "none".
//   4. Unknown keys and unknown entry kinds are skipped (they are newer minor versions).
//   5. Addresses occur only as `address` of an object, for people; nothing is keyed by them.
//      Code positions are (module, offset from the module's load bias), so they survive ASLR.
//
// Thread-safety: none here; the runtime serialises writers, a reader owns its Record.
// Memory: `write_entry` allocates nothing and may run inside a hook. The reader allocates freely.
// Limits: a line longer than `kLineBytesMax` is refused by the reader as malformed; the runtime
// never writes one (it counts the loss instead, see Lost).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockweave::model {

inline constexpr int kRecordVersion = 1;
inline constexpr std::size_t kLineBytesMax = std::size_t{16} << 20;

using Id = std::uint32_t;  // 0 = none

// What a thread can hold or wait for.
enum class ObjectKind : std::uint8_t {
  mutex,
  recursive_mutex,
  errorcheck_mutex,
  rwlock,
  spinlock,
  semaphore,
  condition_variable,
  barrier,
  latch,
  queue,
  future,
  once,
  static_guard,
  thread,
  futex,
  file_lock,
  custom,
  atomic,
  variable,
};
enum class Mode : std::uint8_t { exclusive, shared };

// One return address: `offset` = address - load bias of `module`.
struct Frame {
  Id module = 0;
  std::uint64_t offset = 0;
  friend bool operator==(const Frame&, const Frame&) = default;
};

// Where an object lies that several processes map: the same for all of them. inode 0: not known.
struct SharedPlace {
  std::uint64_t device = 0;  // with the running system's id, so that two machines never agree
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;  // in the file
  friend bool operator==(const SharedPlace&, const SharedPlace&) = default;
};

// ---- entries ---------------------------------------------------------------------------------
// key of the line = first member named in the comment

struct Header {  // {"lockweave":"record","version":1,...}
  int version = kRecordVersion;
  std::string_view tool{};  // version of the runtime that wrote it
  std::uint64_t pid = 0;
  std::uint64_t ppid = 0;
  bool root = false;       // the program `lockweave run` started itself
  std::string_view exe{};  // absolute path
  std::span<const std::string_view> args{};
};
struct Module {  // {"module":1,"path":...,"build_id":...}
  Id id = 0;
  std::string_view path{};      // absolute path
  std::string_view build_id{};  // hex, empty if it has none
};
struct Stack {  // {"stack":1,"frames":[[module,offset],...]}
  Id id = 0;
  std::span<const Frame> frames{};  // innermost first; return addresses
};
struct Thread {  // {"thread":2,"parent":1,...}
  Id id = 0;
  Id parent = 0;                     // 0 for the main thread
  std::uint32_t parent_segment = 0;  // segment of the parent in which it was created
  std::uint64_t tid = 0;             // kernel thread id; 0 until known
  std::string_view label{};          // spawn path, stable across runs: "0", "0.1", "0.1.3"
  std::string_view name{};           // pthread name, may be empty
  Id stack = 0;                      // where it was created
};
// A thread's life is cut into segments; a new one begins at each create and each join it performs.
struct ThreadEnd {  // {"thread_end":2,"segment":3}
  Id thread = 0;
  std::uint32_t segment = 0;
};
struct Join {     // {"join":2,"by":1,"segment":4}
  Id thread = 0;  // the joined one
  Id by = 0;
  std::uint32_t segment = 0;  // the joiner's segment that begins after the join
};
struct Object {  // {"object":1,"kind":"mutex",...}: a lock or anything waited for
  Id id = 0;
  ObjectKind kind = ObjectKind::mutex;
  std::uint64_t address = 0;
  std::uint32_t generation = 1;
  bool process_shared = false;
  bool not_a_lock = false;    // a semaphore that proved to be no lock: several permits or givers
  SharedPlace shared{};       // if process_shared and in shared memory
  Frame in_module{};          // its place if it lies in a module's data (module 0: heap or stack)
  Id on_stack_of = 0;         // thread on whose stack it lies
  std::string_view name{};    // given by annotation or type, else empty
  Id first = 0;               // stack of its creation, or else of its first use
  std::uint32_t ordinal = 0;  // n-th object that began at this site; with `first` the stable label
};
// Hash-consed acquisition: taking `object` while holding the chain `outer`, at `stack`.
// The chain outer, outer->outer, ... is what was held, innermost first.
struct Acquisition {  // {"acquisition":5,"outer":4,"object":2,"mode":"exclusive",...}
  Id id = 0;
  Id outer = 0;  // 0: nothing was held
  Id object = 0;
  Mode mode = Mode::exclusive;
  bool trial =
      false;  // a try-lock, or with a time-out: held, but not waited for without end, so no
              // edge leads to it
  Id stack = 0;
};
struct Observation {  // {"seen":5,"thread":2,"segment":1}: a thread did that acquisition
  Id acquisition = 0;
  Id thread = 0;
  std::uint32_t segment = 0;
};
enum class Action : std::uint8_t {
  wants,  // is about to acquire, or blocked in acquiring
  waits,  // blocked in another wait (condition variable, semaphore, queue, future, barrier...)
  joins,  // blocked in joining `other`
  acquires,
  releases,
  destroys,
  ends,
  notifies,
  posts,
  creates,
  forks,
  reads,
  writes,
};
struct Step {
  Id thread = 0;
  Action action = Action::wants;
  Id object = 0;
  Mode mode = Mode::exclusive;
  Id other = 0;  // the thread joined, or the one that owns `object`
  Id held = 0;   // acquisition chain held at that time
  Id stack = 0;
  std::uint64_t count = 1;  // of what is taken, or waited for
};
// What the runtime itself concluded. Lock-order cycles are not among them: they are computed from
// the acquisitions, by the process at its end and by every reader of one or many records.
struct RawFinding {            // {"finding":"deadlock","object":3,"steps":[...]}
  std::string_view rule{};     // rule id of the catalogue
  std::string_view variant{};  // finer kind, chooses the sentence: "all-blocked", "self", ...
  bool certain = true;         // false: lower the level by one
  bool printed = false;        // the process has shown it to the user already
  Id object = 0;
  std::span<const Step> steps{};  // the first step's stack is where to look first
};
struct Order {  // {"order":[1,2]}: declared by annotation: `before` is taken first
  Id before = 0;
  Id after = 0;
};
// The count so far: a later line of the same kind replaces it.
struct
    Lost {  // {"lost":"observations","count":3}: coverage that was given up; loss.h has the kinds
  std::string_view what{};
  std::uint64_t count = 0;
};
struct End {               // {"end":"exit","status":0}: the process ended in an orderly way
  std::string_view how{};  // "exit", "_exit", "exec", "deadlock", "signal", "sandbox"
  int status = 0;
};

// Where lines go. `append` may be called many times per line; `end_line` completes it.
class LineSink {
 public:
  virtual void append(std::string_view text) = 0;
  virtual void end_line() = 0;

 protected:
  ~LineSink() = default;
};

void write_entry(LineSink& sink, const Header& entry);
void write_entry(LineSink& sink, const Module& entry);
void write_entry(LineSink& sink, const Stack& entry);
void write_entry(LineSink& sink, const Thread& entry);
void write_entry(LineSink& sink, const ThreadEnd& entry);
void write_entry(LineSink& sink, const Join& entry);
void write_entry(LineSink& sink, const Object& entry);
void write_entry(LineSink& sink, const Acquisition& entry);
void write_entry(LineSink& sink, const Observation& entry);
void write_entry(LineSink& sink, const RawFinding& entry);
void write_entry(LineSink& sink, const Order& entry);
void write_entry(LineSink& sink, const Lost& entry);
void write_entry(LineSink& sink, const End& entry);

std::string_view to_string(ObjectKind kind);
std::string_view to_string(Mode mode);
std::string_view to_string(Action action);
std::optional<ObjectKind> object_kind_from(std::string_view text);
std::optional<Mode> mode_from(std::string_view text);
std::optional<Action> action_from(std::string_view text);

}  // namespace lockweave::model
