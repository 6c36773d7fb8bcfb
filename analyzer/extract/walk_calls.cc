// analyzer/extract/walk_calls.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/function_walk.h"
#include "analyzer/extract/lock_kinds.h"

namespace lockweave::analyzer::extract {

using summary::Answer;
using summary::Attempt;
using summary::Callee;
using summary::OpKind;
using summary::Root;

namespace {

Attempt attempt_of(Deed deed) {
  switch (deed) {
    case Deed::try_acquire:
    case Deed::try_acquire_all:
    case Deed::guard_try:
    case Deed::try_block: return Attempt::tried;
    case Deed::timed_acquire:
    case Deed::guard_timed:
    case Deed::timed_wait:
    case Deed::timed_block: return Attempt::timed;
    default: return Attempt::blocking;
  }
}

std::string method_name(const clang::FunctionDecl& function) {
  if (llvm::isa<clang::CXXConversionDecl>(function)) return "operator bool";
  return function.getDeclName().isIdentifier() ? function.getName().str() : std::string();
}

const clang::Expr* object_of(const clang::CallExpr& call) {
  if (const auto* method = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call)) {
    // Without the cast to the base class that declares the member.
    const clang::Expr* const object = method->getImplicitObjectArgument();
    return object == nullptr ? nullptr : object->IgnoreParenImpCasts();
  }
  const auto* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&call);
  const bool member = operation != nullptr && operation->getDirectCallee() != nullptr &&
                      llvm::isa<clang::CXXMethodDecl>(operation->getDirectCallee());
  return member && operation->getNumArgs() > 0 ? operation->getArg(0) : nullptr;
}

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

bool orders_its_arguments(const clang::FunctionDecl& callee) {
  if (!callee.isInStdNamespace() || !callee.getDeclName().isIdentifier()) return false;
  const llvm::StringRef name = callee.getName();
  return name == "min" || name == "max" || name == "minmax" || name == "less" || name == "swap" ||
         name == "sort" || name == "stable_sort";
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
  forget_shared_tests(call.getExprLoc());
  Op& op = emit(OpKind::wait, call.getExprLoc());
  op.object = condition;
  op.others = std::move(others);
  op.attempt = attempt_of(model.deed);
  op.predicate = predicate != nullptr;
  op.looped = looped;
  op.tested = std::move(tested);
}

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
    // start() of an object that is a thread: its run() is what runs.
    const clang::CXXRecordDecl* const record = record_of(pointee(object->getType()));
    Callable run;
    for (const clang::CXXRecordDecl* at = record; at != nullptr && !run.known();) {
      for (const clang::CXXMethodDecl* method : at->methods()) {
        if (method->getDeclName().isIdentifier() && method->getName() == "run") {
          run.key = names_.key(*method);
          run.name = names_.qualified(*method);
          run.function = method;
          run.is_virtual = method->isVirtual();
          run.receiver = handle;
          break;
        }
      }
      at = at->getNumBases() == 0 ? nullptr : record_of(at->bases_begin()->getType());
    }
    return emit_spawn(run, handle, model.what, stands_in_loop(call), call.getExprLoc());
  }
  // A function argument that begins a thread of its own: the one named, or the first there is.
  unsigned which = model.other;
  if (which >= arguments.size() || !callables_.is_callable(arguments[which])) {
    which = 0;
    while (which < arguments.size() && !callables_.is_callable(arguments[which])) ++which;
  }
  if (which >= arguments.size()) return;
  const llvm::ArrayRef<const clang::Expr*> rest = llvm::ArrayRef(arguments).drop_front(which + 1);
  const bool handler = model.deed == Deed::signal_handler;
  Callable callable = callables_.with_arguments(
      arguments[which], handler ? llvm::ArrayRef<const clang::Expr*>() : rest);
  const bool pool = llvm::StringRef(model.what) == "executor";
  Path to = handle;
  if (object == nullptr || pool) to = place_of(call);
  emit_spawn(callable, to, model.what, stands_in_loop(call) || pool, call.getExprLoc());
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
  if (orders_its_arguments(callee)) {
    // Evidence that two locks are taken in the order of their numbers or addresses.
    Op& op = emit(OpKind::call, call.getExprLoc());
    op.callees.push_back({Callee::Kind::unknown, "", names_.qualified(callee), {}});
  }
  if (keeps_callables(callee)) {
    // std::vector<std::thread>::emplace_back(f, a): a thread is made.
    if (object == nullptr || !callee.getDeclName().isIdentifier()) return;
    const llvm::StringRef name = callee.getName();
    if (name != "emplace_back" && name != "emplace") return;
    const TypeModel element = library_.type(object->getType());
    const std::vector<const clang::Expr*> arguments(call.arg_begin(), call.arg_end());
    if (element.role != Role::thread || arguments.empty()) return;
    std::size_t which = 0;
    while (which < arguments.size() && !callables_.is_callable(arguments[which])) ++which;
    if (which == arguments.size()) return;
    Path handle = paths_.of(object);
    if (handle.root != Root::none) handle.fields.push_back("[]");
    emit_spawn(callables_.with_arguments(arguments[which],
                                         llvm::ArrayRef(arguments).drop_front(which + 1)),
               handle, "thread", stands_in_loop(call), call.getExprLoc());
    return;
  }
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
