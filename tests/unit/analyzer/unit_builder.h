// tests/unit/analyzer/unit_builder.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Summaries written by hand, in a few readable lines:
//
//   UnitBuilder unit("/src/bank.cc");
//   unit.function("transfer")
//       .parameter("from", "Account").parameter("to", "Account")
//       .guard(local("g"), {parameter(0) / "Account::mu"})
//       .call("log", {parameter(1)})
//       .guard_end(local("g"));
//   const Program program = link_program({unit.build()}, Settings{});
//
// Operations go to the current block, at first the entry (0); block 1 is the exit. A block that
// leads nowhere leads to the exit. Each operation has an id and a line of its own, counted up; what
// a method has no parameter for is set with `with`. A function's key is its name.
// References that `function` returns stay good while the builder lives.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::summary {

// A member of what the path names.
inline Path operator/(Path path, std::string field) {
  path.fields.push_back(std::move(field));
  return path;
}

}  // namespace lockweave::analyzer::summary

namespace lockweave::analyzer::build {

using summary::Answer;
using summary::Attempt;
using summary::Callee;
using summary::Mode;
using summary::Op;
using summary::OpKind;
using summary::Path;
using summary::Promise;
using summary::Root;
using summary::Start;

inline Path global(const std::string& name) { return {Root::global, 0, name, name, "", {}}; }
inline Path local(const std::string& name, std::string type = "") {
  return {Root::local, 0, name, name, std::move(type), {}};
}
inline Path parameter(std::uint32_t index, std::string type = "") {
  return {Root::parameter, index, "", "p" + std::to_string(index), std::move(type), {}};
}
inline Path object(std::string type = "") {
  return {Root::object, 0, "", "this", std::move(type), {}};
}
inline Path result_of(std::uint32_t op_id) { return {Root::result, op_id, "", "", "", {}}; }
inline Path nowhere() { return {}; }

class FunctionBuilder {
 public:
  FunctionBuilder(summary::Function& function, std::uint32_t& line)
      : function_(&function), line_(&line) {
    function_->blocks.resize(2);
  }

