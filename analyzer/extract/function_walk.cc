// analyzer/extract/function_walk.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/extract/function_walk.h"

#include <clang/AST/Attr.h>
#include <clang/AST/DeclTemplate.h>

#include <algorithm>

namespace lockweave::analyzer::extract {

using summary::Answer;
using summary::Block;
using summary::Edge;
using summary::OpKind;
using summary::Root;

namespace {

constexpr std::uint32_t kEntry = 0;
constexpr std::uint32_t kExit = 1;
constexpr std::size_t kCasesMax = 24;  // of a switch whose cases are told apart

clang::CFG::BuildOptions build_options() {
  clang::CFG::BuildOptions options;
  options.AddImplicitDtors = true;
  options.AddTemporaryDtors = true;
  options.AddInitializers = true;
  options.AddEHEdges = true;
  options.AddCXXDefaultInitExprInCtors = true;
  options.AddCXXDefaultInitExprInAggregates = true;
  options.AddCXXNewAllocator = false;
  options.PruneTriviallyFalseEdges = true;
  options.setAllAlwaysAdd();
  return options;
}

// Entry and exit first, the others in the order of the source.
std::uint32_t index_of(const clang::CFGBlock& block) {
  const clang::CFG* const graph = block.getParent();
  if (&block == &graph->getEntry()) return kEntry;
  if (&block == &graph->getExit()) return kExit;
  return graph->getNumBlockIDs() - block.getBlockID();
}

summary::Promise::Kind promise_kind(bool acquires) {
  return acquires ? summary::Promise::Kind::acquires : summary::Promise::Kind::releases;
}

bool has_throw(const clang::CFGBlock& block) {
  for (const clang::CFGElement& element : block) {
    if (const auto statement = element.getAs<clang::CFGStmt>()) {
      if (llvm::isa<clang::CXXThrowExpr>(statement->getStmt())) return true;
    }
  }
  return false;
}

// What decides where a block with two ways out goes. A block that a call cut short has no statement
// of its own: then it is the last part of what the terminator tests.
const clang::Expr* decided_by(const clang::CFGBlock& block) {
  if (block.getTerminatorStmt() == nullptr || !block.getTerminator().isStmtBranch()) return nullptr;
  if (const clang::Expr* last = block.getLastCondition()) return last;
  const auto* test = llvm::dyn_cast_or_null<clang::Expr>(block.getTerminatorCondition());
  while (test != nullptr) {
    const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(test->IgnoreParens());
    if (binary == nullptr || !binary->isLogicalOp()) break;
    test = binary->getRHS();
  }
  return test;
}

// What a process reports of itself before it aborts (`fail(...), __builtin_unreachable()` of an
// assertion) is not what it does.
bool aborts(const clang::CFGBlock& block) {
  if (!block.hasNoReturnElement()) return false;
  for (const clang::CFGElement& element : block) {
    const auto statement = element.getAs<clang::CFGStmt>();
    const auto* call = statement ? llvm::dyn_cast<clang::CallExpr>(statement->getStmt()) : nullptr;
    const clang::FunctionDecl* const callee = call == nullptr ? nullptr : call->getDirectCallee();
    if (callee == nullptr || !callee->getDeclName().isIdentifier()) continue;
    const llvm::StringRef name = callee->getName();
    if (name == "__builtin_unreachable" || name == "abort" || name == "__builtin_trap") return true;
  }
  return false;
}

const clang::Expr* last_call(const clang::CFGBlock& block) {
  if (block.empty()) return nullptr;
  const auto statement = block.back().getAs<clang::CFGStmt>();
  return statement ? llvm::dyn_cast<clang::Expr>(statement->getStmt()) : nullptr;
}

}  // namespace

FunctionWalk::FunctionWalk(UnitContext& context, const clang::FunctionDecl& function)
    : context_(context), names_(context.names), library_(context.library), function_(function),
      paths_(context.names, context.library, function),
      callables_(context.names, context.library, paths_) {}

FunctionWalk::Op& FunctionWalk::emit(OpKind kind, clang::SourceLocation at) {
  Op op;
  op.kind = kind;
  op.id = next_op_++;
  op.place = names_.place(at);
  std::vector<Op>& ops = made_.blocks[block_].ops;
  if (kind != OpKind::access) touched_.clear();
  ops.push_back(std::move(op));
  return ops.back();
}

void FunctionWalk::describe() {
  made_.key = names_.key(function_);
  made_.name = names_.qualified(function_);
  made_.place = names_.place(function_.getLocation());
  made_.end = names_.place(function_.getBodyRBrace());
  made_.signature = function_.getType().getCanonicalType().getAsString();
  made_.internal = !function_.isExternallyVisible();
  made_.returns_bool = function_.getReturnType()->isBooleanType();
  made_.lambda = is_lambda_operator(function_);
  if (const auto* pattern = function_.getTemplateInstantiationPattern()) {
    made_.pattern = names_.key(*pattern);
  }
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function_)) {
    made_.owner = made_.lambda ? paths_.of_this().type : names_.key(*method->getParent());
    made_.hidden = method->getAccess() == clang::AS_private;
    made_.is_virtual = method->isVirtual();
    made_.constructor = llvm::isa<clang::CXXConstructorDecl>(method);
    made_.destructor = llvm::isa<clang::CXXDestructorDecl>(method);
    for (const clang::CXXMethodDecl* base : method->overridden_methods()) {
      made_.overrides.push_back(names_.key(*base));
    }
    std::sort(made_.overrides.begin(), made_.overrides.end());
  }
  for (const clang::ParmVarDecl* one : function_.parameters()) {
    made_.parameters.push_back({one->getNameAsString(),
                                names_.key(*static_cast<const clang::VarDecl*>(one)),
                                names_.key_of_class(one->getType())});
  }
  made_.unchecked = function_.hasAttr<clang::NoThreadSafetyAnalysisAttr>();
  const auto add = [this](const auto& attributes, summary::Promise::Kind kind, bool shared) {
    // Without an argument it is the object itself.
    const bool itself = attributes.begin() == attributes.end();
    if (itself && kind != summary::Promise::Kind::excludes) {
      made_.promises.push_back(
          {kind, paths_.of_this(), shared ? summary::Mode::shared : summary::Mode::exclusive});
    }
    for (const clang::Expr* lock : attributes) {
      made_.promises.push_back(
          {kind, paths_.of(lock), shared ? summary::Mode::shared : summary::Mode::exclusive});
    }
  };
  for (const auto* one : function_.specific_attrs<clang::RequiresCapabilityAttr>()) {
    add(one->args(), summary::Promise::Kind::needs, one->isShared());
  }
  for (const auto* one : function_.specific_attrs<clang::AcquireCapabilityAttr>()) {
    add(one->args(), promise_kind(true), one->isShared());
  }
  for (const auto* one : function_.specific_attrs<clang::ReleaseCapabilityAttr>()) {
    add(one->args(), promise_kind(false), one->isShared());
  }
  for (const auto* one : function_.specific_attrs<clang::LocksExcludedAttr>()) {
    add(one->args(), summary::Promise::Kind::excludes, false);
  }
}

