// analyzer/extract/walk_objects.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/function_walk.h"

#include <algorithm>

#include "analyzer/extract/lock_kinds.h"

namespace lockweave::analyzer::extract {

using summary::Attempt;
using summary::OpKind;
using summary::Root;
using summary::Start;

namespace {

bool is_tag(clang::QualType type, llvm::StringRef name) {
  const clang::CXXRecordDecl* const record = record_of(type);
  return record != nullptr && record->getDeclName().isIdentifier() && record->getName() == name;
}

const clang::Expr* first_argument(const clang::CXXConstructExpr& construct) {
  return construct.getNumArgs() == 0 ? nullptr : construct.getArg(0);
}

// `true`, also where a std::optional is made of it.
bool is_true(const clang::Expr* value) {
  value = value->IgnoreParenCasts()->IgnoreImplicit();
  if (const auto* made = llvm::dyn_cast<clang::CXXConstructExpr>(value)) {
    return made->getNumArgs() == 1 && is_true(made->getArg(0));
  }
  const auto* truth = llvm::dyn_cast<clang::CXXBoolLiteralExpr>(value);
  return truth != nullptr && truth->getValue();
}

// managed_thread({"name", true}, ...): nobody waits for it, its destructor neither.
bool makes_daemon(const clang::Expr* argument) {
  const clang::CXXRecordDecl* const record = record_of(argument->getType());
  if (record == nullptr || !record->getDeclName().isIdentifier()) return false;
  const clang::Expr* const options = stripped_once(argument);
  if (record->getName() != "thread_options") return false;
  for (const clang::Stmt* part : options->children()) {
    const auto* value = llvm::dyn_cast_or_null<clang::Expr>(part);
    if (value != nullptr && is_true(value)) return true;
  }
  return false;
}

bool is_moved(const clang::CXXConstructExpr& construct) {
  return construct.getConstructor()->isCopyOrMoveConstructor();
}

}  // namespace

// Where an object that is made here will live.
summary::Path FunctionWalk::place_of(const clang::Expr& made) {
  const Destination to = survey_.destination(&made);
  if (to.variable != nullptr && to.field != nullptr) {
    return paths_.with_field(paths_.of(*to.variable), *to.field);
  }
  if (to.variable != nullptr) return paths_.of(*to.variable);
  if (to.field != nullptr) return paths_.of_field(*to.field);
  if (to.assigned != nullptr) return paths_.of(to.assigned);
  if (to.container != nullptr) {
    Path path = paths_.of(to.container);
    if (path.root != Root::none) path.fields.push_back("[]");
    return path;
  }
  return paths_.of_temporary(made);
}

void FunctionWalk::on_construct(const clang::CXXConstructExpr& construct) {
  const TypeModel type = library_.record(construct.getConstructor()->getParent());
  switch (type.role) {
    case Role::guard: return on_guard_made(construct, type);
    case Role::thread:
    case Role::process: return on_thread_made(construct, type);
    case Role::future:
      if (is_moved(construct)) {
        on_moved_to(place_of(construct), first_argument(construct), type, construct.getExprLoc());
      }
      return;
    case Role::lock:
      if (const auto kind = kind_of_initialiser(&construct, names_.context())) {
        context_.unit.lock_kinds.push_back({place_of(construct), *kind});
      }
      return;
    case Role::none:
    case Role::managed: break;  // a class of the user's may begin its thread there
    default: return;
  }
  const clang::CXXConstructorDecl& constructor = *construct.getConstructor();
  if (library_.is_carrier(*constructor.getParent())) return on_guard_moved(construct);
  if (!names_.is_user_code(constructor.getLocation()) || constructor.isTrivial()) return;
  if (constructor.isImplicit() && construct.getNumArgs() == 0 && !constructor.hasBody()) return;
  if (constructor.isMoveConstructor() && library_.has_guard(*constructor.getParent())) {
    return on_guard_moved(construct);
  }
  Callable callable;
  callable.key = names_.key(constructor);
  callable.name = names_.qualified(constructor);
  callable.function = &constructor;
  callable.receiver = place_of(construct);
  for (const clang::Expr* argument : construct.arguments()) {
    callable.bound.push_back(callables_.argument(argument));
  }
  call_directly(callable, construct.getExprLoc());
}

void FunctionWalk::on_guard_made(const clang::CXXConstructExpr& construct, const TypeModel& type) {
  const Destination to = survey_.destination(&construct);
  // What is assigned is locked before the guard on the left gives up what it had.
  const bool assigned = to.assigned != nullptr;
  const Path guard = assigned ? paths_.of_temporary(construct) : place_of(construct);
  const clang::SourceLocation at = construct.getExprLoc();
  if (is_moved(construct)) {
    // `return l;` leaves with l itself: on_return says so.
    if (to.returned) return;
    return on_moved_to(guard, first_argument(construct), type, at);
  }
  const std::vector<const clang::Expr*> arguments(construct.arg_begin(), construct.arg_end());
  make_guard(arguments, type, guard, !to.made(), at);
}

void FunctionWalk::make_guard(llvm::ArrayRef<const clang::Expr*> arguments, const TypeModel& type,
                              const Path& guard, bool temporary, clang::SourceLocation at) {
  std::vector<Path> locks;
  summary::Mode mode = type.mode;
  Start start = Start::locked;
  Attempt attempt = Attempt::blocking;
  summary::Answer recursive = summary::Answer::no;
  for (const clang::Expr* argument : arguments) {
    if (llvm::isa<clang::CXXDefaultArgExpr>(argument)) continue;
    const clang::QualType of = argument->getType();
    if (type.release_unlocks && of->isBooleanType()) {
      // TBB's: `scoped_lock(mutex, false)` reads.
      if (constant(argument, names_.context()) == summary::Answer::no) mode = summary::Mode::shared;
      continue;
    }
    if (is_tag(of, "defer_lock_t")) {
      start = Start::deferred;
    } else if (is_tag(of, "adopt_lock_t")) {
      start = Start::adopted;
    } else if (is_tag(of, "try_to_lock_t")) {
      attempt = Attempt::tried;
    } else if (const TypeModel model = library_.type(of); model.role == Role::guard) {
      return on_moved_to(guard, argument, type, at);
    } else if (is_tag(of, "duration") || is_tag(of, "time_point")) {
      attempt = Attempt::timed;
    } else if (const bool lock = library_.is_lock(of); lock || locks.empty()) {
      // A type of the user's, too: whatever the guard is made of.
      if (model.role == Role::lock) recursive = model.recursive;
      if (model.role == Role::none && !lock) recursive = summary::Answer::unknown;
      locks.push_back(paths_.of(argument));
    }
  }
  Op& op = emit(OpKind::guard_begin, at);
  op.object = guard;
  op.others = std::move(locks);
  op.start = start;
  op.attempt = attempt;
  op.mode = mode;
  op.recursive = recursive;
  op.temporary = temporary;
}

void FunctionWalk::on_thread_made(const clang::CXXConstructExpr& construct, const TypeModel& type) {
  const Path handle = place_of(construct);
  if (is_moved(construct)) {
    return on_moved_to(handle, first_argument(construct), type, construct.getExprLoc());
  }
  const std::vector<const clang::Expr*> arguments(construct.arg_begin(), construct.arg_end());
  std::size_t which = 0;
  while (which < arguments.size() && !callables_.is_callable(arguments[which])) ++which;
  if (which == arguments.size()) return;  // an empty handle
  const std::string of = names_.qualified(*construct.getConstructor()->getParent());
  const char* what = type.role == Role::process ? "process" : "thread";
  if (llvm::StringRef(of).ends_with("timer")) what = "timer";
  emit_spawn(
      callables_.with_arguments(arguments[which], llvm::ArrayRef(arguments).drop_front(which + 1)),
      handle, what, stands_in_loop(construct), construct.getExprLoc());
  const bool daemon = std::any_of(arguments.begin(), arguments.end(), makes_daemon);
  if (!daemon) return;
  emit(OpKind::detach, construct.getExprLoc()).object = handle;
  daemons_.insert(handle);
}

// Of a class of the user's own, whatever else its constructor does; into a std::pair or std::tuple.
void FunctionWalk::on_guard_moved(const clang::CXXConstructExpr& construct) {
  const bool carrier = library_.is_carrier(*construct.getConstructor()->getParent());
  if (is_moved(construct) && survey_.destination(&construct).returned) return;
  const Path to = place_of(construct);
  for (const clang::Expr* argument : construct.arguments()) {
    const bool whole = is_moved(construct) || !carrier;
    const clang::Expr* const guard = whole ? argument : guard_in(argument);
    if (guard == nullptr) continue;
    Path from = paths_.of(guard);
    if (from.root == Root::none || from == to) continue;
    Op& op = emit(OpKind::guard_move, construct.getExprLoc());
    op.object = to;
    op.others.push_back(std::move(from));
  }
}

// Guards, threads and futures change hands.
void FunctionWalk::on_moved_to(const Path& to, const clang::Expr* from, const TypeModel& type,
                               clang::SourceLocation at) {
  if (from == nullptr) return;
  const clang::Expr* const bare = stripped(from);
  Path source = paths_.of(bare);
  // What is made on the right was given its place already (Survey::destinations).
  const bool fresh = source.root == Root::none || source.root == Root::result;
  if (source == to) return;
  if (type.role == Role::guard) {
    if (fresh && !llvm::isa<clang::CallExpr>(bare)) source = paths_.of_temporary(*bare);
    Op& op = emit(OpKind::guard_move, at);
    op.object = to;
    op.others.push_back(std::move(source));
    return;
  }
  const clang::Expr* const made = stripped_once(from);
  const bool placed =
      llvm::isa<clang::CXXConstructExpr>(made) && survey_.destination(made).assigned != nullptr;
  if (type.role != Role::thread || placed) return;
  if (fresh) source = paths_.of_temporary(*bare);
  Op& op = emit(OpKind::move_handle, at);
  op.object = to;
  op.others.push_back(std::move(source));
}

void FunctionWalk::on_declaration(const clang::DeclStmt& statement) {
  for (const clang::Decl* decl : statement.decls()) {
    if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl)) on_variable(*variable);
  }
}

