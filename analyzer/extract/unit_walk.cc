// analyzer/extract/unit_walk.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/unit_walk.h"

#include <clang/AST/Attr.h>
#include <clang/AST/DeclTemplate.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Lex/Lexer.h>

#include <algorithm>
#include <set>

#include "analyzer/extract/function_walk.h"
#include "analyzer/extract/lock_kinds.h"

namespace lockweave::analyzer::extract {
namespace {

std::string guarded_by(const clang::Decl& decl) {
  const clang::Expr* lock = nullptr;
  if (const auto* attribute = decl.getAttr<clang::GuardedByAttr>()) lock = attribute->getArg();
  if (lock == nullptr) return "";
  const clang::ASTContext& context = decl.getASTContext();
  return clang::Lexer::getSourceText(clang::CharSourceRange::getTokenRange(lock->getSourceRange()),
                                     context.getSourceManager(), context.getLangOpts())
      .str();
}

// The first permits of a semaphore, where its initialiser says so.
std::int64_t permits_of(const clang::VarDecl& variable, const clang::ASTContext& context) {
  const clang::Expr* const init = variable.getInit();
  const auto* construct =
      init == nullptr ? nullptr : llvm::dyn_cast<clang::CXXConstructExpr>(init->IgnoreImplicit());
  if (construct == nullptr || construct->getNumArgs() == 0) return -1;
  clang::Expr::EvalResult value;
  const clang::Expr* const count = construct->getArg(0);
  const bool known = !count->isValueDependent() && count->getType()->isIntegerType() &&
                     count->EvaluateAsInt(value, context);
  return known ? value.Val.getInt().tryExtValue().value_or(-1) : -1;
}

class UnitVisitor : public clang::RecursiveASTVisitor<UnitVisitor> {
 public:
  using Base = clang::RecursiveASTVisitor<UnitVisitor>;

  UnitVisitor(UnitContext& context) : context_(context) {}

  bool shouldVisitTemplateInstantiations() const { return true; }
  bool shouldWalkTypesOfTypeLocs() const { return false; }

  bool TraverseDecl(clang::Decl* decl) {
    if (decl == nullptr) return true;
    const bool scope =
        llvm::isa<clang::TranslationUnitDecl, clang::NamespaceDecl, clang::LinkageSpecDecl>(decl);
    if (!scope && !context_.names.is_user_code(decl->getLocation())) return true;
    return Base::TraverseDecl(decl);
  }
  bool VisitFunctionDecl(clang::FunctionDecl* function) {
    walk(*function);
    return true;
  }
  bool VisitRecordDecl(clang::RecordDecl* record) {
    if (record->isThisDeclarationADefinition() && !record->isDependentContext()) add(*record);
    return true;
  }
  bool VisitVarDecl(clang::VarDecl* variable) {
    const bool wanted = variable->hasGlobalStorage() && !variable->isTemplated() &&
                        !llvm::isa<clang::ParmVarDecl>(variable);
    if (wanted) add(*variable);
    if (!variable->isTemplated()) note_kind(*variable, variable->getInit());
    return true;
  }
  bool VisitFieldDecl(clang::FieldDecl* field) {
    if (!field->getParent()->isDependentContext())
      note_kind(*field, field->getInClassInitializer());
    return true;
  }
  bool VisitInitListExpr(clang::InitListExpr* list) {
    const clang::InitListExpr* whole = list->isSemanticForm() ? list : list->getSemanticForm();
    const clang::RecordDecl* const record = whole == nullptr || whole->getType().isNull()
                                                ? nullptr
                                                : whole->getType()->getAsRecordDecl();
    if (record == nullptr || record->isUnion()) return true;
    unsigned index = 0;
    for (const clang::FieldDecl* field : record->fields()) {
      if (index >= whole->getNumInits()) return true;
      note_kind(*field, whole->getInit(index++));
    }
    return true;
  }
  // Lambdas of initialisers outside of functions.
  bool VisitLambdaExpr(clang::LambdaExpr* lambda) {
    walk_lambda(*lambda);
    return true;
  }

