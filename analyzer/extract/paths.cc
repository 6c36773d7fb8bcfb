// analyzer/extract/paths.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/paths.h"

#include <clang/AST/StmtCXX.h>
#include <llvm/ADT/StringExtras.h>

namespace lockweave::analyzer::extract {
namespace {

using summary::Path;
using summary::Root;

constexpr int kDepthMax = 24;
constexpr std::size_t kPointersMax = 32;  // bits of Path::pointers

// Functions that give back their first argument, under another type.
bool gives_argument_back(const clang::CallExpr& call) {
  const clang::FunctionDecl* const callee = call.getDirectCallee();
  if (callee == nullptr || call.getNumArgs() != 1) return false;
  if (!callee->getDeclName().isIdentifier()) return false;
  const llvm::StringRef name = callee->getName();
  if (name == "__builtin_addressof" || name == "__addressof") return true;
  if (!callee->isInStdNamespace()) return false;
  return name == "move" || name == "forward" || name == "ref" || name == "cref" ||
         name == "addressof" || name == "as_const" || name == "forward_like" || name == "launder" ||
         name == "to_address";
}

bool is_element_access(llvm::StringRef name) {
  return name == "at" || name == "front" || name == "back";
}

// Members that give the object itself, as seen through a handle.
bool is_look_through(llvm::StringRef name) {
  return name == "get" || name == "value" || name == "data" || name == "begin" || name == "end" ||
         name == "read" || name == "write" || name == "native_handle" || name == "lock";
}

// What it refers to may be referred to by others, too.
bool refers_to_another(clang::QualType type) {
  if (type->isPointerType() || type->isReferenceType()) return true;
  const clang::CXXRecordDecl* const record = type->getAsCXXRecordDecl();
  if (record == nullptr || !record->getDeclName().isIdentifier()) return false;
  const llvm::StringRef name = record->getName();
  return name == "shared_ptr" || name == "weak_ptr" || name == "reference_wrapper";
}

bool copies_argument(const clang::CXXConstructExpr& construct) {
  return construct.getNumArgs() == 1 && construct.getConstructor()->isCopyOrMoveConstructor();
}

}  // namespace

namespace {
const clang::Expr* strip(const clang::Expr* expr, bool through_calls) {
  while (expr != nullptr) {
    const clang::Expr* inner = expr->IgnoreParenCasts();
    if (const auto* full = llvm::dyn_cast<clang::FullExpr>(inner)) {
      inner = full->getSubExpr();
    } else if (const auto* temporary = llvm::dyn_cast<clang::MaterializeTemporaryExpr>(inner)) {
      inner = temporary->getSubExpr();
    } else if (const auto* bound = llvm::dyn_cast<clang::CXXBindTemporaryExpr>(inner)) {
      inner = bound->getSubExpr();
    } else if (const auto* usual = llvm::dyn_cast<clang::CXXDefaultArgExpr>(inner)) {
      inner = usual->getExpr();
    } else if (const auto* initial = llvm::dyn_cast<clang::CXXDefaultInitExpr>(inner)) {
      inner = initial->getExpr();
    } else if (const auto* replaced = llvm::dyn_cast<clang::SubstNonTypeTemplateParmExpr>(inner)) {
      inner = replaced->getReplacement();
    } else if (const auto* list = llvm::dyn_cast<clang::InitListExpr>(inner);
               list != nullptr && list->getNumInits() == 1) {
      inner = list->getInit(0);
    } else if (const auto* call = llvm::dyn_cast<clang::CallExpr>(inner);
               through_calls && call != nullptr && gives_argument_back(*call)) {
      inner = call->getArg(0);
    } else if (const auto* construct = llvm::dyn_cast<clang::CXXConstructExpr>(inner);
               construct != nullptr && copies_argument(*construct)) {
      inner = construct->getArg(0);
    }
    if (inner == expr) return expr;
    expr = inner;
  }
  return expr;
}
}  // namespace

const clang::Expr* stripped(const clang::Expr* expr) { return strip(expr, true); }
const clang::Expr* stripped_once(const clang::Expr* expr) { return strip(expr, false); }

std::optional<std::int64_t> constant_value(const clang::Expr* expr, clang::ASTContext& context) {
  if (expr->isValueDependent()) return std::nullopt;
  const bool null =
      expr->getType()->isPointerType() &&
      expr->isNullPointerConstant(context, clang::Expr::NPC_ValueDependentIsNotNull) !=
          clang::Expr::NPCK_NotNull;
  if (null) return 0;
  expr = expr->IgnoreParenImpCasts();
  if (llvm::isa<clang::CXXNullPtrLiteralExpr, clang::GNUNullExpr>(expr)) return 0;
  clang::Expr::EvalResult value;
  if (expr->isValueDependent() || !expr->getType()->isIntegralOrEnumerationType() ||
      !expr->EvaluateAsInt(value, context)) {
    return std::nullopt;
  }
  return value.Val.getInt().tryExtValue();
}

Paths::Paths(Names& names, Library& library, const clang::FunctionDecl& function)
    : names_(names), library_(library), function_(function) {}

void Paths::set_result(const clang::Expr& call, std::uint32_t op) { results_[&call] = op; }

Path Paths::of_this() {
  Path path;
  path.root = Root::object;
  path.name = "this";
  const clang::DeclContext* around = &function_;
  while (around != nullptr) {
    const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(around);
    if (method != nullptr && !method->getParent()->isLambda()) {
      path.type = names_.key(*method->getParent());
      break;
    }
    around = around->getParent();
  }
  return path;
}

Path Paths::of_field(const clang::FieldDecl& field) { return with_field(of_this(), field); }

Path Paths::with_field(Path base, const clang::FieldDecl& field) {
  if (field.isAnonymousStructOrUnion()) return base;
  const std::size_t bit = base.fields.size() + 1;
  if (refers_to_another(field.getType()) && bit < kPointersMax) base.pointers |= 1U << bit;
  base.fields.push_back(names_.key(field));
  return base;
}

Path Paths::of_temporary(const clang::Expr& expr) {
  const summary::Place at = names_.place(expr.getBeginLoc());
  Path path;
  path.root = Root::local;
  path.symbol = names_.key(function_) + "|temporary:" + std::to_string(at.line) + ":" +
                std::to_string(at.column);
  path.name = "temporary";
  return path;
}

Path Paths::of(const clang::VarDecl& variable) {
  Path path;
  path.name = variable.getNameAsString();
  path.type = names_.key_of_class(variable.getType());
  if (refers_to_another(variable.getType())) path.pointers = 1;
  if (const auto* parameter = llvm::dyn_cast<clang::ParmVarDecl>(&variable)) {
    const clang::DeclContext* const owner = parameter->getDeclContext();
    if (llvm::dyn_cast<clang::Decl>(owner)->getCanonicalDecl() == function_.getCanonicalDecl()) {
      path.root = Root::parameter;
      path.index = parameter->getFunctionScopeIndex();
      return path;
    }
  }
  if (variable.isInitCapture() && variable.getInit() != nullptr) {
    const Path captured = of(variable.getInit());
    const bool refers =
        variable.getType()->isReferenceType() || variable.getType()->isPointerType();
    if (refers && captured.root != Root::none) return captured;
  }
  if (variable.hasGlobalStorage()) {
    path.root = Root::global;
    path.name = names_.qualified(variable);
    path.symbol = names_.key(variable);
    return path;
  }
  path.root = Root::local;
  path.symbol = names_.key(variable);
  return path;
}

Path Paths::of_reference(const clang::DeclRefExpr& reference) {
  const clang::ValueDecl* const decl = reference.getDecl();
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl)) return of(*variable);
  if (const auto* binding = llvm::dyn_cast<clang::BindingDecl>(decl)) {
    if (binding->getBinding() != nullptr) return of(binding->getBinding());
  }
  return {};
}

