// analyzer/summary/summary.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one translation unit says about locks and threads: plain facts in the order in which the
// program does them, and no judgement. `extract` writes it, `link` reads it; no clang here.
//
// A function is its control-flow graph, reduced to what matters: blocks of operations, edges that
// may carry a condition. What is held where is not said: that depends on what the called functions
// do, and is computed by `link` when all units are there.
//
// Keys. A function, class, field or variable has a key that is the same in every unit that sees it:
// of a function its USR, of the others the qualified name; with "FILE|" in front where only one
// file can name it (static, anonymous namespace), with file:line:column for a lambda, with the
// template arguments for an instantiation. For people everything up to the last '|' is left out.
// Invariant: equal input gives equal bytes; nothing in here is an address, a time or a random
// number.
// Thread-safety: plain data.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace lockweave::analyzer::summary {

inline constexpr std::uint32_t kVersion = 4;

struct Place {
  std::uint32_t file = 0;    // index of Unit::files plus 1; 0: unknown
  std::uint32_t line = 0;    // 1-based
  std::uint32_t column = 0;  // 1-based
  friend auto operator<=>(const Place&, const Place&) = default;
};

// ---- paths --------------------------------------------------------------------------------------

enum class Root : std::uint8_t {
  none,       // there is no such object, or it cannot be named
  global,     // a variable with static storage, also a static local; symbol: its key
  parameter,  // index: which; of a lambda, too
  object,     // *this; in a lambda the `this` it captured
  local,      // symbol: key of the variable, unique in the program
  result,     // what the call `index` (Op::id) of this function returned
};

// How a function names an object: where it begins, and the members on the way. Pointers and
// references are looked through: `p->mu`, `(*p).mu` and `r.mu` are all {p, mu}.
struct Path {
  Root root = Root::none;
  std::uint32_t index = 0;
  std::string symbol;  // of global and local
  std::string name;    // the root as a person calls it: "bank", "ns::mu"; may be empty
  std::string type;    // key of the class of the object at the root; may be empty
  // "ns::Account::mu" each; "ns::Bank::vault." if it is an object itself, of a class of the user's,
  // and not what it refers to; an element is "[]" or, if constant, "[3]".
  std::vector<std::string> fields;
  // Bit 0: the variable at the root is a pointer, reference or std::shared_ptr; bit i + 1: fields[i]
  // is. What follows is an object that others may know by another name. Not: std::unique_ptr.
  std::uint32_t pointers = 0;
  friend auto operator<=>(const Path&, const Path&) = default;
};

// ---- operations ---------------------------------------------------------------------------------

enum class Mode : std::uint8_t { exclusive, shared };
enum class Attempt : std::uint8_t { blocking, tried, timed };
enum class Start : std::uint8_t { locked, deferred, adopted };
enum class Answer : std::uint8_t { unknown, no, yes };

enum class OpKind : std::uint8_t {
  // Locks. object: the lock; mode, attempt, recursive; outcome: condition that it was got.
  acquire,
  release,
  declare_lock,  // a local lock comes to life; `escapes`: others can see it
  destroy_lock,  // its destructor or destroy function; or the memory around it is freed
  // Guards. object: the guard; others: its locks (several: all at once, in no order).
  guard_begin,    // start, attempt, mode, outcome; `temporary`: dies with its full expression
  guard_end,      // the destructor: releases what it owns; others: objects it is a member of, which
                  // the guard may be known by
  guard_acquire,  // guard.lock() and its kin
  guard_release,  // guard.unlock()
  guard_forget,   // guard.release(): the lock stays held, the guard is empty
  guard_move,     // others[0] -> object; object releases what it had (not if it is new)
  guard_swap,     // object <-> others[0]
  test_guard,     // guard.owns_lock(); outcome: the condition
  // Waiting. object: condition variable, semaphore, queue, future, thread...
  wait,    // on a condition variable; others[0]: guard or mutex; tested, attempt, predicate, looped
  notify,  // `all`
  block,   // waits for something else: `what`; attempt
  post,    // ends such a wait: `what`
  // Threads. object: the handle.
  spawn,        // callees, arguments, receiver; `what`; `repeated`: several at a time; escaping
  join,         // `what`: "join"
  detach,       // daemon threads are detached from the beginning: spawn, then detach
  end_handle,   // its destructor, or it is overwritten: terminates the program if joinable
  move_handle,  // others[0] -> object; object none: somewhere that cannot be named
  // Calls.
  call,     // callees, arguments, receiver, result; outcome: condition that it returned true
  fork,     // outcome: condition that this is the child
  replace,  // exec, _exit: what follows does not happen in this process image
  // Data.
  access,  // object: the variable or member; write, atomic, update, tested...
  alias,   // object names what others[0] is, from here on
  assign,  // condition `outcome` becomes: `value`, or that of condition `from`
  leave,   // return or throw; `thrown`; value / from: the bool returned; object: what is returned
};

