// tests/unit/tools/record_builder.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Records written by hand, in the words of a test: `builder.lock("main", "a", "bank.cc:10")`.
// Every place is one frame; a place's text is its source line, so no symboliser is needed:
// FakeSymbols answers for the offsets that the builder gave out.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/record.h"
#include "model/record_reader.h"
#include "tools/lockweave/records/pipeline.h"
#include "tools/lockweave/symbols/symbolizer.h"

namespace lockweave::cli::test {

inline constexpr const char* kModule = "/opt/sample/bank";

// "transfer bank.cc:10:3" <-> one offset of kModule, the same in every record.
class Places {
 public:
  std::uint64_t offset_of(const std::string& place);
  std::vector<model::Site> sites_at(std::uint64_t offset) const;

 private:
  std::vector<std::string> places_;
};

class FakeSymbols final : public SymbolSource {
 public:
  explicit FakeSymbols(const Places& places) : places_(places) {}
  std::vector<std::vector<model::Site>> resolve(std::span<const CodePosition> positions) override;
  std::size_t batches = 0;

 private:
  const Places& places_;
};

class RecordBuilder {
 public:
  RecordBuilder(Places& places, std::string exe, std::uint64_t pid);

  // A thread started by the main thread. Thread 1, "main", is there from the start.
  model::Id thread(const std::string& name);
  model::Id object(const std::string& name, model::ObjectKind kind = model::ObjectKind::mutex);
  // An object without a name; its first stack is `first`.
  model::Id unnamed(const std::string& first);
  // A process-shared object.
  model::Id shared(model::SharedPlace place);
  // Taking `object` inside of `outer`, by `thread`. Returns the acquisition.
  model::Id take(model::Id thread, model::Id object, const std::string& place, model::Id outer = 0,
                 model::Mode mode = model::Mode::exclusive);
  void join(model::Id thread);  // by the main thread
  model::Step step(model::Id thread, model::Action action, model::Id object,
                   const std::string& place, model::Id held = 0, model::Id other = 0);
  void finding(std::string_view rule, std::string_view variant, std::vector<model::Step> steps,
               bool certain = true, bool printed = false);
  void lost(std::string_view what, std::uint64_t count);
  void order(model::Id before, model::Id after);
  void not_a_lock(model::Id object);

  std::string text() const;  // with an orderly end
  std::string text_without_end() const { return text_; }
  model::Record record() const;

 private:
  class Sink;
  template <class Entry>
  void write(const Entry& entry);
  model::Id stack(const std::string& place);

  Places& places_;
  std::string text_;
  std::map<std::string, model::Id> stacks_;
  model::Id threads_ = 1;
  model::Id objects_ = 0;
  model::Id acquisitions_ = 0;
  std::uint32_t segment_ = 1;  // of the main thread
};

// The whole pipeline over records made by hand.
struct Scenario {
  Places places;
  std::vector<RecordBuilder> builders;
  RecordBuilder& process(std::string exe = kModule, std::uint64_t pid = 100);
  Results results(std::string_view suppressions = "");
};

// Two threads that take a and b in opposite orders.
void add_opposite_orders(RecordBuilder& process);

}  // namespace lockweave::cli::test
