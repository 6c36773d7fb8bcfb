// tools/lockweave/records/losses.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/losses.h"

#include <fmt/core.h>

#include <map>
#include <string>
#include <utility>

#include "model/loss.h"
#include "report/text.h"

namespace lockweave::cli {
namespace {

using model::Loss;

struct Words {
  const char* noun;     // of one; gets an s
  const char* follows;  // what the user has to know
  bool by_design = false;
};

Words words_of(Loss kind) {
  switch (kind) {
    case Loss::observations:
      return {"observation",
              "of each nesting the first and the last 64 threads are kept; a cycle that only those "
              "in between close is missed",
              true};
    case Loss::record_lines:
      return {"record line",
              "the disk was full, a limit was met, or the process may not write any more; what "
              "these lines told is missed"};
    case Loss::findings:
      return {"finding",
              "there is a bug, but its line could not be written: run again with --output on a "
              "disk with room"};
    case Loss::objects: return {"lock", "no memory or number was left; its bugs are missed"};
    case Loss::acquisitions:
      return {"acquisition",
              "no memory was left, or too many outer locks had been released before it while "
              "others were held; its cycles are missed"};
    case Loss::stacks: return {"call stack", "no memory or number was left; places are missing"};
    case Loss::threads: return {"thread", "no memory was left; what it did is missed"};
    case Loss::held_locks:
      return {"held lock", "no memory was left; what was taken inside is missed"};
    case Loss::names:
      return {"name",
              "no memory was left, or there were 65 536 different ones; a place stands for it"};
    case Loss::joins:
      return {"join", "no memory was left; cycles may be reported that it rules out"};
    case Loss::orders: return {"declared order", "no memory was left; who breaks it is missed"};
    case Loss::permits: return {"taken permit", "no memory was left; an imbalance may be missed"};
    case Loss::notifications:
      return {"notification", "no memory was left; a lost wake-up may be missed"};
    case Loss::waits:
      return {
          "wait",
          "it, or what a thread did before it ends one, could not be kept or judged; a deadlock is "
          "missed"};
    case Loss::steps:
      return {"finding step", "no memory was left; the finding is shorter, or left out"};
    case Loss::accesses:
      return {"access", "room or memory was short; a race with it or an older one is missed", true};
    case Loss::variables:
      return {"variable", "newer ones took its place; accesses after its end are missed", true};
    case Loss::clock_entries:
      return {"thread order",
              "no memory was left; a race may be missed, or told that it rules out"};
    case Loss::modules:
      return {"address",
              "it lies in none of the 65 000 binaries that have a name; it stays a number"};
    case Loss::frees:
      return {"memory release", "an old lock and a new one at its address look like one"};
    case Loss::signals:
      return {"handler event", "it came while the runtime was at work; it is missed"};
    case Loss::children:
      return {"started program", "static, set-user-id or refused: its locks are not watched", true};
    case Loss::processes:
      return {"forked process",
              "it may not write into the folder of the records, is in a sandbox, or was forked by "
              "a bare system call"};
  }
  return {"loss", ""};
}

Note note_of(const std::string& program, const std::string& what, std::uint64_t count) {
  const std::optional<Loss> kind = model::loss_from(what);
  if (!kind) {  // of a newer runtime
    return {"lost-coverage", model::Level::warning,
            fmt::format("{}: {} {} not recorded", program, count, what)};
  }
  const Words words = words_of(*kind);
  return {
      "lost-coverage", words.by_design ? model::Level::note : model::Level::warning,
      fmt::format("{}: {} not recorded: {}", program, counted(count, words.noun), words.follows)};
}

}  // namespace

void note_losses(const std::vector<model::Record>& records, std::vector<Note>& notes) {
  std::map<std::pair<std::string, std::string>, std::uint64_t> losses;
  for (const model::Record& record : records) {
    const std::string program(base_name(record.header.exe));
    for (const model::Lost& lost : record.losses) {
      losses[{program, std::string(lost.what)}] += lost.count;
    }
  }
  for (const auto& [what, count] : losses) {
    notes.push_back(note_of(what.first, what.second, count));
  }
}

}  // namespace lockweave::cli