Path Paths::of_member(const clang::MemberExpr& member) {
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(member.getMemberDecl())) {
    return of(*variable);
  }
  const auto* field = llvm::dyn_cast<clang::FieldDecl>(member.getMemberDecl());
  if (field == nullptr) return {};
  Path base = of(member.getBase());
  if (base.root == Root::none) {
    // Still of use as "that member of some object of this class".
    base.root = Root::local;
    base.symbol = names_.key(function_) + "|some";
    base.type = names_.key(*field->getParent());
  }
  return with_field(std::move(base), *field);
}

Path Paths::element(Path base, const clang::Expr* index) {
  if (base.root == Root::none) return base;
  std::string name = "[]";
  clang::Expr::EvalResult value;
  if (index != nullptr && !index->isValueDependent() && index->getType()->isIntegerType() &&
      index->EvaluateAsInt(value, names_.context())) {
    name = "[" + llvm::toString(value.Val.getInt(), 10) + "]";
  }
  base.fields.push_back(std::move(name));
  return base;
}

Path Paths::of_operator(const clang::CXXOperatorCallExpr& call) {
  switch (call.getOperator()) {
    case clang::OO_Star:
    case clang::OO_Arrow:
    case clang::OO_PlusPlus:
    case clang::OO_MinusMinus: return of(call.getArg(0));
    case clang::OO_Subscript: return element(of(call.getArg(0)), call.getArg(1));
    case clang::OO_Equal: return of(call.getArg(0));
    default: return {};
  }
}

