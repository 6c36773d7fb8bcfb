// analyzer/driver/cache.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Summaries from one run to the next: one shard a unit in one folder, named by a digest of all that
// decides the summary but the files read: command, models, resource directory, and this build of the
// tool. A shard is written as a whole or not at all; what is damaged or foreign counts as missing.
// Several processes may use one folder at a time.
#pragma once

#include <optional>
#include <string>

#include "analyzer/driver/shard.h"
#include "analyzer/extract/extract.h"

namespace lockweave::analyzer::driver {

class Cache {
 public:
  // `folder` empty: nothing is found and nothing kept. `tool`: which build of the analyzer this is.
  Cache(std::string folder, std::string tool)
      : folder_(std::move(folder)), tool_(std::move(tool)) {}

  // `damaged` gets the path of a shard that is there and cannot be used.
  std::optional<Shard> find(const extract::Job& job, FileWatch& watch, std::string& damaged) const;
  // A file that cannot be written is no error: the next run is slower.
  void keep(const extract::Job& job, const Shard& shard) const;
  std::string path_of(const extract::Job& job) const;
  bool used() const { return !folder_.empty(); }

 private:
  std::string folder_;
  std::string tool_;
};

// The folder that is used: made if it is not there. Empty if that fails.
std::string cache_folder(const std::string& wanted);
// Where there is no build folder: XDG_CACHE_HOME/lockweave, else ~/.cache/lockweave.
std::string user_cache_folder();

// Of this executable and of the clang it runs with: their build ids.
std::string tool_identity();

}  // namespace lockweave::analyzer::driver