summary::Function FunctionWalk::describe_only() {
  describe();
  return std::move(made_);
}

summary::Function describe_function(UnitContext& context, const clang::FunctionDecl& function) {
  return FunctionWalk(context, function).describe_only();
}

summary::Function FunctionWalk::run() {
  describe();
  survey_ = survey_function(function_);
  const auto graph =
      clang::CFG::buildCFG(&function_, function_.getBody(), &names_.context(), build_options());
  if (graph == nullptr) {
    made_.blocks.resize(2);
    made_.blocks[kEntry].next.push_back({.to = kExit});
    return std::move(made_);
  }
  made_.blocks.resize(std::max(2u, graph->getNumBlockIDs() + 1));
  collect_tested(*graph);
  // In the order of the source, so that operations are numbered as they are read.
  std::vector<const clang::CFGBlock*> blocks(graph->begin(), graph->end());
  std::sort(blocks.begin(), blocks.end(),
            [](const auto* a, const auto* b) { return a->getBlockID() > b->getBlockID(); });
  for (const clang::CFGBlock* block : blocks) walk_block(*block);
  for (const clang::CFGBlock* block : blocks) connect(*block);
  reduce();
  return std::move(made_);
}

// Only variables that some branch tests need to be followed.
void FunctionWalk::collect_tested(const clang::CFG& graph) {
  for (const clang::CFGBlock* block : graph) {
    follow_passed(*block);
    const clang::Stmt* const terminator = block->getTerminatorStmt();
    if (const auto* choice = llvm::dyn_cast_or_null<clang::SwitchStmt>(terminator)) {
      for (const auto& next : block->succs()) {
        const auto value = value_of_case(next.getReachableBlock());
        if (value) question_of(choice->getCond(), *value);
      }
    } else if (terminator != nullptr && block->succ_size() == 2) {
      if (const clang::Expr* test = decided_by(*block)) key_of_test(test);
    }
  }
}