 private:
  // Of locks outside of functions, of members and of C's variables.
  void note_kind(const clang::ValueDecl& lock, const clang::Expr* init) {
    if (init == nullptr) return;
    const clang::QualType type = lock.getType();
    if (!context_.library.is_c_lock(type) && context_.library.type(type).role != Role::lock) return;
    const std::optional<summary::Answer> kind = kind_of_initialiser(init, context_.names.context());
    if (!kind) return;
    summary::Path path;
    if (const auto* field = llvm::dyn_cast<clang::FieldDecl>(&lock)) {
      path.fields.push_back(context_.names.key(*field));
    } else if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(&lock)) {
      path.root = variable->hasGlobalStorage() ? summary::Root::global : summary::Root::local;
      path.symbol = context_.names.key(*variable);
    }
    context_.unit.lock_kinds.push_back({std::move(path), *kind});
  }
  void walk_lambda(const clang::LambdaExpr& lambda) {
    const clang::CXXMethodDecl* const method = lambda.getLambdaClass()->getLambdaCallOperator();
    if (method == nullptr) return;
    if (const clang::FunctionTemplateDecl* pattern = method->getDescribedFunctionTemplate()) {
      for (const clang::FunctionDecl* instance : pattern->specializations()) walk(*instance);
    } else {
      walk(*method);
    }
  }
  void walk(const clang::FunctionDecl& function) {
    if (!function.doesThisDeclarationHaveABody() || function.isDependentContext()) return;
    if (function.getBody() == nullptr || function.isInvalidDecl()) return;
    if (!done_.insert(function.getCanonicalDecl()).second) return;
    FunctionWalk walker(context_, function);
    context_.unit.functions.push_back(walker.run());
    // A copy: walking a lambda must not disturb what lists it.
    const std::vector<const clang::LambdaExpr*> lambdas = walker.lambdas();
    for (const clang::LambdaExpr* lambda : lambdas) walk_lambda(*lambda);
  }
  void add(const clang::RecordDecl& record) {
    const auto* of_cxx = llvm::dyn_cast<clang::CXXRecordDecl>(&record);
    if (of_cxx != nullptr && of_cxx->isLambda()) return;
    summary::Class made;
    made.key = context_.names.key(record);
    made.name = context_.names.qualified(record);
    made.place = context_.names.place(record.getLocation());
    if (of_cxx != nullptr) {
      for (const clang::CXXBaseSpecifier& base : of_cxx->bases()) {
        std::string key = context_.names.key_of_class(base.getType());
        if (!key.empty()) made.bases.push_back(std::move(key));
      }
    }
    for (const clang::FieldDecl* field : record.fields()) made.fields.push_back(describe(*field));
    context_.unit.classes.push_back(std::move(made));
  }
  summary::Field describe(const clang::FieldDecl& field) {
    const clang::QualType type = field.getType();
    const TypeModel model = context_.library.type(type);
    summary::Field made;
    made.key = context_.names.key(field);
    made.type = type.getAsString();
    made.owner_type = context_.names.key_of_class(type);
    made.place = context_.names.place(field.getLocation());
    made.guarded_by = guarded_by(field);
    made.lock = context_.library.is_lock(type);
    made.condition_variable =
        model.role == Role::condition_variable || context_.library.is_c_condition(type);
    made.thread = model.role == Role::thread || model.role == Role::managed;
    made.atomic =
        model.role == Role::atomic || model.role == Role::atomic_flag || type->isAtomicType();
    made.constant = type.isConstQualified();
    made.is_volatile = type.isVolatileQualified();
    made.reference = type->isReferenceType();
    return made;
  }
  void add(const clang::VarDecl& variable) {
    const clang::QualType type = variable.getType();
    const TypeModel model = context_.library.type(type);
    summary::Variable made;
    made.key = context_.names.key(variable);
    made.name = context_.names.qualified(variable);
    made.type = type.getAsString();
    made.place = context_.names.place(variable.getLocation());
    made.guarded_by = guarded_by(variable);
    if (model.role == Role::semaphore) {
      made.count = permits_of(variable, context_.names.context());
    }
    made.lock = context_.library.is_lock(type);
    made.condition_variable =
        model.role == Role::condition_variable || context_.library.is_c_condition(type);
    made.atomic =
        model.role == Role::atomic || model.role == Role::atomic_flag || type->isAtomicType();
    made.constant = type.isConstQualified() || variable.isConstexpr();
    made.is_volatile = type.isVolatileQualified();
    made.thread_local_storage = variable.getTLSKind() != clang::VarDecl::TLS_None;
    made.static_local = variable.isStaticLocal();
    context_.unit.variables.push_back(std::move(made));
    bind_tables(variable.getInit());
    bind_pointer(variable);
  }
  // `static void (*release)(void *) = free;`
  void bind_pointer(const clang::VarDecl& variable) {
    if (variable.getInit() == nullptr || !variable.getType()->isFunctionPointerType()) return;
    summary::Path slot;
    slot.root = summary::Root::global;
    slot.symbol = context_.names.key(variable);
    bind(std::move(slot), variable.getInit());
  }
  void bind(summary::Path slot, const clang::Expr* value) {
    const auto* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(stripped(value));
    const auto* function =
        reference == nullptr ? nullptr : llvm::dyn_cast<clang::FunctionDecl>(reference->getDecl());
    if (function == nullptr) return;
    const std::string key = context_.names.key(*function);
    context_.unit.bindings.push_back({std::move(slot), key});
    context_.referred.try_emplace(key, function);
    context_.taken.insert(key);
  }
  // Tables of functions with static storage.
  void bind_tables(const clang::Expr* init) {
    if (init == nullptr) return;
    const auto* list = llvm::dyn_cast<clang::InitListExpr>(init->IgnoreImplicit());
    if (list == nullptr) return;
    if (list->isSyntacticForm() && list->getSemanticForm() != nullptr) {
      list = list->getSemanticForm();
    }
    const clang::RecordDecl* const record = list->getType()->getAsRecordDecl();
    if (list->getInitializedFieldInUnion() != nullptr && list->getNumInits() > 0) {
      return bind_entry(*list->getInitializedFieldInUnion(), list->getInit(0));
    }
    auto field = record == nullptr ? clang::RecordDecl::field_iterator() : record->field_begin();
    for (const clang::Expr* one : list->inits()) {
      bind_tables(one);
      if (record == nullptr || record->isUnion()) continue;
      if (field == record->field_end()) return;
      bind_entry(**field++, one);
    }
  }
  void bind_entry(const clang::FieldDecl& field, const clang::Expr* value) {
    summary::Path slot;
    slot.fields.push_back(context_.names.key(field));
    bind(std::move(slot), value);
  }