// What is called: one of these.
struct Callee {
  enum class Kind : std::uint8_t {
    direct,          // function
    virtual_method,  // function: the method named; overriders count too
    stored,          // the function value in `slot`: parameter, member, variable
    unknown,         // no body and no model; function: key if it has one
  };
  Kind kind = Kind::direct;
  std::string function;
  std::string name;  // as a person calls it
  Path slot;
  friend bool operator==(const Callee&, const Callee&) = default;
};

struct Argument {
  Path path;               // the object passed, by reference, pointer or value
  std::string function;    // key of the function, lambda or method passed
  std::int64_t value = 0;  // of a constant
  bool constant = false;
  bool not_null = false;  // the address of something
  friend bool operator==(const Argument&, const Argument&) = default;
};

struct Op {
  OpKind kind = OpKind::call;
  std::uint32_t id = 0;  // unique in its function, from 1
  Place place;
  Path object;
  std::vector<Path> others;
  Mode mode = Mode::exclusive;
  Attempt attempt = Attempt::blocking;
  Start start = Start::locked;
  Answer recursive = Answer::unknown;  // may the lock's holder take it again
  std::uint32_t outcome = 0;           // index of Function::conditions plus 1
  std::uint32_t from = 0;              // the same
  bool negated = false;                // `outcome` is true when it failed; `from` is negated
  Answer value = Answer::unknown;
  // In words: "sleep", "join", "future get", "queue get", "queue put", "semaphore", "read"...; of a
  // spawn "thread", "async", "process", "timer", "executor", "signal", "exit"; of a lock its type.
  std::string what;
  std::vector<Callee> callees;
  std::vector<Argument> arguments;
  Path receiver;               // *this of what is called or begun
  Path result;                 // the variable that gets what a call returns
  std::vector<Path> tested;    // of a wait: what its loop or predicate reads
  std::vector<Path> escaping;  // of a spawn: locals that the thread refers to
  bool temporary = false;
  bool escapes = false;
  bool predicate = false;  // of a wait: it has a predicate
  bool looped = false;     // stands in a loop of its function
  bool repeated = false;
  bool all = false;
  bool thrown = false;
  bool write = false;
  bool atomic = false;
  bool update = false;     // read, changed and written in one operation, or `x = x + 1`
  bool computed = false;   // of an atomic: what is stored comes from what was loaded from it before
  bool condition = false;  // an access that decides where to go
  bool loop_test = false;  // ... and whether to go round again
  bool guarded_init = false;  // of a lock operation: once-initialisation, static guard
  friend bool operator==(const Op&, const Op&) = default;
};

// ---- functions, classes, units ------------------------------------------------------------------

// What a branch tests. Where it has a subject, that is compared with a constant: is it `value`? Or,
// if it does not `compare`, is it something else than zero? Without a subject: not zero, or, if it
// compares, another relation to a constant.
struct Condition {
  std::string words;
  Path subject;  // none: the outcome of an operation, or nothing that has a name
  std::int64_t value = 0;
  bool compares = false;
  friend bool operator==(const Condition&, const Condition&) = default;
};

struct Edge {
  std::uint32_t to = 0;
  std::uint32_t condition = 0;  // index of Function::conditions plus 1; 0: none
  bool value = true;            // taken when the condition has this value
  bool thrown = false;          // by an exception: destructors have run
  friend bool operator==(const Edge&, const Edge&) = default;
};

struct Block {
  std::vector<Op> ops;
  std::vector<Edge> next;
  friend bool operator==(const Block&, const Block&) = default;
};