// What is tested on the ways from the block back to itself: of a loop made of `goto`, too.
std::vector<const clang::Expr*> FunctionWalk::tests_around(const clang::CFGBlock& block) {
  const auto reach = [&block](auto neighbours) {
    llvm::DenseSet<const clang::CFGBlock*> seen;
    std::vector<const clang::CFGBlock*> pending{&block};
    while (!pending.empty()) {
      const clang::CFGBlock* const at = pending.back();
      pending.pop_back();
      for (const clang::CFGBlock::AdjacentBlock& next : neighbours(*at)) {
        const clang::CFGBlock* const to = next.getReachableBlock();
        if (to != nullptr && seen.insert(to).second) pending.push_back(to);
      }
    }
    return seen;
  };
  const auto after = reach([](const clang::CFGBlock& at) { return at.succs(); });
  const auto before = reach([](const clang::CFGBlock& at) { return at.preds(); });
  std::vector<const clang::Expr*> tests;
  for (const clang::CFGBlock* at : *block.getParent()) {
    if (!after.contains(at) || !before.contains(at) || at->succ_size() != 2) continue;
    if (const clang::Expr* test = decided_by(*at)) tests.push_back(test);
  }
  return tests;
}

void FunctionWalk::walk_block(const clang::CFGBlock& block) {
  block_ = index_of(block);
  walked_ = &block;
  touched_.clear();
  if (const auto* handler = llvm::dyn_cast_or_null<clang::CXXCatchStmt>(block.getLabel())) {
    begin_handler(*handler);
  }
  for (const clang::CFGElement& element : block) on_element(element);
}

void FunctionWalk::begin_handler(const clang::CXXCatchStmt& handler) {
  const auto inside = survey_.left_by_throw.find(&handler);
  if (inside == survey_.left_by_throw.end()) return;
  for (auto variable = inside->second.rbegin(); variable != inside->second.rend(); ++variable) {
    on_end_of(paths_.of(**variable), (*variable)->getType(), handler.getCatchLoc());
  }
}

// Of a label of a switch; none: the default, a range.
std::optional<std::int64_t> FunctionWalk::value_of_case(const clang::CFGBlock* to) const {
  const auto* label =
      to == nullptr ? nullptr : llvm::dyn_cast_or_null<clang::CaseStmt>(to->getLabel());
  if (label == nullptr || label->getRHS() != nullptr) return std::nullopt;
  return label->getLHS()->EvaluateKnownConstInt(names_.context()).tryExtValue();
}