void FunctionWalk::on_variable(const clang::VarDecl& variable) {
  const clang::QualType type = variable.getType();
  const clang::SourceLocation at = variable.getLocation();
  const TypeModel model = library_.type(type);
  const bool object = !type->isReferenceType() && !type->isPointerType();
  if (object && variable.hasLocalStorage() &&
      (model.role == Role::lock || library_.is_c_lock(type)) && !type->isArrayType() &&
      record_of(type) != nullptr) {
    Op& op = emit(OpKind::declare_lock, at);
    op.object = paths_.of(variable);
    op.escapes = survey_.escaping.contains(&variable);
    op.what = type.getUnqualifiedType().getAsString();
  }
  if (variable.getInit() == nullptr) return;
  if (const auto range = survey_.elements.find(&variable); range != survey_.elements.end()) {
    Path target = paths_.of(range->second);
    if (object || target.root == Root::none) return;
    target.fields.push_back("[]");
    Op& op = emit(OpKind::alias, at);
    op.object = paths_.of(variable);
    op.others.push_back(std::move(target));
    return;
  }
  if (!object) {
    const Path target = paths_.of(variable.getInit());
    if (target.root != Root::none && variable.hasLocalStorage()) {
      Op& op = emit(OpKind::alias, at);
      op.object = paths_.of(variable);
      op.others.push_back(target);
    }
  }
  const bool stored = model.role == Role::function || type->isFunctionPointerType();
  if (stored || variable.hasGlobalStorage()) bind(paths_.of(variable), variable.getInit());
  assign_conditions(paths_.of(variable), variable.getInit(), at);
}

