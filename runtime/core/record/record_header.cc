// runtime/core/record/record_header.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/record/record_header.h"

#include <string.h>

#include <string_view>

#include "runtime/core/base/options.h"
#include "runtime/core/base/os.h"
#include "runtime/core/base/text.h"
#include "runtime/core/record/record_entries.h"

#ifndef LOCKWEAVE_VERSION
#define LOCKWEAVE_VERSION "0"
#endif

namespace lockweave::core {
namespace {

const char* program_name() {
  const char* slash = strrchr(exe_path(), '/');
  const char* name = slash != nullptr ? slash + 1 : exe_path();
  return name[0] != '\0' ? name : "program";
}

// "python3 -X dev tool.py --password=x" keeps three words after the first.
std::size_t script_words(const std::string_view* args, std::size_t count) {
  if (!std::string_view(program_name()).starts_with("python")) return 0;
  for (std::size_t i = 1; i < count; ++i) {
    if (args[i] == "-W" || args[i] == "-X") {
      ++i;
    } else if (args[i] == "-m") {
      return i + 1 < count ? i + 1 : i;
    } else if (!args[i].starts_with('-') || args[i] == "-c") {
      return i;
    }
  }
  return 0;
}

}  // namespace

void name_record(char* out, std::size_t size) {
  timespec now{};
  os::call(SYS_clock_gettime, CLOCK_REALTIME, reinterpret_cast<long>(&now));
  TextBuffer(out, size) << program_name() << "." << static_cast<std::uint64_t>(os::process_id())
                        << "."
                        << static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
                               static_cast<std::uint64_t>(now.tv_nsec)
                        << ".jsonl";
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
  if (!options.record_arguments && count > 0) count = 1 + script_words(args, count);
  model::Header header;
  header.tool = LOCKWEAVE_VERSION;
  header.pid = static_cast<std::uint64_t>(os::process_id());
  header.ppid = static_cast<std::uint64_t>(os::parent_process_id());
  header.root = root;
  header.exe = exe_path();
  header.args = {args, count};
  model::write_entry(record_file, header);
}

}  // namespace lockweave::core
