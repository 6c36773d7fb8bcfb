// tests/unit/analyzer/link/flow_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one function holds where: locks, guards, conditions.
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/analyzer/link/look.h"

namespace lockweave::analyzer::link {
namespace {

using namespace build;

struct FlowCase {
  const char* name;
  std::function<void(FunctionBuilder&)> body;  // reads `probe` once
  const char* held;
};

void PrintTo(const FlowCase& one, std::ostream* out) { *out << one.name; }

const FlowCase kCases[] = {
    {"lock", [](auto& f) { f.acquire(m).read(probe).release(m); }, "m"},
    {"unlocked", [](auto& f) { f.acquire(m).release(m).read(probe); }, ""},
    {"shared", [](auto& f) { f.acquire(m, Mode::shared).read(probe); }, "ms"},
    {"order", [](auto& f) { f.acquire(n).acquire(m).read(probe); }, "n m"},
    {"not_lifo", [](auto& f) { f.acquire(n).acquire(m).release(n).read(probe); }, "m"},
    {"twice_is_two", [](auto& f) { f.acquire(m).acquire(m).release(m).read(probe); }, "m"},
    {"twice_back", [](auto& f) { f.acquire(m).acquire(m).release(m).release(m).read(probe); }, ""},
    {"other_member",
     [](auto& f) { f.acquire(object() / "C::a").release(object() / "C::b").read(probe); },
     "this.C::a"},
    {"names_do_not_count",
     [](auto& f) {
       Path renamed = m;
       renamed.name = "other";
       f.acquire(m).release(renamed).read(probe);
     },
     ""},

    {"guard", [](auto& f) { f.guard(g, {m}).read(probe).guard_end(g); }, "m"},
    {"guard_ended", [](auto& f) { f.guard(g, {m}).guard_end(g).read(probe); }, ""},
    {"guard_of_two",
     [](auto& f) {
       f.guard(g, {m, n}).read(probe).guard_end(g);
     },
     "m n"},
    {"deferred", [](auto& f) { f.guard(g, {m}, Start::deferred).read(probe).guard_end(g); }, ""},
    {"deferred_then_locked",
     [](auto& f) { f.guard(g, {m}, Start::deferred).guard_acquire(g).read(probe); }, "m"},
    {"adopted_ends",
     [](auto& f) { f.acquire(m).guard(g, {m}, Start::adopted).guard_end(g).read(probe); }, ""},
    {"adopted", [](auto& f) { f.acquire(m).guard(g, {m}, Start::adopted).read(probe); }, "m"},
    {"guard_unlock", [](auto& f) { f.guard(g, {m}).guard_release(g).read(probe).guard_end(g); },
     ""},
    {"guard_unlock_then_end_of_other",
     [](auto& f) { f.guard(g, {m}).guard_release(g).acquire(m).guard_end(g).read(probe); }, "m"},
    {"guard_forget", [](auto& f) { f.guard(g, {m}).guard_forget(g).guard_end(g).read(probe); },
     "m"},
    {"guard_moved", [](auto& f) { f.guard(g, {m}).guard_move(g, h).guard_end(g).read(probe); },
     "m"},
    {"guard_moved_and_ended",
     [](auto& f) { f.guard(g, {m}).guard_move(g, h).guard_end(h).read(probe); }, ""},
    {"guard_moved_over_another",
     [](auto& f) { f.guard(g, {m}).guard(h, {n}).guard_move(g, h).read(probe); }, "m"},
    {"guards_swapped",
     [](auto& f) { f.guard(g, {m}).guard(h, {n}).guard_swap(g, h).guard_end(g).read(probe); }, "m"},
    {"guard_into_argument",
     [](auto& f) { f.guard(g, {m}).guard_move(g, nowhere()).call_unknown("sink").read(probe); },
     ""},
    {"guard_into_argument_held_in_call",
     [](auto& f) { f.guard(g, {m}).guard_move(g, nowhere()).read(probe); }, "m"},

    {"all_at_once_and_kept",
     [](auto& f) {
       f.guard(g, {m, n}).guard_forget(g).read(probe);
     },
     "m n"},
    {"all_at_once_for_deferred_guards",
     [](auto& f) {
       f.guard(local("a"), {m}, Start::deferred).guard(local("b"), {n}, Start::deferred);
       f.guard(g, {local("a"), local("b")}).guard_forget(g).guard_end(local("b")).read(probe);
     },
     "m"},
    {"guard_declared_anew", [](auto& f) { f.guard(g, {m}).guard(g, {n}).read(probe).guard_end(g); },
     "n"},
    {"walks_a_list",
     [](auto& f) {
       const Path node = local("node");
       f.alias(node, global("list") / "L::head").go(2);
       f.at(2).branch("node", 3, 1).at(3).acquire(node / "N::mu").read(probe);
       f.release(node / "N::mu").alias(node, node / "N::next").in_loop().go(2);
     },
     "list.L::head.N::mu? node.N::mu?"},

    {"alias", [](auto& f) { f.alias(local("r"), m).acquire(local("r")).read(probe); }, "m"},
    {"alias_of_member",
     [](auto& f) {
       f.alias(local("a"), parameter(0))
           .acquire(local("a") / "A::mu")
           .release(parameter(0) / "A::mu");
       f.read(probe);
     },
     ""},
    {"alias_renewed",
     [](auto& f) {
       f.acquire(local("node") / "N::mu");
       f.alias(local("node"), global("list") / "L::head").acquire(local("node") / "N::mu");
       f.read(probe);
     },
     "node#1.N::mu list.L::head.N::mu"},
    {"hand_over_hand",
     [](auto& f) {
       f.alias(local("node"), local("list") / "L::head").acquire(local("node") / "N::mu");
       f.alias(local("next"), local("node") / "N::next").acquire(local("next") / "N::mu");
       f.release(local("node") / "N::mu").alias(local("node"), local("next")).read(probe);
     },
     "list.L::head.N::next.N::mu"},

    {"some_paths",
     [](auto& f) { f.fork_to(2, 3).at(2).acquire(m).go(4).at(3).go(4).at(4).read(probe); }, "m?"},
    {"all_paths",
     [](auto& f) {
       f.fork_to(2, 3).at(2).acquire(m).go(4).at(3).acquire(m).go(4).at(4).read(probe);
     },
     "m"},
    {"correlated",
     [](auto& f) {
       f.branch("b", 2, 3).at(2).acquire(m).go(3).at(3).branch("b", 4, 5);
       f.at(4).release(m).go(5).at(5).read(probe);
     },
     ""},
    {"correlated_inside",
     [](auto& f) {
       f.branch("b", 2, 3).at(2).acquire(m).go(3).at(3).branch("b", 4, 1);
       f.at(4).read(probe).release(m);
     },
     "m"},
    {"not_correlated",
     [](auto& f) {
       f.branch("b", 2, 3).at(2).acquire(m).go(3).at(3).branch("c", 4, 1).at(4).read(probe);
     },
     "m?"},
    {"condition_changed_between",
     [](auto& f) {
       f.branch("b", 2, 3).at(2).acquire(m).go(3).at(3).assign("b", true).branch("b", 4, 1);
       f.at(4).read(probe);
     },
     "m?"},
    {"condition_across_a_loop",
     [](auto& f) {
       f.branch("b", 2, 3).at(2).acquire(m).go(3);
       f.at(3).branch("more", 4, 5).at(4).read(global("x")).go(3);
       f.at(5).branch("b", 6, 7).at(6).release(m).go(7).at(7).read(probe);
     },
     ""},
    {"loop_ends_though_nothing_sets_its_test",
     [](auto& f) { f.go(2).at(2).branch("running", 3, 4).at(3).go(2).at(4).read(probe); }, ""},
    {"contradiction_is_unreached",
     [](auto& f) { f.assign("b", false).branch("b", 2, 1).at(2).read(probe); }, "unreached"},

    {"try_got", [](auto& f) { f.try_acquire(m, "ok").branch("ok", 2, 1).at(2).read(probe); }, "m"},
    {"try_failed", [](auto& f) { f.try_acquire(m, "ok").branch("ok", 1, 2).at(2).read(probe); },
     ""},
    {"try_negated",
     [](auto& f) { f.try_acquire(m, "error", true).branch("error", 1, 2).at(2).read(probe); }, "m"},
    {"try_negated_failed",
     [](auto& f) { f.try_acquire(m, "error", true).branch("error", 2, 1).at(2).read(probe); }, ""},
    {"try_untested", [](auto& f) { f.try_acquire(m, "").read(probe); }, "m?"},
    {"try_through_a_variable",
     [](auto& f) {
       f.try_acquire(m, "ok").assign_from("copy", "ok").branch("copy", 2, 1).at(2).read(probe);
     },
     "m"},
    {"try_in_a_loop",
     [](auto& f) {
       f.assign("got", false).go(2).at(2).branch("got", 4, 3);
       f.at(3).try_acquire(m, "got").go(2).at(4).read(probe);
     },
     "m"},
    {"blocking_with_an_error_code",
     [](auto& f) {
       f.acquire(m).with([&](Op& op) {
         op.outcome = f.condition("error");
         op.negated = true;
       });
       f.branch("error", 2, 3).at(2).read(probe).leave().at(3).release(m);
     },
     ""},
    {"try_guard_owns",
     [](auto& f) {
       f.try_guard(g, m, "").test_guard(g, "owns").branch("owns", 2, 1).at(2).read(probe);
     },
     "m"},
    {"try_guard_owns_not",
     [](auto& f) {
       f.try_guard(g, m, "").test_guard(g, "owns").branch("owns", 1, 2).at(2).read(probe);
     },
     ""},
    {"try_guard_ends", [](auto& f) { f.try_guard(g, m, "").guard_end(g).read(probe); }, ""},

    {"thrown_to_handler", [](auto& f) { f.guard(g, {m}).go_thrown(2).go(1).at(2).read(probe); },
     ""},
    {"thrown_with_plain_lock", [](auto& f) { f.acquire(m).go_thrown(2).go(1).at(2).read(probe); },
     "m"},
    {"thrown_inside_the_guards_scope",
     [](auto& f) { f.guard(g, {m}).go_thrown(2).go(3).at(2).read(probe).go(3).at(3).guard_end(g); },
     "m"},
    {"replaced_process", [](auto& f) { f.replace().read(probe); }, "unreached"},
    {"unreached_block", [](auto& f) { f.leave().at(2).read(probe); }, "unreached"},
    {"lock_in_a_loop",
     [](auto& f) { f.go(2).at(2).branch("more", 3, 4).at(3).acquire(m).go(2).at(4).read(probe); },
     "m? m?"},
    {"declared_anew", [](auto& f) { f.acquire(local("mu")).declare_lock(local("mu")).read(probe); },
     ""},
};

class FlowTest : public testing::TestWithParam<FlowCase> {};

TEST_P(FlowTest, HeldAtTheProbe) {
  UnitBuilder unit;
  GetParam().body(unit.function("f").parameter("a", "A"));
  EXPECT_EQ(held_at(link_one(unit), "f"), GetParam().held);
}

INSTANTIATE_TEST_SUITE_P(All, FlowTest, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(FlowWait, MutexIsNotHeldWhileItWaits) {
  UnitBuilder unit;
  unit.function("f")
      .acquire(n)
      .guard(g, {m})
      .wait(global("cv"), g)
      .read(probe)
      .guard_end(g)
      .release(n);
  const Program program = link_one(unit);
  const Moment& wait = first_of(program, "f", OpKind::wait);
  EXPECT_EQ(short_held(wait.held), "n");
  EXPECT_EQ(short_paths(wait.others), "m");
  EXPECT_EQ(held_at(program, "f"), "n m");
  EXPECT_EQ(wants_of(program, "f"), ">n n>m");  // the wait wants it again as the guard did
}

TEST(FlowWait, MutexWithoutGuard) {
  UnitBuilder unit;
  unit.function("f").acquire(m).acquire(n).wait(global("cv"), m).release(n).release(m);
  const Program program = link_one(unit);
  EXPECT_EQ(short_held(first_of(program, "f", OpKind::wait).held), "n");
  EXPECT_EQ(wants_of(program, "f"), ">m m>n n>m");
}

TEST(FlowRelease, SurelyFreeAndSurelyHeld) {
  UnitBuilder unit;
  unit.function("twice").acquire(m).release(m).release(m);
  unit.function("callers").release(m);
  unit.function("sometimes").fork_to(2, 3).at(2).acquire(m).go(3).at(3).release(m);
  const Program program = link_one(unit);
  const auto releases = [&](const char* key) {
    std::string text;
    for (const Moment& moment : function_of(program, key).moments) {
      if (moment.op->kind != OpKind::release) continue;
      text += moment.surely_held ? 'h' : moment.surely_free ? 'f' : '?';
    }
    return text;
  };
  EXPECT_EQ(releases("twice"), "hf");
  EXPECT_EQ(releases("callers"), "?");
  EXPECT_EQ(releases("sometimes"), "?");
}

TEST(FlowExits, HaveWhatStaysHeldAndWhatIsReturned) {
  UnitBuilder unit;
  unit.function("lock").acquire(m);
  unit.function("unlock").release(m);
  unit.function("relock").release(m).acquire(m);
  unit.function("try").try_acquire(m, "ok").branch("ok", 2, 3).at(2).leave(true).at(3).leave(false);
  unit.function("plain").guard(g, {m}).guard_end(g);
  unit.function("leak").branch("b", 2, 3).at(2).acquire(m).leave().at(3).leave();
  unit.function("throws").acquire(m).leave_thrown();
  const Program program = link_one(unit);
  EXPECT_EQ(exits_of(program, "lock"), "{m/}");
  EXPECT_EQ(exits_of(program, "unlock"), "{/m}");
  EXPECT_EQ(exits_of(program, "relock"), "{m/m}");
  EXPECT_EQ(exits_of(program, "try"), "{/}=no {m/}=yes");
  EXPECT_EQ(exits_of(program, "plain"), "{/}");
  EXPECT_EQ(exits_of(program, "leak"), "{/} {m/}");
  EXPECT_EQ(exits_of(program, "throws"), "{m/}!");
  const auto wrapper = [&](const char* key) { return function_of(program, key).lock_wrapper; };
  EXPECT_TRUE(wrapper("lock"));
  EXPECT_TRUE(wrapper("unlock"));
  EXPECT_TRUE(wrapper("try"));
  EXPECT_FALSE(wrapper("plain"));
  EXPECT_FALSE(wrapper("leak"));
  EXPECT_FALSE(wrapper("throws"));
}

// 2^8 combinations of locks: past the limit what only some paths hold is uncertain, and nothing is
// lost or invented.
TEST(FlowLimit, MergedStatesAreUncertain) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("f");
  f.acquire(n);
  std::uint32_t block = 0;
  for (std::uint32_t i = 0; i < 8; ++i) {
    const std::uint32_t taken = 2 + 2 * i;
    f.at(block).fork_to(taken, taken + 1);
    f.at(taken).acquire(global("m" + std::to_string(i))).go(taken + 1);
    block = taken + 1;
  }
  f.at(block).read(probe);
  const Program program = link_one(unit);
  EXPECT_TRUE(function_of(program, "f").effects.cut);
  const Moment& moment = *moment_of_probe(function_of(program, "f"), "probe");
  ASSERT_EQ(moment.held.size(), 9U);
  for (const Held& held : moment.held) EXPECT_EQ(held.certain, held.lock.symbol == "n");
}

TEST(FlowGroups, LocksTakenTogetherHaveOneGroup) {
  UnitBuilder unit;
  unit.function("f").guard(g, {m, n}).read(probe).guard_end(g);
  unit.function("one").guard(g, {m}).read(probe).guard_end(g);
  const Program program = link_one(unit);
  const std::vector<Held>& held = moment_of_probe(function_of(program, "f"), "probe")->held;
  ASSERT_EQ(held.size(), 2U);
  EXPECT_NE(held[0].group, 0U);
  EXPECT_EQ(held[0].group, held[1].group);
  EXPECT_EQ(wants_of(program, "f"), ">m >n");
  EXPECT_EQ(moment_of_probe(function_of(program, "one"), "probe")->held[0].group, 0U);
}

}  // namespace
}  // namespace lockweave::analyzer::link
