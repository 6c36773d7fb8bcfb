// analyzer/summary/print.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/summary/print.h"

namespace lockweave::analyzer::summary {
namespace {

constexpr std::string_view kKinds[] = {
    "acquire",       "release",       "declare_lock", "destroy_lock", "guard_begin", "guard_end",
    "guard_acquire", "guard_release", "guard_forget", "guard_move",   "guard_swap",  "test_guard",
    "wait",          "notify",        "block",        "post",         "spawn",       "join",
    "detach",        "end_handle",    "move_handle",  "call",         "fork",        "replace",
    "access",        "alias",         "assign",       "leave"};

std::string_view without_file(std::string_view key) {
  const std::size_t bar = key.rfind('|');
  return bar == std::string_view::npos ? key : key.substr(bar + 1);
}

void add_flag(std::string& text, bool set, std::string_view word) {
  if (set) (text += ' ') += word;
}

std::string condition_text(std::uint32_t condition, bool negated) {
  return (negated ? "!c" : "c") + std::to_string(condition);
}

std::string callee_text(const Callee& callee) {
  switch (callee.kind) {
    case Callee::Kind::direct: return callee.name;
    case Callee::Kind::virtual_method: return "virtual " + callee.name;
    case Callee::Kind::stored: return "stored in " + to_text(callee.slot);
    case Callee::Kind::unknown: return "unknown " + callee.name;
  }
  return "";
}

std::string block_text(const Block& block, std::size_t index) {
  std::string text = "  block " + std::to_string(index) + " ->";
  for (const Edge& edge : block.next) {
    text += " " + std::to_string(edge.to);
    if (edge.condition != 0) text += " if " + condition_text(edge.condition, !edge.value);
    add_flag(text, edge.thrown, "thrown");
  }
  text += '\n';
  for (const Op& op : block.ops) text += "    " + to_text(op) + '\n';
  return text;
}

}  // namespace

std::string_view to_string(OpKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::string to_text(const Path& path) {
  std::string text;
  switch (path.root) {
    case Root::none: text = "?"; break;
    case Root::global:
    case Root::local: text = path.name.empty() ? without_file(path.symbol) : path.name; break;
    case Root::parameter: text = "parameter " + std::to_string(path.index); break;
    case Root::object: text = "this"; break;
    case Root::result: text = "result " + std::to_string(path.index); break;
  }
  for (const std::string& field : path.fields) (text += '.') += without_file(field);
  return text;
}

std::string to_text(const Op& op) {
  std::string text = std::to_string(op.place.line) + ": " + std::string(to_string(op.kind));
  if (op.object.root != Root::none) text += ' ' + to_text(op.object);
  for (const Path& other : op.others) text += " [" + to_text(other) + ']';
  for (const Callee& callee : op.callees) text += ' ' + callee_text(callee);
  if (op.receiver.root != Root::none) text += " on " + to_text(op.receiver);
  for (const Argument& argument : op.arguments) {
    text += " (" +
            (argument.function.empty() ? to_text(argument.path)
                                       : std::string(without_file(argument.function))) +
            ')';
  }
  if (op.result.root != Root::none) text += " into " + to_text(op.result);
  for (const Path& path : op.tested) text += " tests " + to_text(path);
  for (const Path& path : op.escaping) text += " refers to " + to_text(path);
  if (op.outcome != 0) text += " outcome " + condition_text(op.outcome, op.negated);
  if (op.from != 0) text += " from " + condition_text(op.from, op.negated);
  if (op.value != Answer::unknown) text += op.value == Answer::yes ? " yes" : " no";
  if (!op.what.empty()) text += " \"" + op.what + '"';
  add_flag(text, op.mode == Mode::shared, "shared");
  add_flag(text, op.attempt == Attempt::tried, "tried");
  add_flag(text, op.attempt == Attempt::timed, "timed");
  add_flag(text, op.start == Start::deferred, "deferred");
  add_flag(text, op.start == Start::adopted, "adopted");
  add_flag(text, op.recursive == Answer::yes, "recursive");
  add_flag(text, op.temporary, "temporary");
  add_flag(text, op.escapes, "escapes");
  add_flag(text, op.predicate, "predicate");
  add_flag(text, op.looped, "looped");
  add_flag(text, op.repeated, "repeated");
  add_flag(text, op.all, "all");
  add_flag(text, op.thrown, "thrown");
  add_flag(text, op.write, "write");
  add_flag(text, op.atomic, "atomic");
  add_flag(text, op.update, "update");
  add_flag(text, op.condition, "condition");
  add_flag(text, op.loop_test, "loop_test");
  return text;
}

std::string to_text(const Unit& unit) {
  std::string text = unit.source + '\n';
  for (const std::string& error : unit.errors) text += "error " + error + '\n';
  for (const Variable& one : unit.variables) {
    text += "variable " + one.name + ": " + one.type + (one.lock ? " lock" : "") + '\n';
  }
  for (const Class& one : unit.classes) {
    text += "class " + one.name + '\n';
    for (const Field& field : one.fields) {
      text += "  " + std::string(without_file(field.key)) + ": " + field.type +
              (field.lock ? " lock" : "") + '\n';
    }
  }
  for (const Binding& one : unit.bindings) {
    text += "bind " + to_text(one.slot) + " = " + std::string(without_file(one.function)) + '\n';
  }
  for (const LockKind& one : unit.lock_kinds) {
    text += "kind " + to_text(one.lock) +
            (one.recursive == Answer::yes  ? " recursive"
             : one.recursive == Answer::no ? " plain"
                                           : " unknown") +
            '\n';
  }
  for (const Function& one : unit.functions) {
    text += "function " + one.name + (one.blocks.empty() ? " declared" : "") + '\n';
    for (std::size_t i = 0; i < one.blocks.size(); ++i) {
      text += block_text(one.blocks[i], i);
    }
  }
  return text;
}

}  // namespace lockweave::analyzer::summary
