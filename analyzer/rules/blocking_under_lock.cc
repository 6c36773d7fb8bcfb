// analyzer/rules/blocking_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <string_view>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"
#include "analyzer/rules/waits.h"

namespace lockweave::analyzer::rules {
namespace {

using model::Confidence;

// The one that has to act before the blocked thread goes on, and where it takes the lock.
struct OtherSide {
  std::uint32_t root = 0;
  const Halt* post = nullptr;  // null: its end is waited for
  Need need;
  bool sure = false;  // it is this thread, and this lock
};

bool waits_for_an_end(const Op& op) {
  return op.kind == OpKind::join || op.what == "join" || op.what.starts_with("future");
}

// Which kind of operation ends a wait of that kind.
bool ends(const Op& post, std::string_view blocked_in) {
  if (blocked_in == "queue get") return post.what == "queue put" || post.what == "queue close";
  if (blocked_in == "queue put") return post.what == "queue get";
  if (blocked_in == "queue join") return post.what == "task done";
  if (blocked_in.starts_with("future")) return post.what == "promise";
  return post.what == blocked_in;
}

bool is_one_handle(const Path& a, const Path& b) {
  if (a.root == Root::none || b.root == Root::none) return false;
  if (link::same(a, b)) return true;
  const std::string of_class = class_key(a);
  return !a.fields.empty() && !of_class.empty() && of_class == class_key(b);
}

bool one_owner(const Path& a, const Path& b) {
  return a.root == b.root && a.index == b.index && a.symbol == b.symbol;
}

class BlockingFinder {
 public:
  BlockingFinder(const Facts& facts, Findings& findings)
      : program_(facts.program()), sites_(facts.sites()), teller_(facts.teller()),
        findings_(findings) {
    posts_ = halts(sites_, OpKind::post);
    const std::vector<Halt> gets = halts(sites_, OpKind::block);
    std::copy_if(gets.begin(), gets.end(), std::back_inserter(posts_),
                 [](const Halt& halt) { return halt.op->what == "queue get"; });
  }

  void find() {
    for (const OpKind kind : {OpKind::join, OpKind::block}) {
      for (const Halt& halt : halts(sites_, kind)) {
        if (halt.op->attempt != summary::Attempt::tried) look_at(halt);
      }
    }
  }

 private:
  void look_at(const Halt& halt) {
    const Held* blamed = nullptr;
    OtherSide best;
    for (const Held& held : halt.context.held) {
      if (held.taken == nullptr || link::innermost(held.taken).op->guarded_init) continue;
      const OtherSide side = find_other_side(halt, held);
      if (blamed == nullptr || (side.need.needed && !best.need.needed)) {
        blamed = &held;
        best = side;
      }
    }
    if (blamed != nullptr) tell(halt, *blamed, best);
  }

  OtherSide find_other_side(const Halt& halt, const Held& held) {
    if (halt.op->attempt != summary::Attempt::blocking) return {};
    OtherSide best;
    if (waits_for_an_end(*halt.op)) best = joined_thread(halt, held);
    if (!best.need.needed && halt.op->kind == OpKind::block) best = poster(halt, held);
    return best;
  }

  OtherSide joined_thread(const Halt& halt, const Held& held) {
    for (std::uint32_t root = 0; root < program_.roots.size(); ++root) {
      const link::ThreadRoot& begun = program_.roots[root];
      if (begun.spawn == nullptr || begun.what == "process") continue;
      if (!handle_is(halt, begun)) continue;
      Need need = needs_ever(sites_, root, held.lock);
      if (!need.needed) continue;
      const bool sure = need.exact || one_owner(held.lock, halt.object);
      return {root, nullptr, std::move(need), sure};
    }
    return {};
  }

  bool handle_is(const Halt& halt, const link::ThreadRoot& begun) const {
    for (const Moment& moment : program_.functions[begun.spawner].moments) {
      if (moment.op != begun.spawn) continue;
      return is_one_handle(moment.object, halt.object) ||
             is_one_handle(begun.spawn->result, halt.object);
    }
    return false;
  }

  OtherSide poster(const Halt& halt, const Held& held) {
    for (const Halt& post : posts_) {
      if (post.op == halt.op || !ends(*post.op, halt.op->what)) continue;
      if (!perhaps_same(post.object, halt.object)) continue;
      if (!parallel(program_, halt.context, post.context)) continue;
      Need need = needs_before(sites_, post, held.lock);
      if (!need.needed) continue;
      const bool sure = need.exact || one_owner(held.lock, halt.object);
      return {teller_.thread_of(post.context), &post, std::move(need), sure};
    }
    return {};
  }

  std::string words(const Halt& halt) const {
    const std::string name = told_name(halt.object);
    const bool named = halt.object.root != Root::none;
    if (halt.op->kind == OpKind::join || halt.op->what == "join") {
      return named ? "joins " + ticked(name) : "joins a thread";
    }
    return "waits in " + halt.op->what + (named ? " of " + ticked(name) : "");
  }

  void tell(const Halt& halt, const Held& held, const OtherSide& side) {
    const bool proved = side.need.needed;
    // Whoever resumes may be another thread: it cannot even unlock.
    const bool suspends = halt.op->what == "co_await";
    const Confidence confidence = suspends                              ? Confidence::medium
                                  : !proved || !surely_or_guarded(held) ? Confidence::low
                                  : held.certain && side.sure           ? Confidence::high
                                                                        : Confidence::medium;
    model::Finding finding = teller_.begin("blocking-under-lock", confidence);
    const std::string lock = ticked(told_name(held.lock));
    teller_.add_flow(finding, halt.context, words(halt));
    finding.message = finding.flows.front().thread + " " + words(halt) + " while it holds " + lock;
    std::vector<Key> keys{teller_.key(halt.context.trace)};
    if (proved) {
      finding.message += ", which the other side takes as well";
      std::vector<ToldStep> steps{{"takes " + lock, side.need.taken, {}}};
      keys.push_back(teller_.key(side.need.taken, side.need.mode));
      if (side.post != nullptr) {
        steps.push_back({"posts " + ticked(told_name(side.post->object)), side.post->context.trace,
                         side.post->context.held});
        keys.push_back(teller_.key(side.post->context.trace));
      }
      teller_.add_flow(finding, side.root, std::move(steps));
    }
    finding.hint = "release the lock before the blocking call";
    finding.locks = {told_name(held.lock)};
    finding.place = keys.front().site;
    set_fingerprint(finding, keys);
    findings_.push_back(std::move(finding));
  }

  const Program& program_;
  const CallSites& sites_;
  const Teller& teller_;
  Findings& findings_;
  std::vector<Halt> posts_;
};

}  // namespace

void find_blocking_under_lock(Facts& facts, Findings& findings) {
  BlockingFinder(facts, findings).find();
}

}  // namespace lockweave::analyzer::rules