  // ---- the function itself
  FunctionBuilder& parameter(std::string name, std::string type = "") {
    summary::Parameter made;
    made.name = std::move(name);
    made.type = std::move(type);
    function_->parameters.push_back(std::move(made));
    return *this;
  }
  FunctionBuilder& method_of(std::string owner) {
    function_->owner = std::move(owner);
    return *this;
  }
  FunctionBuilder& overrides(std::string base) {
    function_->is_virtual = true;
    function_->overrides.push_back(std::move(base));
    return *this;
  }
  FunctionBuilder& promise(Promise::Kind kind, Path lock, Mode mode = Mode::exclusive) {
    function_->promises.push_back({kind, std::move(lock), mode});
    return *this;
  }
  FunctionBuilder& internal() {
    return set([](auto& f) { f.internal = true; });
  }
  FunctionBuilder& hidden() {
    return set([](auto& f) { f.hidden = true; });
  }
  FunctionBuilder& declared_only() {
    return set([](auto& f) { f.blocks.clear(); });
  }
  FunctionBuilder& address_taken(std::string signature = "") {
    function_->address_taken = true;
    function_->signature = std::move(signature);
    return *this;
  }
  FunctionBuilder& set(const std::function<void(summary::Function&)>& change) {
    change(*function_);
    return *this;
  }
  // The number of a condition, as operations and edges have it; made when first named.
  std::uint32_t condition(const std::string& words) {
    auto& all = function_->conditions;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.words == words; });
    if (found != all.end()) return static_cast<std::uint32_t>(found - all.begin()) + 1;
    all.emplace_back().words = words;
    return static_cast<std::uint32_t>(all.size());
  }
  // The condition is that `subject` is not zero; with a value, that it is this one.
  FunctionBuilder& tests(const std::string& words, Path subject) {
    summary::Condition& made = function_->conditions[condition(words) - 1];
    made.subject = std::move(subject);
    return *this;
  }
  FunctionBuilder& tests(const std::string& words, Path subject, std::int64_t value) {
    tests(words, std::move(subject));
    summary::Condition& made = function_->conditions[condition(words) - 1];
    made.compares = true;
    made.value = value;
    return *this;
  }

  // ---- blocks
  FunctionBuilder& at(std::uint32_t block) {
    ensure(block);
    block_ = block;
    return *this;
  }
  FunctionBuilder& go(std::uint32_t to) { return edge({to, 0, true, false}); }
  FunctionBuilder& go_thrown(std::uint32_t to) { return edge({to, 0, true, true}); }
  FunctionBuilder& branch(const std::string& words, std::uint32_t if_true, std::uint32_t if_false) {
    const std::uint32_t number = condition(words);
    edge({if_true, number, true, false});
    return edge({if_false, number, false, false});
  }
  FunctionBuilder& fork_to(std::uint32_t a, std::uint32_t b) { return go(a).go(b); }

  // ---- locks
  FunctionBuilder& acquire(Path lock, Mode mode = Mode::exclusive) {
    return add(OpKind::acquire, std::move(lock)).with([&](Op& op) { op.mode = mode; });
  }
  FunctionBuilder& try_acquire(Path lock, const std::string& got, bool negated = false) {
    const std::uint32_t outcome = got.empty() ? 0 : condition(got);
    return add(OpKind::acquire, std::move(lock)).with([&](Op& op) {
      op.attempt = Attempt::tried;
      op.outcome = outcome;
      op.negated = negated;
    });
  }
  FunctionBuilder& release(Path lock) { return add(OpKind::release, std::move(lock)); }
  FunctionBuilder& declare_lock(Path lock) { return add(OpKind::declare_lock, std::move(lock)); }
  FunctionBuilder& destroy_lock(Path lock) { return add(OpKind::destroy_lock, std::move(lock)); }

  // ---- guards
  FunctionBuilder& guard(Path guard, std::vector<Path> locks, Start start = Start::locked) {
    return add(OpKind::guard_begin, std::move(guard), std::move(locks)).with([&](Op& op) {
      op.start = start;
    });
  }
  FunctionBuilder& try_guard(Path guard, Path lock, const std::string& got) {
    const std::uint32_t outcome = got.empty() ? 0 : condition(got);
    return add(OpKind::guard_begin, std::move(guard), {std::move(lock)}).with([&](Op& op) {
      op.attempt = Attempt::tried;
      op.outcome = outcome;
    });
  }
  FunctionBuilder& guard_end(Path guard) { return add(OpKind::guard_end, std::move(guard)); }
  FunctionBuilder& guard_acquire(Path guard) {
    return add(OpKind::guard_acquire, std::move(guard));
  }
  FunctionBuilder& guard_release(Path guard) {
    return add(OpKind::guard_release, std::move(guard));
  }
  FunctionBuilder& guard_forget(Path guard) { return add(OpKind::guard_forget, std::move(guard)); }
  FunctionBuilder& guard_move(Path from, Path to) {
    return add(OpKind::guard_move, std::move(to), {std::move(from)});
  }
  FunctionBuilder& guard_swap(Path a, Path b) {
    return add(OpKind::guard_swap, std::move(a), {std::move(b)});
  }
  FunctionBuilder& test_guard(Path guard, const std::string& owns) {
    const std::uint32_t outcome = condition(owns);
    return add(OpKind::test_guard, std::move(guard)).with([&](Op& op) { op.outcome = outcome; });
  }

  // ---- waiting
  FunctionBuilder& wait(Path variable, Path mutex_or_guard) {
    return add(OpKind::wait, std::move(variable), {std::move(mutex_or_guard)});
  }
  FunctionBuilder& notify(Path variable, bool all = true) {
    return add(OpKind::notify, std::move(variable)).with([&](Op& op) { op.all = all; });
  }
  FunctionBuilder& block(Path on, std::string what) {
    return add(OpKind::block, std::move(on)).with([&](Op& op) { op.what = std::move(what); });
  }
  FunctionBuilder& post(Path on, std::string what) {
    return add(OpKind::post, std::move(on)).with([&](Op& op) { op.what = std::move(what); });
  }

  // ---- threads
  FunctionBuilder& spawn(Path handle, const std::string& function, std::vector<Path> arguments = {},
                         std::string what = "thread") {
    add(OpKind::spawn, std::move(handle)).with([&](Op& op) { op.what = std::move(what); });
    return calls({Callee::Kind::direct, function, function, {}}, std::move(arguments), {});
  }
  FunctionBuilder& join(Path handle) {
    return add(OpKind::join, std::move(handle)).with([](Op& op) { op.what = "join"; });
  }
  FunctionBuilder& detach(Path handle) { return add(OpKind::detach, std::move(handle)); }
  FunctionBuilder& end_handle(Path handle) { return add(OpKind::end_handle, std::move(handle)); }
  FunctionBuilder& move_handle(Path from, Path to) {
    return add(OpKind::move_handle, std::move(to), {std::move(from)});
  }

  // ---- calls
  FunctionBuilder& call(const std::string& function, std::vector<Path> arguments = {},
                        Path receiver = {}) {
    add(OpKind::call, {});
    return calls({Callee::Kind::direct, function, function, {}}, std::move(arguments),
                 std::move(receiver));
  }
  FunctionBuilder& call_virtual(const std::string& method, Path receiver,
                                std::vector<Path> arguments = {}) {
    add(OpKind::call, {});
    return calls({Callee::Kind::virtual_method, method, method, {}}, std::move(arguments),
                 std::move(receiver));
  }
  FunctionBuilder& call_stored(Path slot, std::vector<Path> arguments = {}) {
    add(OpKind::call, {});
    return calls({Callee::Kind::stored, "", slot.name, slot}, std::move(arguments), {});
  }
  FunctionBuilder& call_unknown(const std::string& name, std::vector<Path> arguments = {}) {
    add(OpKind::call, {});
    return calls({Callee::Kind::unknown, "", name, {}}, std::move(arguments), {});
  }
  // Changes to the last call or spawn.
  FunctionBuilder& passing(const std::string& function) {  // one more argument: a function
    return with([&](Op& op) { op.arguments.push_back({{}, function}); });
  }
  FunctionBuilder& into(Path variable) {
    return with([&](Op& op) { op.result = std::move(variable); });
  }
  FunctionBuilder& returning(const std::string& words, bool negated = false) {
    const std::uint32_t outcome = condition(words);
    return with([&](Op& op) {
      op.outcome = outcome;
      op.negated = negated;
    });
  }
  FunctionBuilder& fork(const std::string& child) {
    const std::uint32_t outcome = condition(child);
    return add(OpKind::fork, {}).with([&](Op& op) { op.outcome = outcome; });
  }
  FunctionBuilder& replace() { return add(OpKind::replace, {}); }

  // ---- data
  FunctionBuilder& read(Path variable) { return add(OpKind::access, std::move(variable)); }
  FunctionBuilder& write(Path variable) {
    return add(OpKind::access, std::move(variable)).with([](Op& op) { op.write = true; });
  }
  FunctionBuilder& alias(Path name, Path of) {
    return add(OpKind::alias, std::move(name), {std::move(of)});
  }
  FunctionBuilder& assign(const std::string& words, bool value) {
    const std::uint32_t outcome = condition(words);
    return add(OpKind::assign, {}).with([&](Op& op) {
      op.outcome = outcome;
      op.value = value ? Answer::yes : Answer::no;
    });
  }
  FunctionBuilder& assign_from(const std::string& words, const std::string& from) {
    const std::uint32_t outcome = condition(words);
    const std::uint32_t source = condition(from);
    return add(OpKind::assign, {}).with([&](Op& op) {
      op.outcome = outcome;
      op.from = source;
    });
  }
  // return; also ends the block.
  FunctionBuilder& leave() { return add(OpKind::leave, {}).go(1); }
  FunctionBuilder& leave(bool value) {
    function_->returns_bool = true;
    return add(OpKind::leave, {})
        .with([&](Op& op) { op.value = value ? Answer::yes : Answer::no; })
        .go(1);
  }
  FunctionBuilder& leave_with(Path guard) { return add(OpKind::leave, std::move(guard)).go(1); }
  FunctionBuilder& leave_thrown() {
    return add(OpKind::leave, {}).with([](Op& op) { op.thrown = true; }).go_thrown(1);
  }

  // ---- any operation
  FunctionBuilder& add(OpKind kind, Path on, std::vector<Path> others = {}) {
    Op op;
    op.kind = kind;
    op.id = ++ops_;
    op.place = {1, ++*line_, 1};
    op.object = std::move(on);
    op.others = std::move(others);
    function_->blocks.at(block_).ops.push_back(std::move(op));
    return *this;
  }
  FunctionBuilder& with(const std::function<void(Op&)>& change) {
    change(function_->blocks.at(block_).ops.back());
    return *this;
  }
  FunctionBuilder& in_loop() {
    return with([](Op& op) { op.looped = true; });
  }
  // The id of the last operation added.
  std::uint32_t last() const { return ops_; }

 private:
  void ensure(std::uint32_t block) {
    if (function_->blocks.size() <= block) function_->blocks.resize(block + 1);
  }
  FunctionBuilder& edge(summary::Edge edge) {
    ensure(edge.to);
    function_->blocks.at(block_).next.push_back(edge);
    return *this;
  }
  FunctionBuilder& calls(Callee callee, std::vector<Path> arguments, Path receiver) {
    return with([&](Op& op) {
      op.callees = {std::move(callee)};
      for (Path& path : arguments) op.arguments.push_back({std::move(path), ""});
      op.receiver = std::move(receiver);
    });
  }

  summary::Function* function_;
  std::uint32_t* line_;
  std::uint32_t block_ = 0;
  std::uint32_t ops_ = 0;
};