// A switch asks one question after the other, as if it were `else if`.
bool FunctionWalk::connect_cases(const clang::CFGBlock& block) {
  const auto* choice = llvm::dyn_cast_or_null<clang::SwitchStmt>(block.getTerminatorStmt());
  if (choice == nullptr || block.succ_size() > kCasesMax) return false;
  const Outcome* const outcome = known_outcome(choice->getCond());
  if (outcome != nullptr && outcome->success) return false;  // its values are one question
  std::uint32_t from = index_of(block);
  const clang::CFGBlock* otherwise = nullptr;
  for (const clang::CFGBlock::AdjacentBlock& next : block.succs()) {
    const clang::CFGBlock* const to = next.getReachableBlock();
    if (to == nullptr) continue;
    if (!llvm::isa_and_nonnull<clang::CaseStmt>(to->getLabel())) {
      otherwise = to;
      continue;
    }
    const std::optional<std::int64_t> value = value_of_case(to);
    const Test test = value ? test_of_comparison(choice->getCond(), *value) : Test{};
    if (test.condition == 0) {
      made_.blocks[from].next.push_back({.to = index_of(*to)});
      continue;
    }
    const auto rest = static_cast<std::uint32_t>(made_.blocks.size());
    made_.blocks.emplace_back();
    made_.blocks[from].next.push_back(
        {.to = index_of(*to), .condition = test.condition, .value = !test.negated});
    made_.blocks[from].next.push_back(
        {.to = rest, .condition = test.condition, .value = test.negated});
    from = rest;
  }
  if (otherwise != nullptr) made_.blocks[from].next.push_back({.to = index_of(*otherwise)});
  return true;
}

void FunctionWalk::connect(const clang::CFGBlock& block) {
  std::vector<Edge>& edges = made_.blocks[index_of(block)].next;
  if (aborts(block)) {
    std::erase_if(made_.blocks[index_of(block)].ops,
                  [](const Op& op) { return op.kind == OpKind::call; });
  }
  if (block.hasNoReturnElement() || connect_cases(block)) return;
  const clang::Stmt* const terminator = block.getTerminatorStmt();
  const bool throws = has_throw(block);
  const bool branches = terminator != nullptr && block.succ_size() == 2 &&
                        !llvm::isa<clang::CXXTryStmt, clang::SwitchStmt>(terminator);
  Test test;
  if (branches) test = test_of(decided_by(block));
  const auto* choice = llvm::dyn_cast_or_null<clang::SwitchStmt>(terminator);
  unsigned index = 0;
  for (const clang::CFGBlock::AdjacentBlock& next : block.succs()) {
    const unsigned position = index++;
    const clang::CFGBlock* const to = next.getReachableBlock();
    if (to == nullptr) continue;
    Edge edge{.to = index_of(*to)};
    if (branches) {
      edge.condition = test.condition;
      edge.value = (position == 0) != test.negated;
    } else if (choice != nullptr) {
      const Test chosen = test_of_case(*choice, *to);
      edge.condition = chosen.condition;
      edge.value = !chosen.negated;
    } else if (throws) {
      edge.thrown = edge.to == kExit;
    } else if (terminator == nullptr && position > 0) {
      // What a call may throw: of interest only where it is caught.
      if (edge.to == kExit || modelled_.contains(last_call(block))) continue;
    } else if (llvm::isa_and_nonnull<clang::CXXTryStmt>(terminator) && edge.to == kExit) {
      edge.thrown = true;
    }
    edges.push_back(edge);
  }
}

