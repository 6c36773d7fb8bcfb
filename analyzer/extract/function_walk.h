// analyzer/extract/function_walk.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function: its control-flow graph, element by element, becomes operations in blocks. Each element
// is translated where clang's graph has it, in the order of evaluation; nothing is decided here.
//
// What clang's graph does not have is added: guards declared in a try block end where a handler
// begins; a throw that no handler of the function catches runs the destructors (Edge::thrown); blocks
// that end in a call that does not return lead nowhere.
// The parts: function_walk.cc blocks and edges, walk_calls.cc calls, walk_locks.cc and walk_threads.cc
// those that are known by name, walk_objects.cc constructors, destructors, declarations, walk_data.cc
// accesses, walk_conditions.cc what branches test.
#pragma once

#include <clang/Analysis/CFG.h>

#include <map>
#include <optional>
#include <set>
#include <string>

#include "analyzer/extract/callables.h"
#include "analyzer/extract/library.h"
#include "analyzer/extract/names.h"
#include "analyzer/extract/paths.h"
#include "analyzer/extract/survey.h"
#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::extract {

// What all functions of a unit share.
struct UnitContext {
  Names& names;
  Library& library;
  summary::Unit& unit;
  std::set<std::string> taken;  // keys of functions whose address is taken
  std::map<std::string, const clang::FunctionDecl*>
      referred;  // by key, all that is called or named
};

// A function that is only declared: all but the blocks.
summary::Function describe_function(UnitContext& context, const clang::FunctionDecl& function);

class FunctionWalk {
 public:
  FunctionWalk(UnitContext& context, const clang::FunctionDecl& function);

  summary::Function run();
  summary::Function describe_only();
  // Found in it, to be walked as functions of their own.
  const std::vector<const clang::LambdaExpr*>& lambdas() const { return survey_.lambdas; }

 private:
  using Answer = summary::Answer;
  using Op = summary::Op;
  using Path = summary::Path;

  struct Test {  // a condition, perhaps turned round
    std::uint32_t condition = 0;
    bool negated = false;
  };

  // What a call gave. `success`: the one value that means yes, then the condition is "it failed";
  // else the condition is "not zero".
  struct Outcome {
    std::uint32_t condition = 0;
    std::optional<std::int64_t> success;
  };

  // function_walk.cc
  void describe();
  void collect_tested(const clang::CFG& graph);
  static std::vector<const clang::Expr*> tests_around(const clang::CFGBlock& block);
  void walk_block(const clang::CFGBlock& block);
  void connect(const clang::CFGBlock& block);
  std::optional<std::int64_t> value_of_case(const clang::CFGBlock* to) const;
  bool connect_cases(const clang::CFGBlock& block);
  void begin_handler(const clang::CXXCatchStmt& handler);
  void on_element(const clang::CFGElement& element);
  void on_statement(const clang::Stmt& statement);
  void on_return(const clang::ReturnStmt& leave);
  Op& emit(summary::OpKind kind, clang::SourceLocation at);
  void reduce();

  // walk_calls.cc
  void on_call(const clang::CallExpr& call);
  void on_modelled(const clang::CallExpr& call, const CallModel& model, const clang::Expr* object,
                   const TypeModel& type);
  void on_lock_call(const clang::CallExpr& call, const CallModel& model, const clang::Expr* object,
                    const TypeModel& type);
  void on_call_locked(const clang::CallExpr& call, const CallModel& model,
                      const clang::Expr* object);
  void on_lock_initialised(const clang::CallExpr& call, const Path& lock);
  void on_guard_call(const clang::CallExpr& call, const CallModel& model,
                     const clang::Expr* object);
  bool on_promised_try(const clang::CallExpr& call, const clang::FunctionDecl& callee,
                       const clang::Expr* object);
  void on_wait(const clang::CallExpr& call, const CallModel& model, const clang::Expr* object,
               bool member);
  void on_thread_call(const clang::CallExpr& call, const CallModel& model,
                      const clang::Expr* object);
  void on_call_once(const clang::CallExpr& call);
  void on_members_run(const clang::CallExpr& call, const CallModel& model,
                      const clang::Expr* structure);
  void on_parallel(const clang::CallExpr& call, bool often);
  Callable run_of(const clang::Expr* object);
  bool on_made_by_library(const clang::CallExpr& call, const clang::FunctionDecl& callee,
                          const clang::Expr* object);
  void put_handles(const clang::CallExpr& call, const clang::Expr* container);
  void on_plain_call(const clang::CallExpr& call);
  void on_library_call(const clang::CallExpr& call, const clang::FunctionDecl& callee);
  void call_directly(const Callable& callable, clang::SourceLocation at);
  void emit_spawn(const Callable& callable, const Path& handle, const char* what, bool repeated,
                  clang::SourceLocation at);
  void add_bound(Op& op, const Callable& callable);
  summary::Callee callee_of(const Callable& callable);
  void refer_to(const clang::FunctionDecl& function);
  std::vector<Path> paths_in(const clang::Expr* expr);
  bool stands_in_loop(const clang::Expr& expr) const;

