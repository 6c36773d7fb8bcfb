// analyzer/driver/summaries.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The summaries of all units: from the cache where they still hold, else extracted, each in a worker
// process. What a unit loses, the others do not.
// Deterministic: the units come in the order of the jobs, however they were worked off.
#pragma once

#include <string>
#include <vector>

#include "analyzer/driver/cache.h"
#include "analyzer/driver/pool.h"
#include "analyzer/extract/extract.h"
#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::driver {

struct LostUnit {
  std::string source;
  std::string why;  // "crashed (SIGSEGV)"
};

struct Summaries {
  std::vector<summary::Unit> units;
  std::vector<LostUnit> lost;
  std::vector<std::string> damaged;  // shards that had to be made anew
  std::size_t from_cache = 0;
};

Summaries summarise(const std::vector<extract::Job>& jobs, const Cache& cache,
                    const PoolSettings& settings);

}  // namespace lockweave::analyzer::driver