void FunctionWalk::on_element(const clang::CFGElement& element) {
  switch (element.getKind()) {
    case clang::CFGElement::Statement:
    case clang::CFGElement::Constructor:
    case clang::CFGElement::CXXRecordTypedCall:
      on_statement(*element.castAs<clang::CFGStmt>().getStmt());
      return;
    case clang::CFGElement::Initializer:
      on_initialised(*element.castAs<clang::CFGInitializer>().getInitializer());
      return;
    case clang::CFGElement::AutomaticObjectDtor: {
      const auto end = element.castAs<clang::CFGAutomaticObjDtor>();
      const clang::VarDecl& variable = *end.getVarDecl();
      if (variable.getType()->isReferenceType()) return;  // a temporary whose life is prolonged
      const clang::SourceLocation at = end.getTriggerStmt()->getEndLoc();
      on_end_of(paths_.of(variable), variable.getType(), at);
      if (!survey_.given_away.contains(&variable)) {
        on_end_of_held(paths_.of(variable), variable.getType(), at);
      }
      return;
    }
    case clang::CFGElement::TemporaryDtor: {
      const clang::CXXBindTemporaryExpr* bound =
          element.castAs<clang::CFGTemporaryDtor>().getBindTemporaryExpr();
      const clang::Expr* const made = bound->getSubExpr();
      Path path = llvm::isa<clang::CallExpr>(made) ? paths_.of(made) : Path();
      if (path.root != Root::result) path = paths_.of_temporary(*made);
      on_end_of(path, bound->getType(), bound->getEndLoc());
      return;
    }
    case clang::CFGElement::MemberDtor: {
      const clang::FieldDecl* field = element.castAs<clang::CFGMemberDtor>().getFieldDecl();
      on_end_of(paths_.of_field(*field), field->getType(), function_.getBodyRBrace());
      on_end_of_held(paths_.of_field(*field), field->getType(), function_.getBodyRBrace());
      return;
    }
    case clang::CFGElement::BaseDtor: {
      const clang::CXXBaseSpecifier* base = element.castAs<clang::CFGBaseDtor>().getBaseSpecifier();
      if (library_.type(base->getType()).role != Role::none) return;
      on_end_of(paths_.of_this(), base->getType(), function_.getBodyRBrace());
      return;
    }
    case clang::CFGElement::CleanupFunction: {
      const auto cleanup = element.castAs<clang::CFGCleanupFunction>();
      Callable callable;
      callable.key = names_.key(*cleanup.getFunctionDecl());
      callable.name = names_.qualified(*cleanup.getFunctionDecl());
      callable.function = cleanup.getFunctionDecl();
      callable.bound.push_back({paths_.of(*cleanup.getVarDecl()), ""});
      call_directly(callable, cleanup.getVarDecl()->getLocation());
      return;
    }
    default: return;
  }
}

void FunctionWalk::on_statement(const clang::Stmt& statement) {
  if (const auto* call = llvm::dyn_cast<clang::CallExpr>(&statement)) return on_call(*call);
  if (const auto* construct = llvm::dyn_cast<clang::CXXConstructExpr>(&statement)) {
    return on_construct(*construct);
  }
  if (const auto* declaration = llvm::dyn_cast<clang::DeclStmt>(&statement)) {
    return on_declaration(*declaration);
  }
  if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(&statement)) {
    if (binary->isAssignmentOp()) on_assignment(*binary);
    return;
  }
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(&statement)) {
    if (unary->isIncrementDecrementOp()) on_step(*unary);
    return;
  }
  if (const auto* gone = llvm::dyn_cast<clang::CXXDeleteExpr>(&statement)) return on_delete(*gone);
  if (const auto* cast = llvm::dyn_cast<clang::CastExpr>(&statement)) return on_read(*cast);
  if (const auto* leave = llvm::dyn_cast<clang::ReturnStmt>(&statement)) return on_return(*leave);
  if (const auto* list = llvm::dyn_cast<clang::InitListExpr>(&statement)) return bind_fields(*list);
  if (const auto* thrown = llvm::dyn_cast<clang::CXXThrowExpr>(&statement)) {
    emit(OpKind::leave, thrown->getThrowLoc()).thrown = true;
    return;
  }
  if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(&statement)) {
    const auto* named = llvm::dyn_cast<clang::FunctionDecl>(reference->getDecl());
    if (named != nullptr && !survey_.called.contains(reference)) {
      refer_to(*named);
      context_.taken.insert(names_.key(*named));
    }
    return;
  }
  if (llvm::isa<clang::CoroutineSuspendExpr, clang::CoreturnStmt>(statement)) {
    made_.coroutine = true;
    if (const auto* suspend = llvm::dyn_cast<clang::CoroutineSuspendExpr>(&statement)) {
      Op& op = emit(OpKind::block, suspend->getKeywordLoc());
      op.what = "co_await";
    }
  }
}

