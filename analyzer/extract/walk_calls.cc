// analyzer/extract/walk_calls.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/call_parts.h"
#include "analyzer/extract/function_walk.h"

namespace lockweave::analyzer::extract {

using summary::Answer;
using summary::Attempt;
using summary::Callee;
using summary::OpKind;
using summary::Root;

namespace {

bool orders_its_arguments(const clang::FunctionDecl& callee) {
  if (!callee.isInStdNamespace() || !callee.getDeclName().isIdentifier()) return false;
  const llvm::StringRef name = callee.getName();
  return name == "min" || name == "max" || name == "minmax" || name == "less" || name == "swap" ||
         name == "sort" || name == "stable_sort";
}

bool is_parallel_policy(const clang::Expr& argument) {
  const clang::CXXRecordDecl* const record = record_of(argument.getType());
  if (record == nullptr || !record->getDeclName().isIdentifier()) return false;
  return record->getName() == "parallel_policy" ||
         record->getName() == "parallel_unsequenced_policy";
}

// Calls that keep their function argument for later instead of running it.
bool keeps_callables(const clang::FunctionDecl& callee) {
  if (!callee.isInStdNamespace() || !callee.getDeclName().isIdentifier()) return true;
  const llvm::StringRef name = callee.getName();
  return name == "bind" || name == "bind_front" || name == "function" || name == "swap" ||
         name == "move" || name == "forward" || name == "make_shared" || name == "make_unique" ||
         name == "push_back" || name == "emplace_back" || name == "emplace" || name == "insert" ||
         name == "push" || name == "assign" || name == "make_pair" || name == "make_tuple" ||
         name == "operator=" || name == "allocate_shared" || name == "set_terminate" ||
         name == "set_new_handler" || name == "signal" || name == "atexit";
}

}  // namespace

bool FunctionWalk::stands_in_loop(const clang::Expr& expr) const {
  const auto known = survey_.loops.find(&expr);
  return known != survey_.loops.end() && known->second.looped;
}

void FunctionWalk::refer_to(const clang::FunctionDecl& function) {
  context_.referred.try_emplace(names_.key(function), &function);
}

void FunctionWalk::on_call(const clang::CallExpr& call) {
  const clang::FunctionDecl* const callee = call.getDirectCallee();
  const clang::Expr* const object = object_of(call);
  if (callee == nullptr) return on_plain_call(call);
  if (object != nullptr) {
    const TypeModel type = library_.type(object->getType());
    const std::string name = method_name(*callee);
    const CallModel model = library_.method(type, name);
    if (model.deed != Deed::none) return on_modelled(call, model, object, type);
    if ((type.role == Role::guard || type.role == Role::thread || type.role == Role::future) &&
        callee->getOverloadedOperator() == clang::OO_Equal && call.getNumArgs() == 2) {
      modelled_.insert(&call);
      return on_moved_to(paths_.of(object), call.getArg(1), type, call.getExprLoc());
    }
    if (type.role == Role::thread && name == "joinable") {
      outcomes_[&call].condition = new_condition("joinable");
      return;
    }
    if (type.role == Role::watched && on_watched_call(call, object, name)) return;
    if ((type.role == Role::atomic || type.role == Role::atomic_flag) &&
        on_atomic_call(call, object, name)) {
      return;
    }
    if (type.role == Role::function && callee->getOverloadedOperator() == clang::OO_Call) {
      return on_plain_call(call);
    }
    if (type.role == Role::function && callee->getOverloadedOperator() == clang::OO_Equal &&
        call.getNumArgs() == 2) {
      return bind(object, call.getArg(1));
    }
  }
  if (const CallModel model = library_.function(*callee); model.deed != Deed::none) {
    const bool has = model.object < call.getNumArgs();
    return on_modelled(call, model, has ? call.getArg(model.object) : nullptr, {});
  }
  if (object != nullptr && on_promised_try(call, *callee, object)) return;
  if (names_.is_user_code(callee->getLocation())) return on_plain_call(call);
  on_library_call(call, *callee);
}

void FunctionWalk::on_modelled(const clang::CallExpr& call, const CallModel& model,
                               const clang::Expr* object, const TypeModel& type) {
  // A lock operation is not what a handler of the user's is for.
  if (model.deed <= Deed::guard_test) modelled_.insert(&call);
  switch (model.deed) {
    case Deed::acquire:
    case Deed::try_acquire:
    case Deed::timed_acquire:
    case Deed::release:
    case Deed::initialise_lock:
    case Deed::lock_attribute:
    case Deed::destroy_lock:
    case Deed::acquire_all:
    case Deed::try_acquire_all: return on_lock_call(call, model, object, type);
    case Deed::give_guard: {
      Op& op = emit(OpKind::guard_begin, call.getExprLoc());
      op.object = place_of(call);
      op.others.push_back(paths_.of(object));
      op.mode = model.mode;
      op.recursive = Answer::no;
      return;
    }
    case Deed::call_locked: return on_call_locked(call, model, object);
    case Deed::guard_acquire:
    case Deed::guard_try:
    case Deed::guard_timed:
    case Deed::guard_release:
    case Deed::guard_forget:
    case Deed::guard_swap:
    case Deed::guard_test: return on_guard_call(call, model, object);
    case Deed::wait:
    case Deed::timed_wait: return on_wait(call, model, object, type.role != Role::none);
    case Deed::notify_one:
    case Deed::notify_all: {
      Op& op = emit(OpKind::notify, call.getExprLoc());
      op.object = paths_.of(object);
      op.all = model.deed == Deed::notify_all;
      return;
    }
    case Deed::block:
    case Deed::timed_block:
    case Deed::try_block: {
      const Path path = object == nullptr ? Path() : paths_.of(object);
      // What a queue gives says whether there will be more.
      const bool answers = model.deed != Deed::block || llvm::StringRef(model.what) == "queue get";
      const std::uint32_t outcome = answers ? outcome_of(call) : 0;
      Op& op = emit(OpKind::block, call.getExprLoc());
      op.object = path;
      op.what = model.what;
      op.attempt = attempt_of(model.deed);
      op.outcome = outcome;
      op.negated = model.zero_is_success;
      op.looped = stands_in_loop(call);
      return;
    }
    case Deed::post:
    case Deed::cancel: {
      const Path path = object == nullptr ? Path() : paths_.of(object);
      Op& op = emit(OpKind::post, call.getExprLoc());
      op.object = path;
      op.what = model.deed == Deed::cancel && model.what[0] == '\0' ? "cancel" : model.what;
      return;
    }
    case Deed::call_once: return on_call_once(call);
    case Deed::run_members: return on_members_run(call, model, object);
    case Deed::run_all:
    case Deed::run_often: return on_parallel(call, model.deed == Deed::run_often);
    case Deed::fork: {
      const std::uint32_t outcome = outcome_of(call);
      Op& op = emit(OpKind::fork, call.getExprLoc());
      op.outcome = outcome;
      op.negated = true;  // the child is where it returned 0
      op.what = model.what;
      return;
    }
    case Deed::replace: emit(OpKind::replace, call.getExprLoc()); return;
    default: return on_thread_call(call, model, object);
  }
}

// All objects an expression, or the body of a lambda in it, reads.
std::vector<summary::Path> FunctionWalk::paths_in(const clang::Expr* expr) {
  std::vector<Path> found;
  std::vector<const clang::Stmt*> pending{expr};
  while (!pending.empty()) {
    const clang::Stmt* const at = pending.back();
    pending.pop_back();
    if (at == nullptr) continue;
    if (const auto* lambda = llvm::dyn_cast<clang::LambdaExpr>(at)) {
      pending.push_back(lambda->getBody());
      continue;
    }
    if (const auto* part = llvm::dyn_cast<clang::Expr>(at);
        part != nullptr && llvm::isa<clang::DeclRefExpr, clang::MemberExpr>(part)) {
      Path path = paths_.of(part);
      const auto* member = llvm::dyn_cast<clang::MemberExpr>(part);
      const bool data = member == nullptr || llvm::isa<clang::FieldDecl>(member->getMemberDecl());
      if (data && path.root != Root::none) found.push_back(std::move(path));
    }
    for (const clang::Stmt* child : at->children()) pending.push_back(child);
  }
  return found;
}

void FunctionWalk::on_wait(const clang::CallExpr& call, const CallModel& model,
                           const clang::Expr* object, bool member) {
  const unsigned mutex = member ? 0 : 1;
  const Path condition = paths_.of(object);
  std::vector<Path> others;
  if (mutex < call.getNumArgs()) others.push_back(paths_.of(call.getArg(mutex)));
  const clang::Expr* predicate = nullptr;
  for (unsigned i = mutex + 1; i < call.getNumArgs(); ++i) {
    const clang::Expr* const argument = stripped(call.getArg(i));
    const clang::CXXRecordDecl* const record = record_of(argument->getType());
    const bool function = (record != nullptr && call_operator(*record) != nullptr) ||
                          argument->getType()->isFunctionType() ||
                          argument->getType()->isFunctionPointerType();
    if (function) predicate = argument;
  }
  std::vector<Path> tested;
  bool looped = false;
  if (predicate != nullptr) {
    tested = paths_in(predicate);
    if (const clang::CXXRecordDecl* record = record_of(predicate->getType())) {
      const clang::FunctionDecl* body = call_operator(*record);
      if (tested.empty() && body != nullptr && body->hasBody()) {
        for (const clang::Stmt* child : body->getBody()->children()) {
          if (const auto* part = llvm::dyn_cast_or_null<clang::ReturnStmt>(child)) {
            tested = paths_in(part->getRetValue());
          }
        }
      }
    }
  }
  const auto loop = survey_.loops.find(&call);
  if (loop != survey_.loops.end()) {
    for (const clang::Expr* test : loop->second.tests) {
      looped = true;
      for (Path& path : paths_in(test)) tested.push_back(std::move(path));
    }
  }
  if (!looped) {
    for (const clang::Expr* test : tests_around(*walked_)) {
      looped = true;
      for (Path& path : paths_in(test)) tested.push_back(std::move(path));
    }
  }
  forget_shared_tests(call.getExprLoc());
  Op& op = emit(OpKind::wait, call.getExprLoc());
  op.object = condition;
  op.others = std::move(others);
  op.attempt = attempt_of(model.deed);
  op.predicate = predicate != nullptr;
  op.looped = looped;
  op.tested = std::move(tested);
}

Callee FunctionWalk::callee_of(const Callable& callable) {
  Callee callee;
  callee.function = callable.key;
  callee.name = callable.name;
  callee.slot = callable.slot;
  callee.kind = callable.key.empty() ? Callee::Kind::stored : Callee::Kind::direct;
  if (callable.is_virtual) callee.kind = Callee::Kind::virtual_method;
  if (!callable.known()) callee.kind = Callee::Kind::unknown;
  if (callable.function != nullptr) refer_to(*callable.function);
  return callee;
}

void FunctionWalk::add_bound(Op& op, const Callable& callable) {
  op.callees.push_back(callee_of(callable));
  op.arguments.insert(op.arguments.end(), callable.bound.begin(), callable.bound.end());
  op.receiver = callable.receiver;
}

void FunctionWalk::call_directly(const Callable& callable, clang::SourceLocation at) {
  if (!callable.known()) return;
  add_bound(emit(OpKind::call, at), callable);
}

// A function of the system: known not to touch the user's locks but through what it is given.
void FunctionWalk::on_library_call(const clang::CallExpr& call, const clang::FunctionDecl& callee) {
  const clang::Expr* const object = object_of(call);
  if (object != nullptr) {
    on_container_call(call, object, callee);
    put_handles(call, object);
    if (method_name(callee) == "reset") {
      on_end_of_held(paths_.of(object), object->getType(), call.getExprLoc());
    }
  }
  const bool swaps = callee.isInStdNamespace() && method_name(callee) == "swap" &&
                     call.getNumArgs() == 2 && object == nullptr;
  if (swaps && library_.type(call.getArg(0)->getType()).role == Role::guard) {
    Op& op = emit(OpKind::guard_swap, call.getExprLoc());
    op.object = paths_.of(call.getArg(0));
    op.others.push_back(paths_.of(call.getArg(1)));
    return;
  }
  if (orders_its_arguments(callee)) {
    // Evidence that two locks are taken in the order of their numbers or addresses.
    Op& op = emit(OpKind::call, call.getExprLoc());
    op.callees.push_back({Callee::Kind::unknown, "", names_.qualified(callee), {}});
  }
  if (on_made_by_library(call, callee, object) || keeps_callables(callee)) return;
  if (call.getNumArgs() > 0 && is_parallel_policy(*call.getArg(0))) return on_parallel(call, true);
  for (const clang::Expr* argument : call.arguments()) {
    const Callable callable = callables_.of(argument);
    const bool user =
        callable.function != nullptr && names_.is_user_code(callable.function->getLocation());
    if (user) call_directly(callable, call.getExprLoc());
  }
}

void FunctionWalk::on_plain_call(const clang::CallExpr& call) {
  Callable target;
  const clang::FunctionDecl* const callee = call.getDirectCallee();
  const clang::Expr* const object = object_of(call);
  const auto* method = llvm::dyn_cast_or_null<clang::CXXMethodDecl>(callee);
  const bool wrapped = object != nullptr && library_.type(object->getType()).role == Role::function;
  if (wrapped) {
    target.slot = paths_.of(object);
    target.name = "a stored function";
  } else if (callee != nullptr) {
    target.key = names_.key(*callee);
    target.name = names_.qualified(*callee);
    target.function = callee;
    if (method != nullptr && method->isVirtual()) {
      const auto* member = llvm::dyn_cast<clang::MemberExpr>(call.getCallee()->IgnoreParens());
      const bool named = member != nullptr && member->hasQualifier();
      const auto* only =
          object == nullptr ? nullptr : method->getDevirtualizedMethod(object, false);
      target.is_virtual = !named && only == nullptr;
      if (only != nullptr) {
        target.key = names_.key(*only);
        target.function = only;
      }
    }
  } else {
    const clang::Expr* const through = call.getCallee();
    if (llvm::isa<clang::CXXPseudoDestructorExpr>(through->IgnoreParens())) return;
    target = callables_.of(through);
    if (target.name.empty()) target.name = "a function pointer";
  }
  const clang::QualType type = call.getType();
  const bool answers = type->isBooleanType() || type->isIntegerType() || type->isPointerType();
  const Destination to = survey_.destination(&call);
  const bool kept = to.variable != nullptr || to.assigned != nullptr;
  std::uint32_t outcome = 0;
  if (answers && (kept || survey_.conditions.contains(&call))) outcome = outcome_of(call);
  if (object != nullptr) {
    const bool lambda = method != nullptr && method->getParent()->isLambda();
    target.receiver = lambda ? callables_.captured_this(*method->getParent()) : paths_.of(object);
  }
  unsigned first = 0;
  if (llvm::isa<clang::CXXOperatorCallExpr>(call) && method != nullptr) first = 1;
  for (unsigned i = first; i < call.getNumArgs(); ++i) {
    target.bound.push_back(callables_.argument(call.getArg(i)));
  }
  Path result;
  if (survey_.destination(&call).made()) result = place_of(call);
  Op& op = emit(OpKind::call, call.getExprLoc());
  add_bound(op, target);
  op.result = std::move(result);
  const auto loop = survey_.loops.find(&call);
  op.looped = loop != survey_.loops.end() && !loop->second.tests.empty();
  op.outcome = outcome;
  paths_.set_result(call, op.id);
}

}  // namespace lockweave::analyzer::extract