class UnitBuilder {
 public:
  explicit UnitBuilder(std::string source = "/src/unit.cc") {
    unit_.source = source;
    unit_.files = {std::move(source)};
  }

  FunctionBuilder& function(const std::string& name) {
    summary::Function& made = functions_.emplace_back();
    made.key = name;
    made.name = name;
    made.place = {1, ++line_, 1};
    return builders_.emplace_back(made, line_);
  }
  UnitBuilder& bind(Path slot, std::string function) {
    unit_.bindings.push_back({std::move(slot), std::move(function)});
    return *this;
  }
  UnitBuilder& lock_kind(Path lock, summary::Answer recursive) {
    unit_.lock_kinds.push_back({std::move(lock), recursive});
    return *this;
  }
  summary::Class& type(const std::string& name, std::vector<std::string> bases = {}) {
    summary::Class& made = classes_.emplace_back();
    made.key = name;
    made.name = name;
    made.place = {1, ++line_, 1};
    made.bases = std::move(bases);
    return made;
  }
  // A member of the class; its key is "Class::name".
  summary::Field& field(summary::Class& owner, const std::string& name, std::string type_name) {
    summary::Field& made = owner.fields.emplace_back();
    made.key = owner.key + "::" + name;
    made.type = std::move(type_name);
    made.place = {1, ++line_, 1};
    return made;
  }
  summary::Variable& variable(const std::string& name, std::string type_name) {
    summary::Variable& made = variables_.emplace_back();
    made.key = name;
    made.name = name;
    made.type = std::move(type_name);
    made.place = {1, ++line_, 1};
    return made;
  }
  UnitBuilder& ignore(std::uint32_t line, std::string rule, std::string reason) {
    const summary::Place place{1, line, 1};
    unit_.ignores.push_back({place, place, std::move(rule), std::move(reason)});
    return *this;
  }

