// runtime/core/record/record_writer.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/record/record_writer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <charconv>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/code/modules.h"
#include "runtime/core/record/record_file.h"

#ifndef LOCKWEAVE_VERSION
#define LOCKWEAVE_VERSION "0"
#endif

namespace lockweave::core {

constinit RecordWriter record_writer;

namespace {

constinit RecordFile file;
constinit Modules modules;

constexpr std::size_t kPathMax = 4096;
constinit char directory[kPathMax];
constinit char exe_path[kPathMax];

// ---- small text -----------------------------------------------------------------------------
std::size_t put(char* out, std::size_t at, std::size_t size, const char* text) {
  while (*text != '\0' && at + 1 < size) out[at++] = *text++;
  out[at] = '\0';
  return at;
}

std::size_t put_number(char* out, std::size_t at, std::size_t size, std::uint64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits - 1, value).ptr;
  *end = '\0';
  return put(out, at, size, digits);
}

void read_link(const char* path, char* out, std::size_t size) {
  const long length = os::call(SYS_readlinkat, AT_FDCWD, reinterpret_cast<long>(path),
                               reinterpret_cast<long>(out), static_cast<long>(size - 1));
  out[length > 0 ? length : 0] = '\0';
}

// "<directory>/<program>.<pid>.<time>.jsonl"; the time keeps a reused pid apart.
void make_record_path(char* out, std::size_t size) {
  timespec now{};
  os::call(SYS_clock_gettime, CLOCK_REALTIME, reinterpret_cast<long>(&now));
  const char* slash = strrchr(exe_path, '/');
  std::size_t at = put(out, 0, size, directory);
  at = put(out, at, size, "/");
  at = put(out, at, size, slash != nullptr ? slash + 1 : "program");
  at = put(out, at, size, ".");
  at = put_number(out, at, size, static_cast<std::uint64_t>(os::process_id()));
  at = put(out, at, size, ".");
  at = put_number(out, at, size,
                  static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
                      static_cast<std::uint64_t>(now.tv_nsec));
  put(out, at, size, ".jsonl");
}

// ---- entries, each after what it refers to ---------------------------------------------------
void write_module(const LoadedModule& module) {
  char path[kPathMax];
  std::size_t at = 0;
  if (module.name == nullptr || module.name[0] == '\0') {
    put(path, 0, sizeof path, exe_path);
  } else {
    path[0] = '\0';
    if (module.name[0] != '/' && strchr(module.name, '/') != nullptr) {
      const long length = os::call(SYS_getcwd, reinterpret_cast<long>(path), sizeof path);
      at = length > 0 ? put(path, static_cast<std::size_t>(length) - 1, sizeof path, "/") : 0;
    }
    put(path, at, sizeof path, module.name);
  }
  char build_id[129];
  const std::uint32_t used = build_id_of(module.begin, module.end, build_id, sizeof build_id);
  model::write_entry(file, model::Module{module.id, path, {build_id, used}});
}

model::Frame place(std::uintptr_t address) {
  bool is_new = false;
  const LoadedModule* module = modules.find(address, &is_new);
  if (module == nullptr) return {0, address};
  if (is_new) write_module(*module);
  return {module->id, address - module->load_bias};
}

Id write_stack(InternedStack* stack) {
  if (stack == nullptr) return 0;
  if (stack->written) return stack->id;
  model::Frame frames[Trace::kFramesMax];
  for (std::uint32_t i = 0; i < stack->count; ++i) frames[i] = place(stack->pcs[i]);
  model::write_entry(file, model::Stack{stack->id, {frames, stack->count}});
  stack->written = true;
  return stack->id;
}

void read_thread_name(int tid, char* out, std::size_t size) {
  char path[64];
  std::size_t at = put(path, 0, sizeof path, "/proc/self/task/");
  at = put_number(path, at, sizeof path, static_cast<std::uint64_t>(tid));
  put(path, at, sizeof path, "/comm");
  const long length = os::read_file(path, out, size);
  if (length > 0 && out[length - 1] == '\n') out[length - 1] = '\0';
}

Id write_thread(ThreadState* thread) {
  if (thread == nullptr) return 0;
  if (thread->written) return thread->id;
  ThreadState* parent = thread_by_id(thread->parent);
  const Id parent_id = parent == nullptr ? 0 : write_thread(parent);
  const int tid = thread->tid.load(std::memory_order_relaxed);
  char name[32] = "";
  const char* given = thread->name.load(std::memory_order_relaxed);
  if (given == nullptr && tid != 0 && thread->parent != 0) read_thread_name(tid, name, sizeof name);
  model::write_entry(
      file, model::Thread{thread->id, parent_id, thread->parent_segment,
                          static_cast<std::uint64_t>(tid), thread->label,
                          given != nullptr ? given : name, write_stack(thread->created_at)});
  thread->written = true;
  return thread->id;
}

void write_object_line(Object& object) {
  const std::uintptr_t address = object.address.load(std::memory_order_relaxed);
  model::Object entry;
  entry.id = object.id;
  entry.kind = static_cast<model::ObjectKind>(object.kind);
  entry.address = address;
  entry.generation = object.generation;
  entry.process_shared = object.process_shared;
  if (object.process_shared && address != 0) {
    const os::FilePlace at = os::shared_place(address);
    entry.shared = {at.device, at.inode, at.offset};
  }
  if (object.stack_thread != 0) {
    entry.on_stack_of = write_thread(thread_by_id(object.stack_thread));
  } else if (address != 0) {
    const model::Frame at = place(address);
    if (at.module != 0) entry.in_module = at;
  }
  if (object.name != nullptr) entry.name = object.name;
  entry.not_a_lock = !object.lock_like;
  entry.first = write_stack(object.first);
  entry.ordinal = object.ordinal;
  model::write_entry(file, entry);
  object.written = true;
}

Id write_object(Object* object) {
  if (object == nullptr) return 0;
  if (!object->written) write_object_line(*object);
  return object->id;
}

Id write_acquisition(Acquisition* node) {
  // Outer ones first, without recursion: chains can be as deep as locks are held.
  while (node != nullptr && !node->written) {
    Acquisition* first = node;
    while (first->outer != nullptr && !first->outer->written) first = first->outer;
    model::Acquisition entry;
    entry.id = first->id;
    entry.outer = first->outer == nullptr ? 0 : first->outer->id;
    entry.object = write_object(first->object);
    entry.mode = (first->flags & LW_SHARED) != 0 ? model::Mode::shared : model::Mode::exclusive;
    entry.trial = (first->flags & LW_TRY) != 0;
    entry.stack = write_stack(first->stack);
    model::write_entry(file, entry);
    first->written = true;
  }
  return node == nullptr ? 0 : node->id;
}

void write_losses() {
  for (std::size_t i = 0; i < model::kLossKinds; ++i) {
    const auto kind = static_cast<Loss>(i);
    if (lost(kind) > 0) model::write_entry(file, model::Lost{to_string(kind), lost(kind)});
  }
}

void write_header(bool root) {
  static constinit char text[1 << 14];  // the record writer's lock is held
  const long length = os::read_file("/proc/self/cmdline", text, sizeof text);
  constexpr std::size_t kArgsMax = 64;
  std::string_view args[kArgsMax];
  std::size_t count = 0;
  for (long at = 0; at < length && count < kArgsMax;) {
    args[count] = text + at;
    at += static_cast<long>(args[count++].size()) + 1;
  }
  model::Header header;
  header.tool = LOCKWEAVE_VERSION;
  header.pid = static_cast<std::uint64_t>(os::process_id());
  header.ppid = static_cast<std::uint64_t>(os::parent_process_id());
  header.root = root;
  header.exe = exe_path;
  header.args = {args, count};
  model::write_entry(file, header);
}

}  // namespace

