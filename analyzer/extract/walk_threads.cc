// analyzer/extract/walk_threads.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/call_parts.h"
#include "analyzer/extract/function_walk.h"

namespace lockweave::analyzer::extract {

using summary::OpKind;
using summary::Root;

namespace {

// std::async(std::launch::deferred, ...) runs in the thread that asks for the result.
bool is_deferred(llvm::ArrayRef<const clang::Expr*> arguments) {
  if (arguments.empty()) return false;
  const auto* policy = llvm::dyn_cast_or_null<clang::DeclRefExpr>(stripped(arguments.front()));
  const auto* value =
      policy == nullptr ? nullptr : llvm::dyn_cast<clang::EnumConstantDecl>(policy->getDecl());
  return value != nullptr && value->getName() == "deferred";
}

}  // namespace

void FunctionWalk::on_thread_call(const clang::CallExpr& call, const CallModel& model,
                                  const clang::Expr* object) {
  const std::vector<const clang::Expr*> arguments(call.arg_begin(), call.arg_end());
  const Path handle = object == nullptr ? Path() : paths_.of(object);
  if (model.deed == Deed::join || model.deed == Deed::detach) {
    Op& op = emit(model.deed == Deed::join ? OpKind::join : OpKind::detach, call.getExprLoc());
    op.object = handle;
    op.what = model.what;
    op.looped = stands_in_loop(call);
    return;
  }
  if (model.deed == Deed::handle_swap) {
    Op& op = emit(OpKind::move_handle, call.getExprLoc());
    op.others.push_back(handle);
    return;
  }
  if (model.deed == Deed::spawn && object != nullptr && llvm::isa<clang::CXXMemberCallExpr>(call)) {
    return emit_spawn(run_of(object), handle, model.what, stands_in_loop(call), call.getExprLoc());
  }
  const bool pool = llvm::StringRef(model.what) == "executor";
  if (pool && object != nullptr && library_.type(object->getType()).role != Role::executor) {
    return;  // an io_context may be run by this thread
  }
  // A function argument that begins a thread of its own: the one named, or the first there is.
  unsigned which = model.other;
  if (which >= arguments.size() || !callables_.is_callable(arguments[which])) {
    which = 0;
    while (which < arguments.size() && !callables_.is_callable(arguments[which])) ++which;
  }
  if (which >= arguments.size()) {
    // QThreadPool::start(new Job)
    const Callable run = pool && !arguments.empty() ? run_of(stripped(arguments[0])) : Callable();
    if (run.known()) emit_spawn(run, place_of(call), model.what, true, call.getExprLoc());
    return;
  }
  const llvm::ArrayRef<const clang::Expr*> rest = llvm::ArrayRef(arguments).drop_front(which + 1);
  const bool handler = model.deed == Deed::signal_handler;
  Callable callable = callables_.with_arguments(
      arguments[which], handler ? llvm::ArrayRef<const clang::Expr*>() : rest);
  if (is_deferred(arguments)) return call_directly(callable, call.getExprLoc());
  Path to = handle;
  if (object == nullptr || pool) to = place_of(call);
  emit_spawn(callable, to, model.what, stands_in_loop(call) || pool, call.getExprLoc());
}

// Of an object that is a thread or a job: its run() is what runs.
Callable FunctionWalk::run_of(const clang::Expr* object) {
  Callable run;
  const clang::CXXRecordDecl* at = record_of(pointee(object->getType()));
  while (at != nullptr && at->hasDefinition()) {
    for (const clang::CXXMethodDecl* method : at->methods()) {
      if (!method->getDeclName().isIdentifier() || method->getName() != "run") continue;
      run.key = names_.key(*method);
      run.name = names_.qualified(*method);
      run.function = method;
      run.is_virtual = method->isVirtual();
      run.receiver = paths_.of(object);
      return run;
    }
    at = at->getNumBases() == 0 ? nullptr : record_of(at->bases_begin()->getType());
  }
  return run;
}

// sigaction(SIGINT, &action, nullptr): whatever is bound to a function pointer of such a structure.
void FunctionWalk::on_members_run(const clang::CallExpr& call, const CallModel& model,
                                  const clang::Expr* structure) {
  const clang::RecordDecl* const record =
      structure == nullptr ? nullptr : pointee(structure->getType())->getAsRecordDecl();
  std::vector<const clang::RecordDecl*> pending{record};
  while (!pending.empty()) {
    const clang::RecordDecl* const at = pending.back();
    pending.pop_back();
    if (at == nullptr) continue;
    for (const clang::FieldDecl* field : at->fields()) {
      pending.push_back(field->getType()->getAsRecordDecl());
      if (!field->getType()->isFunctionPointerType()) continue;
      Callable stored;
      stored.name = field->getNameAsString();
      stored.slot = paths_.with_field(paths_.of(structure), *field);
      emit_spawn(stored, Path(), model.what, false, call.getExprLoc());
    }
  }
}

// tbb::parallel_for, std::for_each(std::execution::par, ...)
void FunctionWalk::on_parallel(const clang::CallExpr& call, bool often) {
  const Path handle = paths_.of_temporary(call);
  bool any = false;
  for (const clang::Expr* argument : call.arguments()) {
    const Callable callable = callables_.of(argument);
    if (!callable.known()) continue;
    any = true;
    emit_spawn(callable, handle, "thread", often || stands_in_loop(call), call.getExprLoc());
  }
  if (!any) return;
  Op& op = emit(OpKind::join, call.getExprLoc());
  op.object = handle;
  op.what = "join";
  op.looped = stands_in_loop(call);
}

void FunctionWalk::emit_spawn(const Callable& callable, const Path& handle, const char* what,
                              bool repeated, clang::SourceLocation at) {
  Op& op = emit(OpKind::spawn, at);
  add_bound(op, callable);
  op.object = handle;
  op.what = what;
  op.repeated = repeated;
  op.escaping = callable.references;
}

// `threads.push_back(std::move(t))`: the container has it now.
void FunctionWalk::put_handles(const clang::CallExpr& call, const clang::Expr* container) {
  for (const clang::Expr* argument : call.arguments()) {
    const auto* moved = llvm::dyn_cast<clang::CallExpr>(stripped_once(argument));
    if (moved == nullptr || library_.type(argument->getType()).role != Role::thread) continue;
    Path from = paths_.of(argument);
    Path to = paths_.of(container);
    if (from.root == Root::none || from == to) continue;
    if (to.root != Root::none) to.fields.push_back("[]");
    Op& op = emit(OpKind::move_handle, call.getExprLoc());
    op.object = std::move(to);
    op.others.push_back(std::move(from));
  }
}

// std::vector<std::thread>::emplace_back(f, a), std::make_unique<std::lock_guard<...>>(mutex): the
// library makes a thread or a guard of these arguments.
bool FunctionWalk::on_made_by_library(const clang::CallExpr& call,
                                      const clang::FunctionDecl& callee,
                                      const clang::Expr* object) {
  const std::string name = method_name(callee);
  const bool element = object != nullptr && (name == "emplace_back" || name == "emplace");
  const bool alone = object == nullptr && (name == "make_unique" || name == "make_shared");
  if ((!element && !alone) || call.getNumArgs() == 0) return false;
  const clang::QualType of = element ? object->getType() : call.getType();
  const TypeModel type = library_.type(of);
  const std::vector<const clang::Expr*> arguments(call.arg_begin(), call.arg_end());
  Path place = element ? paths_.of(object) : place_of(call);
  if (place.root == Root::none) return false;
  if (type.role == Role::guard) {
    const bool single = alone || !held_by(of).isNull();
    if (!single) {
      place.fields.push_back("[" + std::to_string(next_op_) + "]");
      guards_in_[paths_.of(object)].push_back(place);
    }
    make_guard(arguments, type, place, false, call.getExprLoc());
    return true;
  }
  if (type.role == Role::function && element) {
    place.fields.push_back("[]");
    bind(place, arguments.front());
    return true;
  }
  std::size_t which = 0;
  while (which < arguments.size() && !callables_.is_callable(arguments[which])) ++which;
  if (type.role != Role::thread || which == arguments.size()) return false;
  if (element) place.fields.push_back("[]");
  emit_spawn(
      callables_.with_arguments(arguments[which], llvm::ArrayRef(arguments).drop_front(which + 1)),
      place, "thread", stands_in_loop(call), call.getExprLoc());
  return true;
}

}  // namespace lockweave::analyzer::extract