void FunctionWalk::on_end_of(const Path& object, clang::QualType type, clang::SourceLocation at,
                             const std::vector<Path>& around) {
  if (object.root == Root::none || type->isReferenceType() || type->isPointerType()) return;
  if (daemons_.contains(object)) return;
  const clang::CXXRecordDecl* const record = record_of(type);
  const TypeModel model = library_.record(record);
  if (model.role == Role::guard) {
    Op& op = emit(OpKind::guard_end, at);
    op.object = object;
    op.others = around;
  } else if (model.role == Role::thread || model.role == Role::managed) {
    Op& op = emit(model.joins ? OpKind::join : OpKind::end_handle, at);
    op.object = object;
    op.what = model.joins ? "join by destructor" : "";
  } else if (model.role == Role::lock) {
    emit(OpKind::destroy_lock, at).object = object;
  } else if (model.role == Role::none && record != nullptr && record->hasDefinition()) {
    on_end_of_class(object, *record->getDefinition(), at, around);
  }
}

// A destructor that nobody wrote is not there to be called: its members and bases end here.
void FunctionWalk::on_end_of_class(const Path& object, const clang::CXXRecordDecl& record,
                                   clang::SourceLocation at, const std::vector<Path>& around) {
  if (library_.is_carrier(record)) {
    emit(OpKind::guard_end, at).object = object;
    return;
  }
  if (!names_.is_user_code(record.getLocation())) return;
  const clang::CXXDestructorDecl* const destructor = record.getDestructor();
  if (destructor != nullptr && destructor->isUserProvided()) {
    Callable callable;
    callable.key = names_.key(*destructor);
    callable.name = names_.qualified(*destructor);
    callable.function = destructor;
    callable.receiver = object;
    return call_directly(callable, at);
  }
  std::vector<Path> outer = around;
  outer.push_back(object);
  const std::vector<const clang::FieldDecl*> fields(record.field_begin(), record.field_end());
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    on_end_of(paths_.with_field(object, **field), (*field)->getType(), at, outer);
  }
  for (const clang::CXXBaseSpecifier& base : record.bases()) {
    const clang::CXXRecordDecl* const parent = record_of(base.getType());
    if (parent == nullptr || !parent->hasDefinition()) continue;
    on_end_of_class(object, *parent->getDefinition(), at, around);
  }
}

