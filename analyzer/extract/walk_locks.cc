// analyzer/extract/walk_locks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <clang/AST/Attr.h>

#include "analyzer/extract/call_parts.h"
#include "analyzer/extract/function_walk.h"
#include "analyzer/extract/lock_kinds.h"

namespace lockweave::analyzer::extract {

using summary::Answer;
using summary::Attempt;
using summary::OpKind;
using summary::Root;

namespace {

// "pthread_mutex_t": what a function of C takes a pointer to.
std::string lock_type(const clang::CallExpr& call) {
  const clang::FunctionDecl* const callee = call.getDirectCallee();
  if (callee == nullptr || callee->getNumParams() == 0) return "";
  const clang::QualType parameter = callee->getParamDecl(0)->getType();
  if (!parameter->isPointerType()) return "";
  return parameter->getPointeeType().getUnqualifiedType().getAsString();
}

bool is_null(const clang::Expr& expr, clang::ASTContext& context) {
  return expr.isNullPointerConstant(context, clang::Expr::NPC_ValueDependentIsNotNull) !=
         clang::Expr::NPCK_NotNull;
}

}  // namespace

// Clang's try_acquire_capability on a member whose body is elsewhere: its object is the lock.
bool FunctionWalk::on_promised_try(const clang::CallExpr& call, const clang::FunctionDecl& callee,
                                   const clang::Expr* object) {
  const auto* promise = callee.getAttr<clang::TryAcquireCapabilityAttr>();
  if (promise == nullptr || promise->args_size() != 0 || callee.hasBody()) return false;
  CallModel model{Deed::try_acquire};
  if (promise->isShared()) model.mode = summary::Mode::shared;
  model.recursive = Answer::unknown;
  model.zero_is_success = constant(promise->getSuccessValue(), names_.context()) == Answer::no;
  on_lock_call(call, model, object, {});
  return true;
}

void FunctionWalk::on_lock_call(const clang::CallExpr& call, const CallModel& model,
                                const clang::Expr* object, const TypeModel& type) {
  const bool all = model.deed == Deed::acquire_all || model.deed == Deed::try_acquire_all;
  if (all) {
    // As a guard that keeps nothing: several locks in one operation, in no order.
    std::vector<Path> locks;
    for (const clang::Expr* one : call.arguments()) locks.push_back(paths_.of(one));
    const std::uint32_t outcome = model.deed == Deed::acquire_all ? 0 : outcome_of(call, -1);
    Path guard = paths_.of_temporary(call);
    {
      Op& op = emit(OpKind::guard_begin, call.getExprLoc());
      op.object = guard;
      op.others = std::move(locks);
      op.attempt = attempt_of(model.deed);
      op.outcome = outcome;
      op.negated = outcome != 0;  // -1 is success, else the number of the lock that was not got
      op.what = "std::lock";
    }
    emit(OpKind::guard_forget, call.getExprLoc()).object = guard;
    return;
  }
  const Path lock = paths_.of(object);
  if (model.deed == Deed::initialise_lock) return on_lock_initialised(call, lock);
  if (model.deed == Deed::lock_attribute) {
    attributes_[lock] = kind_of_number(call.getArg(1), names_.context());
    return;
  }
  if (model.deed == Deed::release || model.deed == Deed::destroy_lock) {
    Op& op = emit(model.deed == Deed::release ? OpKind::release : OpKind::destroy_lock,
                  call.getExprLoc());
    op.object = lock;
    op.mode = model.mode;
    if (model.deed == Deed::destroy_lock) op.what = model.what;
    return;
  }
  const bool answers =
      model.deed != Deed::acquire || (model.zero_is_success && !call.getType()->isVoidType());
  std::optional<std::int64_t> success;
  if (model.zero_is_success) success = 0;
  const std::uint32_t outcome = answers ? outcome_of(call, success) : 0;
  Op& op = emit(OpKind::acquire, call.getExprLoc());
  op.object = lock;
  op.mode = model.mode;
  op.attempt = attempt_of(model.deed);
  op.recursive = type.role == Role::lock ? type.recursive : model.recursive;
  op.outcome = outcome;
  op.negated = outcome != 0 && model.zero_is_success;
  if (type.role != Role::lock) op.what = lock_type(call);
}

// shared.withWLock([](auto& value) { ... })
void FunctionWalk::on_call_locked(const clang::CallExpr& call, const CallModel& model,
                                  const clang::Expr* object) {
  const Path lock = paths_.of(object);
  {
    Op& op = emit(OpKind::acquire, call.getExprLoc());
    op.object = lock;
    op.mode = model.mode;
    op.recursive = Answer::no;
  }
  for (const clang::Expr* argument : call.arguments()) {
    call_directly(callables_.of(argument), call.getExprLoc());
  }
  Op& op = emit(OpKind::release, call.getExprLoc());
  op.object = lock;
  op.mode = model.mode;
}

// pthread_mutex_init(&m, &attributes), mtx_init(&m, mtx_recursive)
void FunctionWalk::on_lock_initialised(const clang::CallExpr& call, const Path& lock) {
  if (lock.root == Root::none || call.getNumArgs() < 2) return;
  const clang::Expr* const kind = call.getArg(1);
  clang::ASTContext& context = names_.context();
  Answer recursive = Answer::unknown;
  if (!kind->getType()->isPointerType()) {
    recursive = kind_of_number(kind, context);
  } else if (is_null(*kind, context)) {
    recursive = Answer::no;
  } else if (const auto known = attributes_.find(paths_.of(kind)); known != attributes_.end()) {
    recursive = known->second;
  }
  context_.unit.lock_kinds.push_back({lock, recursive});
}

void FunctionWalk::on_guard_call(const clang::CallExpr& call, const CallModel& model,
                                 const clang::Expr* object) {
  const Path guard = paths_.of(object);
  const bool locks_argument =
      (model.deed == Deed::guard_acquire || model.deed == Deed::guard_try) &&
      call.getNumArgs() > 0 && library_.is_lock(call.getArg(0)->getType());
  if (locks_argument) {
    // TBB's: the guard gets its lock only now.
    Op& op = emit(OpKind::guard_begin, call.getExprLoc());
    op.object = guard;
    op.others.push_back(paths_.of(call.getArg(0)));
    op.attempt = attempt_of(model.deed);
    op.recursive = library_.type(call.getArg(0)->getType()).recursive;
    if (op.attempt != Attempt::blocking) op.outcome = outcome_of(call);
    const bool reads =
        call.getNumArgs() > 1 && constant(call.getArg(1), names_.context()) == Answer::no;
    if (reads) op.mode = summary::Mode::shared;
    return;
  }
  OpKind kind = OpKind::test_guard;
  if (model.deed == Deed::guard_release) kind = OpKind::guard_release;
  if (model.deed == Deed::guard_forget) kind = OpKind::guard_forget;
  if (model.deed == Deed::guard_swap) kind = OpKind::guard_swap;
  const Attempt attempt = attempt_of(model.deed);
  if (model.deed == Deed::guard_acquire || attempt != Attempt::blocking) {
    kind = OpKind::guard_acquire;
  }
  const bool answers = kind == OpKind::test_guard || attempt != Attempt::blocking;
  const std::uint32_t outcome = answers ? outcome_of(call) : 0;
  std::vector<Path> others;
  if (kind == OpKind::guard_swap && call.getNumArgs() > 0) {
    others.push_back(paths_.of(call.getArg(0)));
  }
  Op& op = emit(kind, call.getExprLoc());
  op.object = guard;
  op.others = std::move(others);
  op.attempt = attempt;
  op.outcome = outcome;
}

void FunctionWalk::on_call_once(const clang::CallExpr& call) {
  if (call.getNumArgs() < 2) return;
  const std::vector<const clang::Expr*> rest(call.arg_begin() + 2, call.arg_end());
  const Path flag = paths_.of(call.getArg(0));
  const Callable callable = callables_.with_arguments(call.getArg(1), rest);
  {
    Op& op = emit(OpKind::acquire, call.getExprLoc());
    op.object = flag;
    op.guarded_init = true;
    op.recursive = Answer::no;
  }
  call_directly(callable, call.getExprLoc());
  Op& op = emit(OpKind::release, call.getExprLoc());
  op.object = flag;
  op.guarded_init = true;
}

}  // namespace lockweave::analyzer::extract