  summary::Unit build() const {
    summary::Unit unit = unit_;
    unit.functions.assign(functions_.begin(), functions_.end());
    unit.classes.assign(classes_.begin(), classes_.end());
    unit.variables.assign(variables_.begin(), variables_.end());
    const auto by_key = [](const auto& a, const auto& b) { return a.key < b.key; };
    std::sort(unit.functions.begin(), unit.functions.end(), by_key);
    std::sort(unit.classes.begin(), unit.classes.end(), by_key);
    std::sort(unit.variables.begin(), unit.variables.end(), by_key);
    for (summary::Function& function : unit.functions) {
      close(function, line_ + 1);
    }
    return unit;
  }

 private:
  static void close(summary::Function& function, std::uint32_t line) {
    if (function.end.line == 0) function.end = {1, line, 1};
    for (std::size_t i = 0; i < function.blocks.size(); ++i) {
      if (i != 1 && function.blocks[i].next.empty()) function.blocks[i].next.push_back({1});
    }
  }

  summary::Unit unit_;
  std::deque<summary::Function> functions_;
  std::deque<FunctionBuilder> builders_;
  std::deque<summary::Class> classes_;
  std::deque<summary::Variable> variables_;
  std::uint32_t line_ = 0;
};

}  // namespace lockweave::analyzer::build
