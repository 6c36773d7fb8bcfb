// analyzer/driver/config.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// .lockweave.toml: what a project says about its own locks, and how bad it takes each rule
// (docs/analyze.md). A key, rule or level that does not exist is an error with its line and the
// nearest one that does: what is mistyped must not be silently without effect.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/summary/models.h"
#include "model/finding.h"
#include "model/record_reader.h"

namespace lockweave::analyzer::driver {

struct Config {
  std::string path;  // empty: there is none, all is built in
  summary::Models models;
  std::map<std::string, std::optional<model::Level>, std::less<>> levels;  // nothing: "off"
  std::string suppressions;                                                // absolute; empty: none
};

// Errors: nothing, and `error` says file, line, what and what to do.
std::optional<Config> parse_config(std::string_view text, const std::string& path,
                                   model::ReadError& error);

// The configuration of each file: that of `option`, else of the nearest .lockweave.toml in its
// folder or one above it. Each is read once.
class Configs {
 public:
  explicit Configs(std::string option) : option_(std::move(option)) {}

  // Errors: null, and `error` as above. The result lives as long as this.
  const Config* of(const std::string& file, model::ReadError& error);
  const std::map<std::string, Config>& all() const { return read_; }

 private:
  std::string path_for(const std::string& file) const;

  std::string option_;
  std::map<std::string, Config> read_;  // by path; "": built in
};

}  // namespace lockweave::analyzer::driver
