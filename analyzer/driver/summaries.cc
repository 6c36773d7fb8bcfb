// analyzer/driver/summaries.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/summaries.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <numeric>
#include <optional>
#include <utility>

#include "analyzer/summary/archive.h"

namespace lockweave::analyzer::driver {
namespace {

// What a worker hands over.
struct Answer {
  bool cached = false;
  bool parsed = false;
  std::string damaged;  // path of a shard; no NUL in it
  std::string unit;
};

std::string encode(const Answer& answer) {
  std::string bytes{answer.cached ? '+' : '-', answer.parsed ? '+' : '-'};
  return bytes + answer.damaged + '\0' + answer.unit;
}

Answer decode(const std::string& bytes) {
  const std::size_t end = bytes.find('\0');
  return {bytes[0] == '+', bytes[1] == '+', bytes.substr(2, end - 2), bytes.substr(end + 1)};
}

std::int64_t now_ns() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

// Nothing: a file was changed after `begin`, so nobody knows which state of it was read.
std::optional<Shard> shard_of(const extract::Extracted& extracted, const std::string& unit,
                              std::int64_t begin, FileWatch& watch) {
  Shard shard{{}, extracted.parsed, unit};
  for (const std::string& path : extracted.read) {
    const std::optional<FileFacts> facts = watch.facts(path);
    if (!facts || facts->changed_ns >= begin) return std::nullopt;
    shard.read.push_back(*facts);
  }
  return shard;
}

Answer answer_for(const extract::Job& job, const Cache& cache, FileWatch& watch) {
  Answer answer;
  if (std::optional<Shard> shard = cache.find(job, watch, answer.damaged)) {
    return {true, shard->parsed, {}, std::move(shard->unit)};
  }
  const std::int64_t begin = now_ns();
  const extract::Extracted extracted = extract::extract_unit(job);
  answer.parsed = extracted.parsed;
  answer.unit = summary::write_unit(extracted.unit);
  if (!cache.used() || !extracted.parsed) return answer;
  if (const auto shard = shard_of(extracted, answer.unit, begin, watch)) cache.keep(job, *shard);
  return answer;
}

// Large files first, so that none of them is begun when all others are done.
std::vector<std::size_t> by_size(const std::vector<extract::Job>& jobs) {
  std::vector<std::uintmax_t> sizes;
  for (const extract::Job& job : jobs) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(job.source, error);
    sizes.push_back(error ? 0 : size);
  }
  std::vector<std::size_t> order(jobs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&sizes](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  return order;
}

void take(const extract::Job& job, Done& done, Summaries& into) {
  if (!done.failure.empty()) {
    into.lost.push_back({job.source, done.failure});
    return;
  }
  Answer answer = decode(done.result);
  done.result = {};
  std::string error;
  std::optional<summary::Unit> unit = summary::read_unit(answer.unit, error);
  if (!answer.damaged.empty()) into.damaged.push_back(answer.damaged);
  if (!unit) {
    into.lost.push_back({job.source, "its summary cannot be read: " + error});
  } else if (!answer.parsed) {
    const std::string why = unit->errors.empty() ? std::string() : ": " + unit->errors.front();
    into.lost.push_back({job.source, "cannot be parsed" + why});
  } else {
    into.from_cache += answer.cached ? 1 : 0;
    unit->objects = job.objects;
    into.units.push_back(std::move(*unit));
  }
}

}  // namespace

Summaries summarise(const std::vector<extract::Job>& jobs, const Cache& cache,
                    const PoolSettings& settings) {
  const std::vector<std::size_t> order = by_size(jobs);
  FileWatch watch;  // each worker has its own copy
  const auto work = [&](std::size_t at) {
    return encode(answer_for(jobs[order[at]], cache, watch));
  };
  std::vector<Done> worked_off = work_off(jobs.size(), work, settings);
  std::vector<Done> done(jobs.size());
  for (std::size_t i = 0; i < order.size(); ++i) done[order[i]] = std::move(worked_off[i]);
  Summaries summaries;
  for (std::size_t i = 0; i < jobs.size(); ++i) take(jobs[i], done[i], summaries);
  return summaries;
}

}  // namespace lockweave::analyzer::driver