void FunctionWalk::on_return(const clang::ReturnStmt& leave) {
  Path returned;
  Test test;
  Answer value = Answer::unknown;
  if (const clang::Expr* expr = leave.getRetValue()) {
    const clang::QualType type = expr->getType();
    if (const clang::Expr* guard = guard_in(expr)) {
      returned = llvm::isa<clang::CXXConstructExpr>(guard) ? paths_.of_temporary(*guard)
                                                           : paths_.of(guard);
    } else if (const auto* record = record_of(type); record && library_.has_guard(*record)) {
      const clang::Expr* const bare = stripped(expr);
      returned =
          llvm::isa<clang::CXXConstructExpr>(bare) ? paths_.of_temporary(*bare) : paths_.of(bare);
    }
    // A function that says which lock it took: `return &locks[i];`
    if (type->isPointerType() || leave.getRetValue()->isLValue()) returned = paths_.of(expr);
    if (type->isPointerType()) {
      const bool null =
          expr->isNullPointerConstant(names_.context(), clang::Expr::NPC_ValueDependentIsNotNull) !=
          clang::Expr::NPCK_NotNull;
      if (null) value = Answer::no;
      if (returned.root != Root::none) value = Answer::yes;
    }
    if (type->isBooleanType() || type->isIntegerType()) {
      value = constant(expr, names_.context());
      if (value == Answer::unknown) test = test_of(expr);
    }
  }
  Op& op = emit(OpKind::leave, leave.getReturnLoc());
  op.object = std::move(returned);
  op.from = test.condition;
  op.negated = test.negated;
  op.value = value;
}

// Chains of blocks become one, blocks that say nothing go.
void FunctionWalk::reduce() {
  std::vector<Block>& blocks = made_.blocks;
  std::vector<std::uint32_t> enters(blocks.size(), 0);
  for (const Block& block : blocks) {
    for (const Edge& edge : block.next) ++enters[edge.to];
  }
  for (std::uint32_t at = 0; at < blocks.size(); ++at) {
    if (at == kExit) continue;
    while (blocks[at].next.size() == 1) {
      const Edge edge = blocks[at].next[0];
      const bool plain = edge.condition == 0 && !edge.thrown;
      if (!plain || edge.to == at || edge.to <= kExit || enters[edge.to] != 1) break;
      Block& next = blocks[edge.to];
      std::move(next.ops.begin(), next.ops.end(), std::back_inserter(blocks[at].ops));
      blocks[at].next = std::move(next.next);
      next = {};
    }
  }
  // Number anew what can be reached.
  std::vector<std::uint32_t> renamed(blocks.size(), 0);
  std::vector<bool> seen(blocks.size(), false);
  std::vector<std::uint32_t> pending{kEntry};
  seen[kEntry] = seen[kExit] = true;
  while (!pending.empty()) {
    const std::uint32_t at = pending.back();
    pending.pop_back();
    for (const Edge& edge : blocks[at].next) {
      if (!seen[edge.to]) pending.push_back(edge.to);
      seen[edge.to] = true;
    }
  }
  std::vector<Block> kept;
  for (std::uint32_t at = 0; at < blocks.size(); ++at) {
    if (!seen[at]) continue;
    renamed[at] = static_cast<std::uint32_t>(kept.size());
    kept.push_back(std::move(blocks[at]));
  }
  for (Block& block : kept) {
    for (Edge& edge : block.next) edge.to = renamed[edge.to];
  }
  blocks = std::move(kept);
}

}  // namespace lockweave::analyzer::extract
