// analyzer/extract/walk_data.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/function_walk.h"

namespace lockweave::analyzer::extract {

using summary::Answer;
using summary::OpKind;
using summary::Root;

namespace {

// Of a container, members that change nothing although they are not const.
bool only_reads(llvm::StringRef name) {
  return name == "begin" || name == "end" || name == "find" || name == "data" || name == "size" ||
         name == "rbegin" || name == "rend" || name == "lower_bound" || name == "upper_bound" ||
         name == "at" || name == "front" || name == "back" || name == "top" || name == "count" ||
         name == "get" || name == "value" || name == "equal_range";
}

bool is_container(const clang::CXXRecordDecl& record) {
  if (!record.isInStdNamespace() || !record.getDeclName().isIdentifier()) return false;
  const llvm::StringRef name = record.getName();
  return name == "vector" || name == "map" || name == "set" || name == "list" || name == "deque" ||
         name == "unordered_map" || name == "unordered_set" || name == "multimap" ||
         name == "multiset" || name == "queue" || name == "stack" || name == "priority_queue" ||
         name == "basic_string" || name == "forward_list" || name == "bitset" ||
         name == "unordered_multimap" || name == "unordered_multiset" || name == "optional" ||
         name == "pair" || name == "tuple" || name == "unique_ptr" || name == "shared_ptr" ||
         name == "variant";
}

// `n++`, `n += 2`, `n.fetch_add(2)`: whatever the value was, it is another afterwards.
bool adds(const clang::FunctionDecl& callee) {
  switch (callee.getOverloadedOperator()) {
    case clang::OO_PlusPlus:
    case clang::OO_MinusMinus:
    case clang::OO_PlusEqual:
    case clang::OO_MinusEqual: return true;
    default: break;
  }
  if (!callee.getDeclName().isIdentifier()) return false;
  return callee.getName() == "fetch_add" || callee.getName() == "fetch_sub";
}

}  // namespace

bool FunctionWalk::is_given_away(const clang::VarDecl* local) const {
  return survey_.captured.contains(local) || survey_.escaping.contains(local);
}

bool FunctionWalk::can_be_shared(const clang::Expr* expr, const Path& path) const {
  if (path.root == Root::none || path.root == Root::result) return false;
  const clang::Expr* const bare = stripped(expr);
  const clang::ValueDecl* named = nullptr;
  const clang::VarDecl* variable = nullptr;
  if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(bare)) {
    named = reference->getDecl();
    variable = llvm::dyn_cast<clang::VarDecl>(named);
  } else if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(bare)) {
    named = member->getMemberDecl();
  }
  if (variable != nullptr) {
    if (variable->getTLSKind() != clang::VarDecl::TLS_None) return false;
    if (variable->getType().isConstQualified() || variable->isConstexpr()) return false;
    if (variable->hasGlobalStorage()) return true;
    if (llvm::isa<clang::ParmVarDecl>(variable) && path.root == Root::parameter &&
        !variable->getType()->isReferenceType()) {
      return false;  // its own copy
    }
    if (variable->getType()->isReferenceType()) return true;
    // Locals only where others may refer to them, here or around this function.
    const bool own =
        variable->getDeclContext() == static_cast<const clang::DeclContext*>(&function_);
    return !own || is_given_away(variable);
  }
  if (const auto* field = llvm::dyn_cast_or_null<clang::FieldDecl>(named)) {
    const clang::QualType type = field->getType();
    if (type.isConstQualified() || type->isReferenceType()) return false;
    // Members of locals belong to this function alone.
    if (path.root == Root::local) {
      const auto* base = llvm::dyn_cast<clang::DeclRefExpr>(
          stripped(llvm::cast<clang::MemberExpr>(bare)->getBase()));
      const auto* root =
          base == nullptr ? nullptr : llvm::dyn_cast<clang::VarDecl>(base->getDecl());
      if (root != nullptr && root->hasLocalStorage() && !root->getType()->isReferenceType() &&
          !root->getType()->isPointerType()) {
        return !(root->getDeclContext() == static_cast<const clang::DeclContext*>(&function_)) ||
               is_given_away(root);
      }
    }
    return true;
  }
  return path.root == Root::global || path.root == Root::object || !path.fields.empty();
}