// A std::unique_ptr, std::optional or a container of guards ends or is reset. Whether it has something is not known; what
// it handed on is not its own.
void FunctionWalk::on_end_of_held(const Path& holder, clang::QualType type,
                                  clang::SourceLocation at) {
  if (const auto inside = guards_in_.find(holder); inside != guards_in_.end()) {
    for (const Path& guard : inside->second) emit(OpKind::guard_end, at).object = guard;
    return;
  }
  const clang::QualType held = held_by(type);
  if (held.isNull() || library_.type(held).role == Role::thread) return;
  on_end_of(holder, held, at);
}

// The guard that an expression makes or moves, perhaps as part of a larger object.
const clang::Expr* FunctionWalk::guard_in(const clang::Expr* expr) {
  const clang::Expr* const bare = stripped(expr);
  if (bare == nullptr || bare->getType()->isPointerType()) return nullptr;
  if (library_.record(record_of(bare->getType())).role == Role::guard) return bare;
  std::vector<const clang::Expr*> parts;
  if (const auto* list = llvm::dyn_cast<clang::InitListExpr>(bare)) {
    parts.assign(list->inits().begin(), list->inits().end());
  }
  for (const clang::Expr* part : parts) {
    if (const clang::Expr* guard = guard_in(part)) return guard;
  }
  return nullptr;
}

void FunctionWalk::on_delete(const clang::CXXDeleteExpr& expr) {
  const Path object = paths_.of(expr.getArgument());
  if (object.root == Root::none) return;
  const clang::QualType type = expr.getDestroyedType();
  if (!type.isNull()) on_end_of(object, type, expr.getBeginLoc());
  Op& op = emit(OpKind::destroy_lock, expr.getBeginLoc());
  op.object = object;
  op.what = "delete";
}

void FunctionWalk::on_initialised(const clang::CXXCtorInitializer& initializer) {
  const clang::FieldDecl* const field = initializer.getAnyMember();
  if (field == nullptr) return;
  const Path member = paths_.of_field(*field);
  const clang::QualType type = field->getType();
  if (type->isReferenceType() || type->isPointerType()) {
    const Path target = paths_.of(initializer.getInit());
    if (target.root != Root::none) {
      Op& op = emit(OpKind::alias, initializer.getSourceLocation());
      op.object = member;
      op.others.push_back(target);
    }
  }
  bind(member, initializer.getInit());
}

// Tables of functions: `static const struct ops ops = {.open = my_open};`
void FunctionWalk::bind_fields(const clang::InitListExpr& list) {
  const clang::RecordDecl* const record = list.getType()->getAsRecordDecl();
  if (record == nullptr) return;
  if (record->isUnion()) {
    const clang::FieldDecl* const field = list.getInitializedFieldInUnion();
    if (field == nullptr || list.getNumInits() == 0) return;
    Path slot;
    slot.fields.push_back(names_.key(*field));
    return bind(slot, list.getInit(0));
  }
  unsigned index = 0;
  for (const clang::FieldDecl* field : record->fields()) {
    if (index >= list.getNumInits()) return;
    Path slot;
    slot.fields.push_back(names_.key(*field));
    bind(slot, list.getInit(index++));
  }
}

}  // namespace lockweave::analyzer::extract