// A function whose body is `return member;` or `return variable;` is another way to write that.
Path Paths::of_accessor(const clang::CallExpr& call) {
  const clang::FunctionDecl* const callee = call.getDirectCallee();
  const clang::FunctionDecl* definition = nullptr;
  if (callee == nullptr || !callee->hasBody(definition)) return {};
  const auto* body = llvm::dyn_cast_or_null<clang::CompoundStmt>(definition->getBody());
  if (body == nullptr || body->body_empty() || body->size() > 3) return {};
  const auto* leave = llvm::dyn_cast<clang::ReturnStmt>(body->body_back());
  if (leave == nullptr || leave->getRetValue() == nullptr) return {};
  const clang::Expr* const value = stripped(leave->getRetValue());
  const clang::Expr* inner = value;
  if (const auto* address = llvm::dyn_cast<clang::UnaryOperator>(value);
      address != nullptr && address->getOpcode() == clang::UO_AddrOf) {
    inner = stripped(address->getSubExpr());
  }
  if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(inner)) {
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
    if (variable != nullptr && variable->hasGlobalStorage()) return of(*variable);
  }
  const auto* member = llvm::dyn_cast<clang::MemberExpr>(inner);
  if (member == nullptr || body->size() != 1) return {};
  std::vector<const clang::FieldDecl*> fields;
  const clang::Expr* at = member;
  while (const auto* step = llvm::dyn_cast<clang::MemberExpr>(at)) {
    const auto* field = llvm::dyn_cast<clang::FieldDecl>(step->getMemberDecl());
    if (field == nullptr) return {};
    fields.push_back(field);
    at = stripped(step->getBase());
  }
  const auto* method = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call);
  if (!llvm::isa<clang::CXXThisExpr>(at) || method == nullptr) return {};
  Path path = of(method->getImplicitObjectArgument());
  if (path.root == Root::none) return {};
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    path = with_field(std::move(path), **field);
  }
  return path;
}

Path Paths::of_call(const clang::CallExpr& call) {
  if (const auto* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&call)) {
    if (Path path = of_operator(*operation); path.root != Root::none) return path;
  }
  if (Path path = of_accessor(call); path.root != Root::none) return path;
  const auto* method = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call);
  if (method != nullptr && method->getMethodDecl() != nullptr &&
      method->getMethodDecl()->getDeclName().isIdentifier() &&
      !names_.is_user_code(method->getMethodDecl()->getLocation())) {
    const llvm::StringRef name = method->getMethodDecl()->getName();
    if (is_element_access(name)) {
      return element(of(method->getImplicitObjectArgument()),
                     call.getNumArgs() == 1 ? call.getArg(0) : nullptr);
    }
    const clang::Expr* const object = method->getImplicitObjectArgument();
    const bool locked = name == "mutex" && library_.type(object->getType()).role == Role::guard;
    if (locked || is_look_through(name)) return of(object);
  }
  const auto known = results_.find(&call);
  if (known == results_.end()) return {};
  Path path;
  path.root = Root::result;
  path.index = known->second;
  path.type = names_.key_of_class(call.getType());
  return path;
}

Path Paths::of(const clang::Expr* expr) {
  expr = stripped(expr);
  if (expr == nullptr || depth_ > kDepthMax) return {};
  ++depth_;
  Path path;
  if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(expr)) {
    path = of_reference(*reference);
  } else if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(expr)) {
    path = of_member(*member);
  } else if (llvm::isa<clang::CXXThisExpr>(expr)) {
    path = of_this();
  } else if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expr)) {
    const auto code = unary->getOpcode();
    if (code == clang::UO_Deref || code == clang::UO_AddrOf || unary->isIncrementDecrementOp()) {
      path = of(unary->getSubExpr());
    }
  } else if (const auto* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(expr)) {
    path = element(of(subscript->getBase()), subscript->getIdx());
  } else if (const auto* call = llvm::dyn_cast<clang::CallExpr>(expr)) {
    path = of_call(*call);
  } else if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(expr)) {
    if (binary->isAssignmentOp()) path = of(binary->getLHS());
    if (binary->isAdditiveOp() && binary->getType()->isPointerType()) {
      path = element(of(binary->getLHS()), binary->getRHS());
    }
  } else if (const auto* construct = llvm::dyn_cast<clang::CXXConstructExpr>(expr)) {
    const Role role = library_.type(construct->getType()).role;
    // `std::thread(work).detach()`
    if (role == Role::thread || role == Role::guard) path = of_temporary(*construct);
    // std::reference_wrapper, a smart pointer made from another.
    if (construct->getNumArgs() >= 1 && construct->getConstructor()->isInStdNamespace() &&
        library_.type(construct->getType()).role == Role::none &&
        pointee(construct->getType()).getCanonicalType() !=
            construct->getType().getCanonicalType()) {
      path = of(construct->getArg(0));
    }
  }
  --depth_;
  return path;
}

}  // namespace lockweave::analyzer::extract