  // walk_objects.cc
  void on_construct(const clang::CXXConstructExpr& construct);
  void on_guard_made(const clang::CXXConstructExpr& construct, const TypeModel& type);
  void on_guard_moved(const clang::CXXConstructExpr& construct);
  void make_guard(llvm::ArrayRef<const clang::Expr*> arguments, const TypeModel& type,
                  const Path& guard, bool temporary, clang::SourceLocation at);
  void on_thread_made(const clang::CXXConstructExpr& construct, const TypeModel& type);
  void on_declaration(const clang::DeclStmt& statement);
  void on_variable(const clang::VarDecl& variable);
  // `around`: the objects it is a member of.
  void on_end_of(const Path& object, clang::QualType type, clang::SourceLocation at,
                 const std::vector<Path>& around = {});
  void on_end_of_class(const Path& object, const clang::CXXRecordDecl& record,
                       clang::SourceLocation at, const std::vector<Path>& around);
  void on_end_of_held(const Path& holder, clang::QualType type, clang::SourceLocation at);
  const clang::Expr* guard_in(const clang::Expr* expr);
  void on_delete(const clang::CXXDeleteExpr& expr);
  void on_initialised(const clang::CXXCtorInitializer& initializer);
  void on_moved_to(const Path& to, const clang::Expr* from, const TypeModel& type,
                   clang::SourceLocation at);
  Path place_of(const clang::Expr& made);
  void bind_fields(const clang::InitListExpr& list);

  // walk_data.cc
  void forget_writes(const std::string& begin);
  void on_assignment(const clang::BinaryOperator& binary);
  void on_step(const clang::UnaryOperator& unary);
  void on_read(const clang::CastExpr& cast);
  bool on_atomic_call(const clang::CallExpr& call, const clang::Expr* object, llvm::StringRef name);
  bool on_watched_call(const clang::CallExpr& call, const clang::Expr* object,
                       llvm::StringRef name);
  bool on_container_call(const clang::CallExpr& call, const clang::Expr* object,
                         const clang::FunctionDecl& callee);
  void access(const clang::Expr* expr, bool write, bool atomic, bool update,
              clang::SourceLocation at, summary::Answer value = summary::Answer::unknown);
  bool is_given_away(const clang::VarDecl* local) const;
  bool computed_from(const clang::Expr* value, const Path& atomic, int variables = 3);
  bool can_be_shared(const clang::Expr* expr, const Path& path) const;
  void bind(const clang::Expr* slot, const clang::Expr* value);
  void bind(const Path& slot, const clang::Expr* value);

  // walk_conditions.cc
  Test test_of(const clang::Expr* expr);
  Test test_of_comparison(const clang::Expr* value, std::int64_t constant);
  Test test_of_case(const clang::SwitchStmt& choice, const clang::CFGBlock& taken);
  const Outcome* known_outcome(const clang::Expr* expr) const;
  std::uint32_t new_condition(std::string words);
  std::uint32_t new_condition(summary::Condition condition);
  std::uint32_t outcome_of(const clang::Expr& call,
                           std::optional<std::int64_t> success = std::nullopt);
  std::string key_of_test(const clang::Expr* expr);
  std::string question_of(const clang::Expr* value, std::optional<std::int64_t> constant);
  std::string comparison_with_constant(const clang::BinaryOperator& binary);
  void follow_passed(const clang::CFGBlock& block);
  std::uint32_t condition_of(const std::string& key);
  static bool compares_two_objects(const clang::BinaryOperator& binary);
  void assign_conditions(const Path& object, const clang::Expr* value, clang::SourceLocation at);
  void forget_shared_tests(clang::SourceLocation at);
  static Answer constant(const clang::Expr* expr, clang::ASTContext& context);
  Answer value_for(const summary::Condition& question, const clang::Expr* value) const;

  UnitContext& context_;
  Names& names_;
  Library& library_;
  const clang::FunctionDecl& function_;
  Paths paths_;
  Callables callables_;
  Survey survey_;
  summary::Function made_;
  std::uint32_t block_ = 0;
  const clang::CFGBlock* walked_ = nullptr;  // of which `block_` is made
  std::uint32_t next_op_ = 1;
  std::map<std::string, summary::Condition> questions_;    // by key
  std::map<std::string, std::uint32_t> tests_;             // by key: the condition
  std::map<std::string, std::set<std::string>> tests_of_;  // path -> tests that depend on it
  llvm::DenseMap<const clang::Expr*, Outcome> outcomes_;   // of calls
  llvm::DenseSet<const clang::Expr*> modelled_;            // calls known by name
  std::map<Path, std::vector<Path>> guards_in_;  // containers -> guards that were put there
  std::map<Path, summary::Answer> attributes_;   // of locks to be made: recursive
  std::set<Path> daemons_;                       // handles of threads that nobody waits for
  std::set<std::string> touched_;  // accesses since the last other operation of the block
};

}  // namespace lockweave::analyzer::extract