struct Parameter {
  std::string name;
  std::string key;   // as a lambda that captures it names it: the symbol of a `local` root
  std::string type;  // key of the class it is, or points or refers to; may be empty
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

// Clang's thread-safety attributes, as far as they say something about calls.
struct Promise {
  enum class Kind : std::uint8_t { needs, acquires, releases, excludes };
  Kind kind = Kind::needs;
  Path lock;
  Mode mode = Mode::exclusive;
  friend bool operator==(const Promise&, const Promise&) = default;
};

struct Function {
  std::string key;
  std::string name;     // plain qualified name, as fingerprints use it: "ns::Class::method"
  std::string pattern;  // key of the template it is an instance of; empty: none
  Place place;
  Place end;              // the closing brace
  std::string owner;      // key of its class
  std::string signature;  // of its type, without class: "void (int)"
  std::vector<std::string> overrides;
  std::vector<Parameter> parameters;
  std::vector<Promise> promises;
  std::vector<Condition> conditions;
  std::vector<Block> blocks;  // 0: entry; 1: exit. None: only declared here
  bool lambda = false;
  bool internal = false;  // only this unit can call it by name
  bool hidden = false;    // private member
  bool is_virtual = false;
  bool constructor = false;
  bool destructor = false;
  bool address_taken = false;
  bool coroutine = false;
  bool unchecked = false;  // no_thread_safety_analysis
  bool returns_bool = false;
  bool in_system_header = false;
  friend bool operator==(const Function&, const Function&) = default;
};

struct Field {
  std::string key;         // what paths say: "ns::Account::mu", "ns::Bank::vault."
  std::string type;        // in words
  std::string owner_type;  // key of the class it is, or points to
  Place place;
  std::string guarded_by;  // from Clang's attribute, as written
  bool lock = false;
  bool condition_variable = false;
  bool thread = false;
  bool atomic = false;
  bool constant = false;
  bool is_volatile = false;
  bool reference = false;
  friend bool operator==(const Field&, const Field&) = default;
};

struct Class {
  std::string key;
  std::string name;
  Place place;
  std::vector<std::string> bases;  // keys
  std::vector<Field> fields;
  friend bool operator==(const Class&, const Class&) = default;
};

struct Variable {  // with static storage
  std::string key;
  std::string name;
  std::string type;
  Place place;
  std::string guarded_by;
  std::int64_t count = -1;  // a semaphore's first permits; -1: not one, or not known
  bool lock = false;
  bool condition_variable = false;
  bool atomic = false;
  bool constant = false;
  bool is_volatile = false;
  bool thread_local_storage = false;
  bool static_local = false;
  friend bool operator==(const Variable&, const Variable&) = default;
};

// A function value stored where a call can find it.
struct Binding {
  Path slot;             // a member (only its last field counts) or a global
  std::string function;  // key
  friend bool operator==(const Binding&, const Binding&) = default;
};

// What the initialisation of a lock says that its type does not.
struct LockKind {
  Path lock;                           // a member (only its last field counts) or a variable
  Answer recursive = Answer::unknown;  // yes, too, if a second lock fails instead of waiting
  friend auto operator<=>(const LockKind&, const LockKind&) = default;
};

// `// lockweave: ignore(rule) reason`, on its line or above it.
struct Ignore {
  Place place;       // the line it speaks of
  Place comment;     // where it is written
  std::string rule;  // "*": every rule
  std::string reason;
  friend bool operator==(const Ignore&, const Ignore&) = default;
};

struct Unit {
  std::string source;  // the main file, absolute
  // What it is compiled to, absolute: several for several targets of one command. Of the command
  // and not the source, so not in the archive; who knows the command sets it.
  std::vector<std::string> objects;
  std::vector<std::string> files;   // absolute
  std::vector<Function> functions;  // sorted by key
  std::vector<Class> classes;       // sorted by key
  std::vector<Variable> variables;  // sorted by key
  std::vector<Binding> bindings;
  std::vector<LockKind> lock_kinds;
  std::vector<Ignore> ignores;
  std::vector<std::string> errors;  // what could not be parsed, "file:line: message"
  std::uint64_t lines = 0;          // of user code seen
  friend bool operator==(const Unit&, const Unit&) = default;
};

}  // namespace lockweave::analyzer::summary