  UnitContext& context_;
  std::set<const clang::Decl*> done_;
};

// What other units define: its promises and what it overrides, and that its address was taken.
void add_declared(UnitContext& context) {
  std::set<std::string> defined;
  for (const summary::Function& one : context.unit.functions) defined.insert(one.key);
  for (const auto& [key, function] : context.referred) {
    if (defined.contains(key)) continue;
    const bool user = context.names.is_user_code(function->getLocation());
    if (!user && !context.taken.contains(key)) continue;
    summary::Function made = describe_function(context, *function);
    made.in_system_header = !user;
    context.unit.functions.push_back(std::move(made));
  }
  for (summary::Function& one : context.unit.functions) {
    one.address_taken = context.taken.contains(one.key);
  }
}

template <class T>
void sort_and_unite(std::vector<T>& list) {
  std::stable_sort(list.begin(), list.end(), [](const T& a, const T& b) { return a.key < b.key; });
  list.erase(
      std::unique(list.begin(), list.end(), [](const T& a, const T& b) { return a.key == b.key; }),
      list.end());
}

}  // namespace

void walk_unit(clang::ASTContext& ast, const std::string& directory, const summary::Models& models,
               summary::Unit& unit) {
  Names names(ast, unit, directory, models.system_bodies);
  Library library(names, models);
  UnitContext context{names, library, unit, {}, {}};
  UnitVisitor(context).TraverseDecl(ast.getTranslationUnitDecl());
  add_declared(context);
  sort_and_unite(unit.functions);
  sort_and_unite(unit.classes);
  sort_and_unite(unit.variables);
  std::sort(unit.bindings.begin(), unit.bindings.end(),
            [](const summary::Binding& a, const summary::Binding& b) {
              return std::tie(a.slot, a.function) < std::tie(b.slot, b.function);
            });
  unit.bindings.erase(std::unique(unit.bindings.begin(), unit.bindings.end()), unit.bindings.end());
  std::sort(unit.lock_kinds.begin(), unit.lock_kinds.end());
  unit.lock_kinds.erase(std::unique(unit.lock_kinds.begin(), unit.lock_kinds.end()),
                        unit.lock_kinds.end());
}

}  // namespace lockweave::analyzer::extract
