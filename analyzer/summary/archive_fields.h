// analyzer/summary/archive_fields.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What of each struct goes into an archive, and in which order: one list for both directions.
// Each binds every member by name, so a member that is added does not compile until it is here.
// An Archive takes values with operator(), booleans together with flags(), and says with Of<T>
// whether it changes them.
// Private to archive.cc and its test.
#pragma once

#include <string>
#include <vector>

#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::summary {

constexpr Root last_of(Root) { return Root::result; }
constexpr Mode last_of(Mode) { return Mode::shared; }
constexpr Attempt last_of(Attempt) { return Attempt::timed; }
constexpr Start last_of(Start) { return Start::adopted; }
constexpr Answer last_of(Answer) { return Answer::yes; }
constexpr OpKind last_of(OpKind) { return OpKind::leave; }
constexpr Callee::Kind last_of(Callee::Kind) { return Callee::Kind::unknown; }
constexpr Promise::Kind last_of(Promise::Kind) { return Promise::Kind::excludes; }

template <typename Archive, typename T>
using Of = typename Archive::template Of<T>;

template <typename Archive>
void describe(Archive& archive, Of<Archive, Place>& place) {
  auto& [file, line, column] = place;
  archive(file, line, column);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Path>& path) {
  auto& [root, index, symbol, name, type, fields, pointers] = path;
  archive(root, index, symbol, name, type, fields, pointers);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Callee>& callee) {
  auto& [kind, function, name, slot] = callee;
  archive(kind, function, name, slot);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Argument>& argument) {
  auto& [path, function, value, constant, not_null] = argument;
  archive(path, function, value);
  archive.flags(constant, not_null);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Op>& op) {
  auto& [kind, id, place, object, others, mode, attempt, start, recursive, outcome, from, negated,
         value, what, callees, arguments, receiver, result, tested, escaping, temporary, escapes,
         predicate, looped, repeated, all, thrown, write, atomic, update, computed, condition,
         loop_test, guarded_init] = op;
  archive(kind, id, place, object, others, mode, attempt, start, recursive, outcome, from, value,
          what, callees, arguments, receiver, result, tested, escaping);
  archive.flags(negated, temporary, escapes, predicate, looped, repeated, all, thrown, write,
                atomic, update, computed, condition, loop_test, guarded_init);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Condition>& condition) {
  auto& [words, subject, value, compares] = condition;
  archive(words, subject, value);
  archive.flags(compares);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Edge>& edge) {
  auto& [to, condition, value, thrown] = edge;
  archive(to, condition);
  archive.flags(value, thrown);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Block>& block) {
  auto& [ops, next] = block;
  archive(ops, next);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Parameter>& parameter) {
  auto& [name, key, type] = parameter;
  archive(name, key, type);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Promise>& promise) {
  auto& [kind, lock, mode] = promise;
  archive(kind, lock, mode);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Function>& function) {
  auto& [key, name, pattern, place, end, owner, signature, overrides, parameters, promises,
         conditions, blocks, lambda, internal, hidden, is_virtual, constructor, destructor,
         address_taken, coroutine, unchecked, returns_bool, in_system_header] = function;
  archive(key, name, pattern, place, end, owner, signature, overrides, parameters, promises,
          conditions, blocks);
  archive.flags(lambda, internal, hidden, is_virtual, constructor, destructor, address_taken,
                coroutine, unchecked, returns_bool, in_system_header);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Field>& field) {
  auto& [key, type, owner_type, place, guarded_by, lock, condition_variable, thread, atomic,
         constant, is_volatile, reference] = field;
  archive(key, type, owner_type, place, guarded_by);
  archive.flags(lock, condition_variable, thread, atomic, constant, is_volatile, reference);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Class>& one) {
  auto& [key, name, place, bases, fields] = one;
  archive(key, name, place, bases, fields);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Variable>& variable) {
  auto& [key, name, type, place, guarded_by, count, lock, condition_variable, atomic, constant,
         is_volatile, thread_local_storage, static_local] = variable;
  archive(key, name, type, place, guarded_by, count);
  archive.flags(lock, condition_variable, atomic, constant, is_volatile, thread_local_storage,
                static_local);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Binding>& binding) {
  auto& [slot, function] = binding;
  archive(slot, function);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, LockKind>& kind) {
  auto& [lock, recursive] = kind;
  archive(lock, recursive);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Ignore>& ignore) {
  auto& [place, comment, rule, reason] = ignore;
  archive(place, comment, rule, reason);
}

template <typename Archive>
void describe(Archive& archive, Of<Archive, Unit>& unit) {
  auto& [source, objects, files, functions, classes, variables, bindings, lock_kinds, ignores,
         errors, lines] = unit;
  archive(source, files, functions, classes, variables, bindings, lock_kinds, ignores, errors,
          lines);
}

}  // namespace lockweave::analyzer::summary
