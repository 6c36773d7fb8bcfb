// tools/lockweave/symbols/symbolizer.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From code positions to source: one child `llvm-symbolizer`, started at the first question, asked
// in batches over a socket, every answer kept. The reporter itself links no debug-info reader.
//
// Invariants
//   1. A position that cannot be resolved (no tool, no symbols, the tool died) is a Site with
//      module and offset only: never an error, and `note()` says once what to install.
//   2. Questions and answers are pumped by one poll loop, so a big batch cannot block on a full
//      pipe; a child that is silent for kSilenceMax is given up.
//   3. The child is reaped by the destructor.
// Thread-safety: none.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "model/finding.h"

namespace lockweave::cli {

// A return address: `offset` = address - load bias of the file `module`.
struct CodePosition {
  std::string module;
  std::uint64_t offset = 0;
  friend auto operator<=>(const CodePosition&, const CodePosition&) = default;
};

// What llvm-symbolizer answered to one question: one line of JSON -> sites, innermost first, all
// but the last inlined into the next. Empty if the line holds no symbol. What gcc calls `operator()`
// is "enclosing_function::{lambda}", where the other sites tell which.
std::vector<model::Site> parse_symbolizer_reply(std::string_view line);

class SymbolSource {
 public:
  virtual ~SymbolSource() = default;
  // One list of sites per position, in the same order; an empty list where nothing is known.
  virtual std::vector<std::vector<model::Site>> resolve(
      std::span<const CodePosition> positions) = 0;
  // Why some positions stayed without source, and what to do; empty if all is well.
  virtual std::string note() const { return {}; }
};

// The child process. `candidates`: programs to try, in order, looked up in PATH.
class LlvmSymbolizer final : public SymbolSource {
 public:
  static constexpr std::chrono::seconds kSilenceMax{60};

  LlvmSymbolizer();
  explicit LlvmSymbolizer(std::vector<std::string> candidates);
  LlvmSymbolizer(const LlvmSymbolizer&) = delete;
  LlvmSymbolizer& operator=(const LlvmSymbolizer&) = delete;
  ~LlvmSymbolizer() override;

  std::vector<std::vector<model::Site>> resolve(std::span<const CodePosition> positions) override;
  std::string note() const override { return note_; }
  // Called now and then during a batch with (answered, asked).
  void on_progress(std::function<void(std::size_t, std::size_t)> callback);

 private:
  bool start();
  void stop();
  std::vector<std::string> ask(const std::string& questions, std::size_t count);

  std::vector<std::string> candidates_;
  std::function<void(std::size_t, std::size_t)> progress_;
  std::string note_;
  int socket_ = -1;
  int child_ = -1;
  bool given_up_ = false;
};

// The names the tool has on common systems, newest first.
std::vector<std::string> symbolizer_names();

// Answers, each asked once.
class SymbolCache {
 public:
  explicit SymbolCache(SymbolSource& source) : source_(source) {}
  // Cost: one batch for all positions not known yet.
  void prefetch(std::span<const CodePosition> positions);
  // Never empty: at least one site, with module and offset.
  const std::vector<model::Site>& sites(const CodePosition& position);
  std::string note() const { return source_.note(); }

 private:
  SymbolSource& source_;
  std::map<CodePosition, std::vector<model::Site>> known_;
};

}  // namespace lockweave::cli
