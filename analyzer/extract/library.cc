// analyzer/extract/library.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/library.h"

#include <clang/AST/DeclTemplate.h>

#include <algorithm>

#include "analyzer/extract/call_parts.h"
#include "analyzer/extract/library_tables.h"

namespace lockweave::analyzer::extract {
namespace {

using summary::Answer;
using summary::Mode;

bool contains(const std::vector<std::string>& list, llvm::StringRef name) {
  return std::any_of(list.begin(), list.end(),
                     [name](const std::string& one) { return name == one; });
}

bool has_method(const clang::CXXRecordDecl& record, llvm::StringRef name) {
  return std::any_of(record.method_begin(), record.method_end(),
                     [name](const clang::CXXMethodDecl* method) {
                       return method->getDeclName().isIdentifier() && method->getName() == name;
                     });
}

// Its atomics are flags, not numbers.
bool has_flag_only(const clang::CXXRecordDecl& record) {
  return std::all_of(record.field_begin(), record.field_end(), [](const clang::FieldDecl* field) {
    const auto* of = record_of(field->getType());
    const auto* instance = llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(of);
    if (instance == nullptr) return of != nullptr && of->getName() == "atomic_flag";
    return instance->getName() == "atomic" && instance->getTemplateArgs().size() > 0 &&
           instance->getTemplateArgs()[0].getAsType()->isBooleanType();
  });
}

// The member that would lock, if another one would unlock; null: there is no such pair.
const clang::CXXMethodDecl* locking_method(const clang::CXXRecordDecl& record) {
  struct Pair {
    llvm::StringLiteral lock;
    llvm::StringLiteral unlock;
    bool may_count;  // semaphores and counters of references have such names, too
  };
  static constexpr Pair kPairs[] = {{"lock", "unlock", false},
                                    {"Lock", "Unlock", false},
                                    {"acquire", "release", true},
                                    {"Acquire", "Release", true}};
  for (const Pair& pair : kPairs) {
    if (!has_method(record, pair.unlock) || (pair.may_count && !has_flag_only(record))) continue;
    for (const clang::CXXMethodDecl* method : record.methods()) {
      if (method->getDeclName().isIdentifier() && method->getName() == pair.lock) return method;
    }
  }
  return nullptr;
}

// GCC's, on an integer: `while (__sync_lock_test_and_set(&word_, 1)) {}`
bool uses_atomic_builtins(const clang::Stmt* at) {
  if (at == nullptr) return false;
  if (llvm::isa<clang::AtomicExpr>(at)) return true;
  if (const auto* call = llvm::dyn_cast<clang::CallExpr>(at)) {
    const clang::FunctionDecl* const callee = call->getDirectCallee();
    const bool named = callee != nullptr && callee->getDeclName().isIdentifier();
    if (named && callee->getName().starts_with("__sync_")) return true;
  }
  return std::any_of(at->child_begin(), at->child_end(), uses_atomic_builtins);
}

CallModel of_lock_model(const summary::LockModel& lock, llvm::StringRef name) {
  if (contains(lock.lock, name)) return {Deed::acquire};
  if (contains(lock.unlock, name)) return {Deed::release};
  if (contains(lock.try_lock, name)) return {Deed::try_acquire};
  if (contains(lock.lock_shared, name)) return {Deed::acquire, kShared};
  if (contains(lock.unlock_shared, name)) return {Deed::release, kShared};
  if (contains(lock.try_lock_shared, name)) return {Deed::try_acquire, kShared};
  return {};
}

CallModel of_guard_model(const summary::GuardModel& guard, llvm::StringRef name) {
  if (contains(guard.lock, name)) return {Deed::guard_acquire};
  if (contains(guard.unlock, name)) return {Deed::guard_release};
  return {};
}

}  // namespace

Library::Library(Names& names, const summary::Models& models) : names_(names), models_(models) {}

TypeModel Library::type(clang::QualType type) { return record(record_of(pointee(type))); }

TypeModel Library::record(const clang::CXXRecordDecl* record) {
  if (record == nullptr) return {};
  record = record->getCanonicalDecl();
  const auto known = records_.find(record);
  if (known != records_.end()) return known->second;
  records_[record] = {};  // a class is no base of itself; but be sure
  TypeModel model = by_name(*record);
  const clang::CXXRecordDecl* const definition = record->getDefinition();
  if (model.role == Role::none && definition != nullptr && !definition->isDependentContext()) {
    for (const clang::CXXBaseSpecifier& base : definition->bases()) {
      const TypeModel inherited = this->record(record_of(base.getType()));
      if (inherited.role != Role::none) model = inherited;
    }
    if (model.role == Role::none) model = by_shape(*definition);
  }
  records_[record] = model;
  return model;
}

TypeModel Library::by_name(const clang::CXXRecordDecl& record) {
  const std::string& name = names_.qualified(record);
  TypeModel model;
  for (const summary::LockModel& one : models_.locks) {
    if (one.type != name) continue;
    model.role = Role::lock;
    model.recursive = one.recursive ? Answer::yes : Answer::no;
    model.lock = &one;
    return model;
  }
  for (const summary::GuardModel& one : models_.guards) {
    if (one.type != name) continue;
    model.role = Role::guard;
    model.mode = one.shared ? kShared : kExclusive;
    model.guard = &one;
    return model;
  }
  if (const NamedType* const known = find_named_type(name)) {
    model.role = known->role;
    model.recursive = known->recursive;
    model.mode = known->mode;
    model.joins = known->joins;
    model.release_unlocks = known->release_unlocks;
  }
  return model;
}

// A hand-made spin lock: lock() and unlock() over atomics or integers, nothing that is a lock already
// (a class around a std::mutex is understood by what its members do).
TypeModel Library::by_shape(const clang::CXXRecordDecl& record) {
  const clang::CXXMethodDecl* const locks = locking_method(record);
  if (locks == nullptr) return {};
  bool atomic = uses_atomic_builtins(locks->getBody());
  for (const clang::FieldDecl* field : record.fields()) {
    const TypeModel of_field = type(field->getType());
    const bool plain = field->getType()->isPointerType() || is_c_lock(field->getType());
    if (plain || of_field.role == Role::lock || of_field.role == Role::guard) return {};
    atomic |= of_field.role == Role::atomic || of_field.role == Role::atomic_flag;
  }
  TypeModel model;
  if (atomic) model.role = Role::lock;
  return model;
}

bool Library::is_carrier(const clang::CXXRecordDecl& record) {
  const auto* instance = llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(&record);
  if (instance == nullptr || !instance->isInStdNamespace()) return false;
  if (instance->getName() != "pair" && instance->getName() != "tuple") return false;
  std::vector<clang::TemplateArgument> parts;
  for (const clang::TemplateArgument& one : instance->getTemplateArgs().asArray()) {
    if (one.getKind() == clang::TemplateArgument::Pack) {
      parts.insert(parts.end(), one.pack_begin(), one.pack_end());
    } else {
      parts.push_back(one);
    }
  }
  return std::any_of(parts.begin(), parts.end(), [this](const clang::TemplateArgument& one) {
    return one.getKind() == clang::TemplateArgument::Type &&
           this->record(record_of(one.getAsType())).role == Role::guard;
  });
}

bool Library::is_own_guard(const clang::CXXRecordDecl& record) {
  const clang::CXXRecordDecl* const definition = record.getDefinition();
  if (definition == nullptr || !names_.is_user_code(definition->getLocation())) return false;
  const clang::CXXDestructorDecl* const destructor = definition->getDestructor();
  return destructor != nullptr && destructor->isUserProvided() && unlocks(destructor->getBody());
}

bool Library::unlocks(const clang::Stmt* at) {
  if (at == nullptr) return false;
  if (const auto* call = llvm::dyn_cast<clang::CallExpr>(at)) {
    const clang::FunctionDecl* const callee = call->getDirectCallee();
    const clang::Expr* const object = object_of(*call);
    if (callee != nullptr && object != nullptr &&
        method(type(object->getType()), method_name(*callee)).deed == Deed::release) {
      return true;
    }
    if (callee != nullptr && object == nullptr && function(*callee).deed == Deed::release) {
      return true;
    }
  }
  return std::any_of(at->child_begin(), at->child_end(),
                     [this](const clang::Stmt* child) { return unlocks(child); });
}

bool Library::has_guard(const clang::CXXRecordDecl& record) {
  if (is_carrier(record) || is_own_guard(record)) return true;
  const clang::CXXRecordDecl* const definition = record.getDefinition();
  if (definition == nullptr || !names_.is_user_code(definition->getLocation())) return false;
  const auto is_guard = [this](clang::QualType part) {
    const clang::CXXRecordDecl* const inner = record_of(part);
    return inner != nullptr && !part->isReferenceType() &&
           (this->record(inner).role == Role::guard || has_guard(*inner));
  };
  return std::any_of(definition->field_begin(), definition->field_end(),
                     [&](const clang::FieldDecl* field) { return is_guard(field->getType()); });
}

CallModel Library::method(const TypeModel& of, llvm::StringRef name) const {
  if (of.lock != nullptr) return of_lock_model(*of.lock, name);
  if (of.guard != nullptr && (!of.guard->lock.empty() || !of.guard->unlock.empty())) {
    return of_guard_model(*of.guard, name);
  }
  for (const NamedMethod& one : methods_of(of.role)) {
    if (one.name != name) continue;
    CallModel model = one.model;
    model.recursive = of.recursive;
    if (model.deed == Deed::guard_forget && of.release_unlocks) model.deed = Deed::guard_release;
    return model;
  }
  return {};
}

CallModel Library::function(const clang::FunctionDecl& function) {
  if (!function.getDeclName().isIdentifier()) return {};
  const std::string& name = names_.qualified(function);
  for (const summary::LockModel& lock : models_.locks) {
    CallModel model = of_lock_model(lock, name);
    model.recursive = lock.recursive ? Answer::yes : Answer::no;
    if (model.deed != Deed::none) return model;
  }
  if (contains(models_.blocking, name)) return {Deed::block, kExclusive, "blocking call", 99};
  if (contains(models_.spawning, name)) return {Deed::run_later, kExclusive, "thread", 99, 98};
  // C names are taken as such only where the system declares them.
  const auto known = function_table().find(name);
  if (known == function_table().end()) return {};
  const bool of_user = names_.is_user_code(function.getCanonicalDecl()->getLocation());
  const bool has_body = function.hasBody();
  return of_user && has_body ? CallModel{} : known->second;
}

bool Library::is_lock(clang::QualType type) {
  const Role role = this->type(type).role;
  return role == Role::lock || role == Role::synchronized || is_c_lock(type);
}

bool Library::is_c_lock(clang::QualType type) {
  const std::string text = pointee(type).getCanonicalType().getUnqualifiedType().getAsString();
  return text == "pthread_mutex_t" || text == "pthread_rwlock_t" || text == "mtx_t" ||
         text == "GMutex" || text == "struct _GMutex" || text == "union _GMutex" ||
         text == "_GMutex" || text == "struct _GRecMutex" || text == "_GRecMutex" ||
         text == "struct _GRWLock" || text == "_GRWLock";
}

bool Library::is_c_condition(clang::QualType type) {
  const std::string text = pointee(type).getCanonicalType().getUnqualifiedType().getAsString();
  return text == "pthread_cond_t" || text == "cnd_t" || text == "struct _GCond";
}

}  // namespace lockweave::analyzer::extract
