// tests/unit/tools/record_builder.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/unit/tools/record_builder.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "report/text.h"

namespace lockweave::cli::test {

std::uint64_t Places::offset_of(const std::string& place) {
  const auto at = std::find(places_.begin(), places_.end(), place);
  const auto index = static_cast<std::uint64_t>(at - places_.begin());
  if (at == places_.end()) places_.push_back(place);
  return 0x1000 + index * 16;
}

// "transfer bank.cc:10:3": function, file, line, column; a leading "?" is a place without symbols, "@2" at
// the end another copy of the same line.
std::vector<model::Site> Places::sites_at(std::uint64_t offset) const {
  const std::string& text = places_.at((offset - 0x1000) / 16);
  if (text.starts_with('?')) return {};
  const std::string place = text.substr(0, text.find('@'));
  const auto blank = place.rfind(' ');
  const std::vector<std::string> parts = split(place.substr(blank + 1), ':');
  model::Site site;
  site.function = place.substr(0, blank);
  site.file = "/opt/sample/" + parts.at(0);
  site.line = static_cast<std::uint32_t>(std::stoul(parts.at(1)));
  if (parts.size() > 2) site.column = static_cast<std::uint32_t>(std::stoul(parts.at(2)));
  return {site};
}

std::vector<std::vector<model::Site>> FakeSymbols::resolve(
    std::span<const CodePosition> positions) {
  ++batches;
  std::vector<std::vector<model::Site>> answers;
  for (const CodePosition& position : positions) {
    answers.push_back(places_.sites_at(position.offset));
  }
  return answers;
}

class RecordBuilder::Sink final : public model::LineSink {
 public:
  explicit Sink(std::string& text) : text_(text) {}
  void append(std::string_view part) override { text_ += part; }
  void end_line() override { text_ += '\n'; }

 private:
  std::string& text_;
};

template <class Entry>
void RecordBuilder::write(const Entry& entry) {
  Sink sink(text_);
  model::write_entry(sink, entry);
}

RecordBuilder::RecordBuilder(Places& places, std::string exe, std::uint64_t pid) : places_(places) {
  const std::array<std::string_view, 1> args{"bank"};
  model::Header header;
  header.tool = "test";
  header.pid = pid;
  header.root = true;
  header.exe = exe;
  header.args = args;
  write(header);
  write(model::Module{1, kModule, ""});
  model::Thread main;
  main.id = 1;
  main.label = "0";
  write(main);
}

model::Id RecordBuilder::stack(const std::string& place) {
  const auto [entry, is_new] = stacks_.emplace(place, stacks_.size() + 1);
  if (is_new) {
    const std::array<model::Frame, 1> frames{model::Frame{1, places_.offset_of(place)}};
    write(model::Stack{entry->second, frames});
  }
  return entry->second;
}

model::Id RecordBuilder::thread(const std::string& name) {
  model::Thread thread;
  thread.id = ++threads_;
  thread.parent = 1;
  thread.parent_segment = segment_++;
  const std::string label = "0." + std::to_string(threads_ - 1);
  thread.label = label;
  thread.name = name;
  thread.stack = stack("main main.cc:" + std::to_string(threads_));
  write(thread);
  return thread.id;
}

model::Id RecordBuilder::object(const std::string& name, model::ObjectKind kind) {
  model::Object object;
  object.id = ++objects_;
  object.kind = kind;
  object.name = name;
  write(object);
  return object.id;
}

model::Id RecordBuilder::unnamed(const std::string& first) {
  model::Object object;
  object.first = stack(first);
  object.id = ++objects_;
  write(object);
  return object.id;
}

model::Id RecordBuilder::shared(model::SharedPlace place) {
  model::Object object;
  object.id = ++objects_;
  object.process_shared = true;
  object.shared = place;
  write(object);
  return object.id;
}

void RecordBuilder::not_a_lock(model::Id id) {
  model::Object object;
  object.id = id;
  object.kind = model::ObjectKind::semaphore;
  object.not_a_lock = true;
  write(object);
}

model::Id RecordBuilder::take(model::Id thread, model::Id object, const std::string& place,
                              model::Id outer, model::Mode mode) {
  model::Acquisition taken;
  taken.stack = stack(place);
  taken.id = ++acquisitions_;
  taken.outer = outer;
  taken.object = object;
  taken.mode = mode;
  write(taken);
  write(model::Observation{taken.id, thread, thread == 1 ? segment_ : 1});
  return taken.id;
}

void RecordBuilder::join(model::Id thread) { write(model::Join{thread, 1, ++segment_}); }

model::Step RecordBuilder::step(model::Id thread, model::Action action, model::Id object,
                                const std::string& place, model::Id held, model::Id other) {
  model::Step step;
  step.thread = thread;
  step.action = action;
  step.object = object;
  step.other = other;
  step.held = held;
  step.stack = place.empty() ? 0 : stack(place);
  return step;
}

void RecordBuilder::finding(std::string_view rule, std::string_view variant,
                            std::vector<model::Step> steps, bool certain, bool printed) {
  model::RawFinding finding;
  finding.rule = rule;
  finding.variant = variant;
  finding.certain = certain;
  finding.printed = printed;
  finding.object = steps.empty() ? 0 : steps.front().object;
  finding.steps = steps;
  write(finding);
}

void RecordBuilder::lost(std::string_view what, std::uint64_t count) {
  write(model::Lost{what, count});
}

void RecordBuilder::order(model::Id before, model::Id after) { write(model::Order{before, after}); }

std::string RecordBuilder::text() const {
  std::string complete = text_;
  Sink sink(complete);
  model::write_entry(sink, model::End{"exit", 0});
  return complete;
}

model::Record RecordBuilder::record() const {
  model::ReadError error;
  std::optional<model::Record> record = model::read_record_text(text(), "test.jsonl", error);
  if (!record) throw std::runtime_error(describe(error));
  return std::move(*record);
}

RecordBuilder& Scenario::process(std::string exe, std::uint64_t pid) {
  return builders.emplace_back(places, std::move(exe), pid);
}

Results Scenario::results(std::string_view suppressions) {
  Inputs inputs;
  for (const RecordBuilder& builder : builders) inputs.records.push_back(builder.record());
  model::ReadError error;
  std::optional<Suppressions> parsed = Suppressions::parse(suppressions, "supp.txt", error);
  if (!parsed) throw std::runtime_error(describe(error));
  FakeSymbols source(places);
  SymbolCache symbols(source);
  return analyse(inputs, symbols, *parsed, FilteredCycles::listed);
}

void add_opposite_orders(RecordBuilder& process) {
  const model::Id one = process.thread("one");
  const model::Id two = process.thread("two");
  const model::Id a = process.object("a");
  const model::Id b = process.object("b");
  const model::Id first = process.take(one, a, "transfer() bank.cc:10:3");
  process.take(one, b, "transfer() bank.cc:11:3", first);
  const model::Id second = process.take(two, b, "audit() bank.cc:20:3");
  process.take(two, a, "audit() bank.cc:21:3", second);
}

}  // namespace lockweave::cli::test
