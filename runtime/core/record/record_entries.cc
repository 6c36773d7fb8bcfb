// runtime/core/record/record_entries.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/record/record_entries.h"

#include <string.h>
#include <sys/auxv.h>

#include "runtime/core/base/os.h"
#include "runtime/core/base/text.h"
#include "runtime/core/code/modules.h"

namespace lockweave::core {

constinit RecordFile record_file;

namespace {

constexpr std::size_t kPathMax = 4096;
constinit char executable[kPathMax];

void put_module_path(TextBuffer& path, const char* name) {
  if (name == nullptr || name[0] == '\0') {
    path << executable;
    return;
  }
  if (name[0] != '/' && strchr(name, '/') != nullptr) {
    char folder[kPathMax];
    if (os::call(SYS_getcwd, reinterpret_cast<long>(folder), sizeof folder) > 0) {
      path << folder << "/";
    }
  }
  path << name;
}

void write_module(LoadedModule& module) {
  const char* path = module.name[0] == '\0' ? executable : module.path;
  model::write_entry(record_file,
                     model::Module{module.id, path, {module.build_id, module.build_id_size}});
  record_file.mark(module.written);
}

model::Frame place_in(LoadedModule* module, std::uintptr_t address) {
  if (module == nullptr) return {0, address};
  if (!module->written) write_module(*module);
  return {module->id, address - module->load_bias};
}

void read_thread_name(int tid, char* out, std::size_t size) {
  char path[64];
  TextBuffer(path, sizeof path) << "/proc/self/task/" << static_cast<std::uint64_t>(tid) << "/comm";
  const long length = os::read_file(path, out, size);
  if (length > 0 && out[length - 1] == '\n') out[length - 1] = '\0';
}

}  // namespace

Id write_stack(InternedStack* stack) {
  if (stack == nullptr) return 0;
  if (stack->written) return stack->id;
  model::Frame frames[Trace::kFramesMax];
  for (std::uint32_t i = 0; i < stack->count; ++i) {
    frames[i] = place_in(module_by_id(stack->modules()[i]), stack->pcs[i]);
  }
  model::write_entry(record_file, model::Stack{stack->id, {frames, stack->count}});
  record_file.mark(stack->written);
  return stack->id;
}

Id write_thread(ThreadState* thread) {
  if (thread == nullptr) return 0;
  if (thread->written) return thread->id;
  const Origin origin = thread->origin.load(std::memory_order_relaxed);
  ThreadState* parent = thread_by_id(origin.parent);
  const Id parent_id = parent == nullptr ? 0 : write_thread(parent);
  const int tid = thread->tid.load(std::memory_order_relaxed);
  char name[32] = "";
  const char* given = thread->name.load(std::memory_order_relaxed);
  if (given == nullptr && tid != 0 && origin.parent != 0) read_thread_name(tid, name, sizeof name);
  const Id stack = write_stack(thread->created_at);
  model::write_entry(record_file, model::Thread{thread->id, parent_id, origin.segment,
                                                static_cast<std::uint64_t>(tid), thread->label.text,
                                                given != nullptr ? given : name, stack});
  record_file.mark(thread->written);
  return thread->id;
}

void rewrite_object(Object& object) {
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
    const model::Frame at = place_in(module_at(address), address);
    if (at.module != 0) entry.in_module = at;
  }
  if (object.name != nullptr) entry.name = object.name;
  entry.not_a_lock = !object.lock_like;
  entry.first = write_stack(object.first);
  entry.ordinal = object.ordinal;
  model::write_entry(record_file, entry);
  record_file.mark(object.written);
}

Id write_object(Object* object) {
  if (object == nullptr) return 0;
  if (!object->written) rewrite_object(*object);
  return object->id;
}

namespace {

void write_one(Acquisition& node) {
  model::Acquisition entry;
  entry.id = node.id;
  entry.outer = node.outer == nullptr ? 0 : node.outer->id;
  entry.object = write_object(node.object);
  entry.mode = (node.flags & LW_SHARED) != 0 ? model::Mode::shared : model::Mode::exclusive;
  entry.trial = (node.flags & (LW_TRY | LW_TIMED)) != 0;
  entry.stack = write_stack(node.stack);
  model::write_entry(record_file, entry);
  record_file.mark(node.written);
}

}  // namespace

// Outer ones first, without recursion: chains can be as deep as locks are held. Each walk outwards finds
// the outermost kAtOnce.
Id write_acquisition(Acquisition* node) {
  constexpr std::size_t kAtOnce = 128;
  while (node != nullptr && !node->written && !record_file.failed()) {
    Acquisition* outermost[kAtOnce];
    std::size_t count = 0;
    for (Acquisition* at = node; at != nullptr && !at->written; at = at->outer) {
      outermost[count++ % kAtOnce] = at;
    }
    for (std::size_t left = count < kAtOnce ? count : kAtOnce; left > 0; --left) {
      write_one(*outermost[--count % kAtOnce]);
    }
  }
  return node == nullptr ? 0 : node->id;
}

const char* exe_path() { return executable; }

void learn_exe_path() {
  const long length = os::call(SYS_readlinkat, AT_FDCWD, reinterpret_cast<long>("/proc/self/exe"),
                               reinterpret_cast<long>(executable), sizeof executable - 1);
  executable[length > 0 ? length : 0] = '\0';
  if (length > 0) return;
  const auto* called = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
  TextBuffer path(executable, sizeof executable);
  if (called != nullptr) put_module_path(path, called);
}

}  // namespace lockweave::core