long RecordWriter::open(const char* where, bool root) {
  RawGuard guard(lock_);
  put(directory, 0, sizeof directory, where);
  read_link("/proc/self/exe", exe_path, sizeof exe_path);
  char path[kPathMax];
  make_record_path(path, sizeof path);
  long result = file.open(path);
  if (result == -ENOENT && os::make_folders(where) == 0) result = file.open(path);
  if (result == 0) write_header(root);
  return result;
}

const char* RecordWriter::path() const { return file.path(); }

void RecordWriter::note_observation(Acquisition& node, ThreadState& thread, std::uint32_t segment) {
  if (!file.is_open()) return;
  RawGuard guard(lock_);
  const Id acquisition = write_acquisition(&node);
  model::write_entry(file, model::Observation{acquisition, write_thread(&thread), segment});
}

void RecordWriter::note_thread(ThreadState& thread) {
  if (!file.is_open()) return;
  RawGuard guard(lock_);
  write_thread(&thread);
}

void RecordWriter::note_thread_end(ThreadState& thread) {
  if (!file.is_open()) return;
  RawGuard guard(lock_);
  if (!thread.written) return;
  model::write_entry(file,
                     model::ThreadEnd{thread.id, thread.segment.load(std::memory_order_relaxed)});
}

void RecordWriter::note_join(ThreadState& joined, ThreadState& by) {
  if (!file.is_open()) return;
  RawGuard guard(lock_);
  if (!joined.written) return;  // nothing that it, or who was joined by it, did is in the record
  const Id joined_id = write_thread(&joined);
  model::write_entry(
      file, model::Join{joined_id, write_thread(&by), by.segment.load(std::memory_order_relaxed)});
}

void RecordWriter::note_object(Object& object) {
  if (!file.is_open()) return;
  RawGuard guard(lock_);
  if (object.written) write_object_line(object);
}

void RecordWriter::note_finding(const Report& report) {
  if (!file.is_open()) return;
  RawGuard guard(lock_);
  auto* steps = arena.make_array<model::Step>(report.count);
  if (steps == nullptr) return;
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
  model::write_entry(file, finding);
  ++findings_;
  arena.deallocate(steps, report.count * sizeof(model::Step));
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
  if (!file.is_open()) return;
  RawGuard guard(lock_);
  const Id first = write_object(&before);
  model::write_entry(file, model::Order{first, write_object(&after)});
}

void RecordWriter::note_rest() {
  if (!file.is_open()) return;
  for_each_acquisition(
      [](void* context, Acquisition& node) {
        for_each_late_observation(
            node,
            [](void* to, Acquisition& seen, Id thread, std::uint32_t segment) {
              ThreadState* by = thread_by_id(thread);
              if (by != nullptr)
                static_cast<RecordWriter*>(to)->note_observation(seen, *by, segment);
            },
            context);
      },
      this);
  RawGuard guard(lock_);
  write_losses();
}

void RecordWriter::note_end(const char* how, int status) {
  if (!file.is_open()) return;
  RawGuard guard(lock_);
  model::write_entry(file, model::End{how, status});
  file.finish();
}

void RecordWriter::forget_modules() {
  RawGuard guard(lock_);
  modules.forget_ranges();
}

void RecordWriter::begin_child_after_fork() {
  if (!file.is_open()) return;
  file.abandon();
  modules.reset();
  forget_lost_after_fork();
  // lockweave: ignore(inconsistent-locking) the only thread of a forked child
  findings_ = 0;
  ended_ = {};
  any_round_ = false;
  char path[kPathMax];
  make_record_path(path, sizeof path);
  if (file.open(path) == 0) write_header(false);
}

}  // namespace lockweave::core
