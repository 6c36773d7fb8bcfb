// tools/lockweave/records/inputs.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/inputs.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "model/file_text.h"
#include "report/digest.h"
#include "report/sarif_reader.h"
#include "report/text.h"

namespace lockweave::cli {
namespace {

struct LoadedRecord {
  model::Record record;
  Digest digest;
};

bool comes_first(const LoadedRecord& a, const LoadedRecord& b) {
  const auto& x = a.record.header;
  const auto& y = b.record.header;
  if (x.exe != y.exe) return x.exe < y.exe;
  if (!std::equal(x.args.begin(), x.args.end(), y.args.begin(), y.args.end())) {
    return std::lexicographical_compare(x.args.begin(), x.args.end(), y.args.begin(), y.args.end());
  }
  return std::tie(x.pid, x.ppid, a.digest) < std::tie(y.pid, y.ppid, b.digest);
}

bool is_sarif(const std::string& path, std::string_view text) {
  constexpr std::size_t kBeginning = 4096;
  const std::string_view beginning = text.substr(0, kBeginning);
  if (beginning.starts_with("{\"lockweave\"")) return false;
  return path.ends_with(".sarif") || path.ends_with(".json") ||
         (beginning.find("sarif") != std::string_view::npos && trimmed(beginning).starts_with('{'));
}

class Loader {
 public:
  void load(const std::string& path) {
    std::string text;
    std::string why;
    if (!model::read_file_text(path, text, why)) {
      problems_.push_back({path, 0, "cannot be read: " + why, "check its name and permissions"});
      return;
    }
    if (is_sarif(path, text)) {
      load_sarif(path, text);
    } else {
      load_record(path, text);
    }
  }
  Inputs result() {
    Inputs inputs;
    std::sort(records_.begin(), records_.end(), comes_first);
    for (LoadedRecord& loaded : records_) inputs.records.push_back(std::move(loaded.record));
    for (auto& [digest, sarif] : sarifs_) {
      if (!sarif.finished) problems_.push_back(not_finished(sarif.path));
      for (SarifResult& one : sarif.results) {
        if (!results_.insert(one.digest).second) continue;
        if (one.foreign) ++inputs.foreign[one.tool];
        inputs.reported.push_back(std::move(one.finding));
      }
    }
    inputs.sarif_files = sarifs_.size();
    inputs.problems = in_order(std::move(problems_));
    return inputs;
  }

 private:
  void load_record(const std::string& path, const std::string& text) {
    model::ReadError error;
    model::Record partial;
    std::optional<model::Record> record = model::read_record_text(text, path, error, &partial);
    if (!record) {
      if (error.path.empty()) error.path = path;
      problems_.push_back(error);
      if (partial.header.pid == 0) return;
      record = std::move(partial);
      record->cut = true;
    }
    const Digest digest = digest_of(text);
    if (seen_.insert(digest).second) records_.push_back({std::move(*record), digest});
  }
  void load_sarif(const std::string& path, const std::string& text) {
    model::ReadError error;
    std::optional<SarifFile> sarif = read_sarif(text, path, error);
    if (!sarif) {
      problems_.push_back(error);
      return;
    }
    const auto [known, is_new] = sarifs_.emplace(digest_of(text), std::move(*sarif));
    if (!is_new) known->second.path = std::min(known->second.path, path);
  }
  static model::ReadError not_finished(const std::string& path) {
    return {path, 0, "the tool that wrote it did not finish (executionSuccessful is false)",
            "its results are taken, but there may be more: run that tool again"};
  }
  static std::vector<model::ReadError> in_order(std::vector<model::ReadError> problems) {
    const auto key = [](const model::ReadError& one) {
      return std::tie(one.path, one.line, one.message);
    };
    std::sort(problems.begin(), problems.end(),
              [&key](const auto& a, const auto& b) { return key(a) < key(b); });
    const auto end = std::unique(problems.begin(), problems.end(),
                                 [&key](const auto& a, const auto& b) { return key(a) == key(b); });
    problems.erase(end, problems.end());
    return problems;
  }

  std::set<Digest> seen_;
  std::vector<LoadedRecord> records_;
  std::map<Digest, SarifFile> sarifs_;
  std::set<Digest> results_;
  std::vector<model::ReadError> problems_;
};

}  // namespace

Inputs load_files(const std::vector<std::string>& files) {
  Loader loader;
  for (const std::string& path : files) loader.load(path);
  return loader.result();
}

}  // namespace lockweave::cli