void FunctionWalk::access(const clang::Expr* expr, bool write, bool atomic, bool update,
                          clang::SourceLocation at, Answer value) {
  const clang::QualType type = expr->getType();
  if (type->isFunctionType() || type->isFunctionPointerType()) return;
  const TypeModel model = library_.type(type);
  const bool data = model.role == Role::none || model.role == Role::watched ||
                    model.role == Role::atomic || model.role == Role::atomic_flag;
  const bool handle = type->isPointerType() || type->isReferenceType();
  if (!data && !handle) return;
  if (!handle && (library_.is_c_lock(type) || library_.is_c_condition(type))) return;
  const Path path = paths_.of(expr);
  if (!can_be_shared(expr, path)) return;
  const bool condition =
      survey_.conditions.contains(expr) || survey_.conditions.contains(expr->IgnoreParenImpCasts());
  const bool loop_test = survey_.loop_conditions.contains(expr) ||
                         survey_.loop_conditions.contains(expr->IgnoreParenImpCasts());
  std::string key =
      std::to_string(static_cast<int>(path.root)) + path.symbol + std::to_string(path.index);
  for (const std::string& field : path.fields) key += "." + field;
  const std::string writes = key + "w";
  key += std::string(write ? "w" : "r") + (condition ? "c" : "") + (update ? "u" : "");
  if (write) key += std::to_string(static_cast<int>(value));
  if (touched_.contains(key)) return;
  if (write) forget_writes(writes);
  touched_.insert(key);
  Op& op = emit(OpKind::access, at);
  op.object = path;
  op.write = write;
  op.atomic = atomic || type->isAtomicType();
  op.update = update;
  op.condition = condition;
  op.loop_test = loop_test;
  op.value = value;
  if (type.isVolatileQualified()) op.what = "volatile";
}

// After another value has been written the earlier one may be written again.
void FunctionWalk::forget_writes(const std::string& begin) {
  auto at = touched_.lower_bound(begin);
  while (at != touched_.end() && at->starts_with(begin)) at = touched_.erase(at);
}

void FunctionWalk::on_assignment(const clang::BinaryOperator& binary) {
  const clang::Expr* const left = binary.getLHS();
  bool update = binary.isCompoundAssignmentOp();
  if (!update) {
    // `x = x + 1`
    const Path target = paths_.of(left);
    if (const auto* right = llvm::dyn_cast<clang::BinaryOperator>(stripped(binary.getRHS()))) {
      update = target.root != Root::none && right->isAdditiveOp() &&
               (paths_.of(right->getLHS()) == target || paths_.of(right->getRHS()) == target);
    }
    if (left->getType()->isPointerType() && target.root == Root::local && target.fields.empty()) {
      const Path value = paths_.of(binary.getRHS());
      Op& op = emit(OpKind::alias, binary.getOperatorLoc());
      op.object = target;
      op.others.push_back(value);
    }
    bind(left, binary.getRHS());
  }
  const Answer value = update ? Answer::unknown : constant(binary.getRHS(), names_.context());
  const std::size_t before = made_.blocks[block_].ops.size();
  access(left, true, false, update, binary.getExprLoc(), value);
  if (left->getType()->isAtomicType() && made_.blocks[block_].ops.size() > before) {
    made_.blocks[block_].ops.back().computed = computed_from(binary.getRHS(), paths_.of(left));
  }
  assign_conditions(paths_.of(left), update ? nullptr : binary.getRHS(), binary.getExprLoc());
}

void FunctionWalk::on_step(const clang::UnaryOperator& unary) {
  access(unary.getSubExpr(), true, false, true, unary.getExprLoc());
  assign_conditions(paths_.of(unary.getSubExpr()), nullptr, unary.getExprLoc());
}

void FunctionWalk::on_read(const clang::CastExpr& cast) {
  if (cast.getCastKind() != clang::CK_LValueToRValue) return;
  access(cast.getSubExpr(), false, false, false, cast.getSubExpr()->getExprLoc());
}

// Through at most so many local variables; one that has no initial value may have come from anywhere.
bool FunctionWalk::computed_from(const clang::Expr* value, const Path& atomic, int variables) {
  const clang::Expr* const bare = stripped(value);
  if (bare == nullptr) return false;
  if (llvm::isa<clang::CallExpr>(bare)) {
    const auto* call = llvm::cast<clang::CallExpr>(bare);
    const clang::Expr* of = nullptr;
    if (const auto* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call)) {
      of = member->getImplicitObjectArgument();
    } else if (llvm::isa<clang::CXXOperatorCallExpr>(call) && call->getNumArgs() > 0) {
      of = call->getArg(0);
    }
    if (of != nullptr && library_.type(of->getType()).role == Role::atomic) {
      return paths_.of(of) == atomic;
    }
  }
  if (llvm::isa<clang::DeclRefExpr, clang::MemberExpr>(bare) && paths_.of(bare) == atomic) {
    return true;
  }
  if (const auto* name = llvm::dyn_cast<clang::DeclRefExpr>(bare)) {
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(name->getDecl());
    if (variable == nullptr || !variable->isLocalVarDecl() || variables == 0) return false;
    return !variable->hasInit() || computed_from(variable->getInit(), atomic, variables - 1);
  }
  return std::any_of(bare->child_begin(), bare->child_end(), [&](const clang::Stmt* child) {
    const auto* part = llvm::dyn_cast_or_null<clang::Expr>(child);
    return part != nullptr && computed_from(part, atomic, variables);
  });
}

bool FunctionWalk::on_atomic_call(const clang::CallExpr& call, const clang::Expr* object,
                                  llvm::StringRef name) {
  const auto* callee = call.getDirectCallee();
  bool write = true;
  bool update = true;
  if (name == "load" || name == "operator bool" || name == "test" || name == "wait" ||
      llvm::isa<clang::CXXConversionDecl>(callee)) {
    write = update = false;
  } else if (name == "store" || name == "clear" ||
             callee->getOverloadedOperator() == clang::OO_Equal) {
    update = false;
  } else if (name == "notify_one" || name == "notify_all" || name == "is_lock_free") {
    return true;
  }
  const bool tested = survey_.conditions.contains(&call);
  const Path path = paths_.of(object);
  if (path.root == Root::none) return true;
  Op& op = emit(OpKind::access, call.getExprLoc());
  op.object = path;
  op.write = write;
  op.atomic = true;
  op.update = update;
  op.condition = tested;
  op.loop_test = survey_.loop_conditions.contains(&call);
  if (name == "wait") op.what = "wait";
  if (adds(*callee)) op.what = "add";
  const unsigned stored = llvm::isa<clang::CXXOperatorCallExpr>(call) ? 1 : 0;
  if (write && !update && call.getNumArgs() > stored) {
    op.value = constant(call.getArg(stored), names_.context());
    op.computed = computed_from(call.getArg(stored), path);
  }
  return true;
}

// lockweave::shared: its operators are the accesses.
bool FunctionWalk::on_watched_call(const clang::CallExpr& call, const clang::Expr* object,
                                   llvm::StringRef name) {
  const auto* callee = call.getDirectCallee();
  const clang::OverloadedOperatorKind kind = callee->getOverloadedOperator();
  if (kind == clang::OO_Subscript) return true;  // an element; its use is the access
  bool write = true;
  bool update = kind != clang::OO_None && kind != clang::OO_Equal;
  if (name == "load" || name == "read" || llvm::isa<clang::CXXConversionDecl>(callee)) {
    write = update = false;
  } else if (name == "store" || name == "write") {
    update = false;
  } else if (kind == clang::OO_None) {
    return true;
  }
  const Path path = paths_.of(object);
  if (path.root == Root::none) return true;
  const bool tested = survey_.conditions.contains(&call);
  Op& op = emit(OpKind::access, call.getExprLoc());
  op.object = path;
  op.write = write;
  op.update = update;
  op.condition = tested;
  op.loop_test = survey_.loop_conditions.contains(&call);
  return true;
}

bool FunctionWalk::on_container_call(const clang::CallExpr& call, const clang::Expr* object,
                                     const clang::FunctionDecl& callee) {
  const clang::CXXRecordDecl* const record = record_of(
      object->getType()->isPointerType() ? object->getType()->getPointeeType() : object->getType());
  if (record == nullptr || !is_container(*record)) return false;
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&callee);
  if (method == nullptr || !method->isInstance()) return false;
  const bool named = callee.getDeclName().isIdentifier();
  const clang::OverloadedOperatorKind kind = callee.getOverloadedOperator();
  bool write = !method->isConst();
  if (named && only_reads(callee.getName())) write = false;
  if (kind == clang::OO_Arrow || kind == clang::OO_Star) write = false;
  if (kind == clang::OO_Subscript) {
    const llvm::StringRef name = record->getName();
    write = write && (name == "map" || name == "unordered_map");
  }
  access(object, write, false, false, call.getExprLoc());
  return true;
}

// ---- function values that are stored ------------------------------------------------------------

void FunctionWalk::bind(const Path& slot, const clang::Expr* value) {
  const clang::QualType type = value->getType();
  const bool function = type->isFunctionPointerType() || type->isMemberFunctionPointerType() ||
                        library_.record(record_of(type)).role == Role::function ||
                        (record_of(type) != nullptr && record_of(type)->isLambda());
  if (!function || (slot.root == Root::none && slot.fields.empty())) return;
  const Callable callable = callables_.of(value);
  if (callable.key.empty() && callable.slot.root == Root::parameter) {
    // `callback_ = f;`: what callers give.
    Op& op = emit(OpKind::alias, value->getExprLoc());
    op.object = slot;
    op.others.push_back(callable.slot);
  }
  if (callable.key.empty()) return;
  if (callable.function != nullptr) refer_to(*callable.function);
  context_.unit.bindings.push_back({slot, callable.key});
}

void FunctionWalk::bind(const clang::Expr* slot, const clang::Expr* value) {
  bind(paths_.of(slot), value);
}

}  // namespace lockweave::analyzer::extract
