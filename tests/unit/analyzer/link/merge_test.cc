// tests/unit/analyzer/link/merge_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Several units, and what names mean.
#include <gtest/gtest.h>

#include "tests/unit/analyzer/link/look.h"

namespace lockweave::analyzer::link {
namespace {

using namespace build;

TEST(Merge, CallsGoToOtherUnits) {
  UnitBuilder a("/src/a.cc");
  a.function("f").acquire(m).call("g").release(m);
  a.function("g").declared_only();
  UnitBuilder b("/src/b.cc");
  b.function("g").acquire(n).release(n);
  const Program program = link_program({a.build(), b.build()}, {});
  EXPECT_EQ(program.functions.size(), 2U);
  EXPECT_EQ(wants_of(program, "f"), ">m m>n");
  const Linked& g = function_of(program, "g");
  EXPECT_EQ(program.file_of(program.find("g"), g.function->place), "/src/b.cc");
}

TEST(Merge, OrderOfUnitsDoesNotMatter) {
  const auto unit_of = [](int i) {
    UnitBuilder unit("/src/" + std::to_string(i) + ".cc");
    const std::string next = "f" + std::to_string((i + 1) % 4);
    unit.function("f" + std::to_string(i))
        .acquire(global("m" + std::to_string(i)))
        .call(next)
        .read(global("probe"))
        .release(global("m" + std::to_string(i)));
    unit.function("shared").acquire(m).release(m);
    unit.function("shared").set([](auto& f) { f.place.line = 1; });
    return unit.build();
  };
  const auto words_of = [](const Program& program) {
    std::string text;
    for (const Linked& linked : program.functions) {
      text += linked.function->key + ": " + wants_of(program, linked.function->key) + "; " +
              short_held(linked.entry) + "; " + program.units[linked.unit].source + "\n";
    }
    return text;
  };
  const Program forwards = link_program({unit_of(0), unit_of(1), unit_of(2), unit_of(3)}, {});
  const Program backwards = link_program({unit_of(3), unit_of(1), unit_of(0), unit_of(2)}, {});
  EXPECT_EQ(words_of(forwards), words_of(backwards));
}

TEST(Merge, FunctionsOfOneNameInSeveralPrograms) {
  const auto unit_of = [](const char* source, const Path& first, const Path& second, int line) {
    UnitBuilder unit(source);
    unit.function("main").set([&](auto& f) { f.place.line = 1U; }).call("work");
    unit.function("work").acquire(first).acquire(second).release(second).release(first).set(
        [&](auto& f) { f.place.line = static_cast<std::uint32_t>(line); });
    return unit.build();
  };
  const Program program =
      link_program({unit_of("/src/a.cc", m, n, 5), unit_of("/src/b.cc", n, m, 7)}, {});
  ASSERT_EQ(program.functions.size(), 4U);
  EXPECT_EQ(wants_of(program, "work"), ">m m>n");
  EXPECT_EQ(wants_of(program, "/src/b.cc|work"), ">n n>m");
  const FunctionId a = program.find("work");
  const FunctionId b = program.find("/src/b.cc|work");
  EXPECT_EQ(first_of(program, "/src/b.cc|main", OpKind::call).targets, std::vector{b});
  EXPECT_FALSE(program.parallel(a, b));
}

TEST(Merge, OfSeveralDefinitionsTheNearestIsMeant) {
  const auto defining = [](const char* source, const Path& lock) {
    UnitBuilder unit(source);
    unit.function("handle").acquire(lock).release(lock);
    return unit.build();
  };
  const auto calling = [](const char* source, const char* name) {
    UnitBuilder unit(source);
    unit.function(name).call("handle");
    unit.function("handle").declared_only();
    return unit.build();
  };
  const Program program =
      link_program({defining("/p/lib/handle.c", m), defining("/p/src/deep/handle.c", n),
                    calling("/p/lib/read.c", "in_lib"), calling("/p/src/read.c", "in_src"),
                    calling("/p/src/deep/more/read.c", "below_src"),
                    calling("/p/other/read.c", "elsewhere"), calling("/p/src/deep.c", "beside")},
                   {});
  EXPECT_EQ(wants_of(program, "in_lib"), ">m");
  EXPECT_EQ(wants_of(program, "in_src"), ">n");
  EXPECT_EQ(wants_of(program, "below_src"), ">n");
  EXPECT_EQ(wants_of(program, "beside"), ">n");
  EXPECT_EQ(wants_of(program, "elsewhere"), ">m");
}

// One source, compiled for a server and for a library that clients use.
TEST(Merge, ASourceThatIsCompiledTwiceIsOfTwoPrograms) {
  const auto unit_of = [](const char* source, const char* object, auto fill) {
    UnitBuilder builder(source);
    fill(builder);
    summary::Unit unit = builder.build();
    unit.objects = {object};
    return unit;
  };
  const auto handling = [](const Path& lock) {
    return [&lock](UnitBuilder& unit) {
      unit.function("unused").read(lock);
      unit.function("handle").acquire(lock).release(lock);
      unit.function("send").call("handle");
    };
  };
  const auto calling = [](UnitBuilder& unit) {
    unit.function("main").call("send").set([&](auto& f) { f.key = unit.build().source + "-main"; });
  };
  const auto reading = [](UnitBuilder& unit) { unit.function("in_library").call("send"); };
  const Program program = link_program(
      {unit_of("/p/lib/handle.c", "/b/lib/CMakeFiles/lib.dir/handle.c.o", handling(m)),
       unit_of("/p/lib/handle.c", "/b/src/CMakeFiles/server.dir/__/lib/handle.c.o", handling(n)),
       unit_of("/p/lib/read.c", "/b/lib/CMakeFiles/lib.dir/read.c.o", reading),
       unit_of("/p/src/main.c", "/b/src/CMakeFiles/server.dir/main.c.o", calling),
       unit_of("/p/src/tool/main.c", "/b/src/CMakeFiles/tool.dir/main.c.o", calling)},
      {});
  EXPECT_EQ(wants_of(program, "in_library"), ">m");
  EXPECT_EQ(wants_of(program, "/p/src/main.c-main"), ">n");
  // What a program has and does not use nobody uses; a library's functions are for users.
  EXPECT_FALSE(program.functions[program.find("unused")].roots.empty());
  EXPECT_TRUE(program.functions[program.find("/p/lib/handle.c#1|unused")].roots.empty());
  // Its object lies nearer to the server's, but that is a program of its own.
  EXPECT_EQ(wants_of(program, "/p/src/tool/main.c-main"), ">m");
}

// Static and shared: the same functions, whatever the macros.
TEST(Merge, TwoLibrariesOfOneSourceAreOne) {
  const auto unit_of = [](const char* source, const char* object, const char* function) {
    UnitBuilder builder(source);
    builder.function(function).acquire(m).release(m);
    summary::Unit unit = builder.build();
    unit.objects = {object};
    return unit;
  };
  const Program program =
      link_program({unit_of("/p/lib/a.c", "/b.dir/lib/CMakeFiles/static.dir/a.c.o", "f"),
                    unit_of("/p/lib/a.c", "/b.dir/lib/CMakeFiles/shared.dir/a.c.o", "f"),
                    unit_of("/p/main.c", "/b.dir/CMakeFiles/main.dir/main.c.o", "main")},
                   {});
  EXPECT_EQ(program.functions.size(), 2U);
}

TEST(Merge, HeaderFunctionIsOne) {
  UnitBuilder a("/src/a.cc");
  a.function("inline").acquire(m).release(m);
  summary::Unit first = a.build();
  summary::Unit second = first;
  second.source = "/src/b.cc";
  first.files = second.files = {"/src/both.h"};
  second.functions[0].address_taken = true;
  const Program program = link_program({second, first}, {});
  ASSERT_EQ(program.functions.size(), 1U);
  EXPECT_EQ(program.functions[0].unit, 0U);
  EXPECT_TRUE(program.functions[0].function->address_taken);
}

struct NameCase {
  Path path;
  Grade grade;
  const char* of_class;
  const char* name;
};

TEST(Identity, GradesAndNames) {
  Path older = local("p") / "A::mu";
  older.index = 1;
  const NameCase cases[] = {
      {global("ns::mu"), Grade::object, "ns::mu", "ns::mu"},
      {global("bank") / "Bank::mu", Grade::object, "Bank::mu", "Bank::mu"},
      {object() / "A::mu", Grade::object, "A::mu", "A::mu"},
      {local("a") / "A::mu", Grade::object, "A::mu", "A::mu"},
      {local("mu"), Grade::object, "mu", "mu"},
      {older, Grade::same_class, "A::mu", "A::mu"},
      {parameter(0), Grade::unknown, "", "p0"},
      {parameter(0) / "A::mu", Grade::same_class, "A::mu", "A::mu"},
      {nowhere(), Grade::unknown, "", "an unnamed object"},
      {nowhere() / "A::mu", Grade::same_class, "A::mu", "A::mu"},
      {result_of(3) / "A::mu", Grade::same_class, "A::mu", "A::mu"},
      {global("locks") / "[]", Grade::unknown, "locks[]", "locks[]"},
      {global("locks") / "[3]", Grade::object, "locks[]", "locks[3]"},
      {global("all") / "[]" / "A::mu", Grade::same_class, "A::mu", "A::mu"},
      {object() / "S::locks" / "[]", Grade::unknown, "S::locks[]", "S::locks[]"},
  };
  for (const NameCase& one : cases) {
    const Identity identity = identity_of(one.path);
    EXPECT_EQ(static_cast<int>(identity.grade), static_cast<int>(one.grade))
        << short_path(one.path);
    EXPECT_EQ(identity.of_class, one.of_class) << short_path(one.path);
    EXPECT_EQ(identity.name, one.name) << short_path(one.path);
    EXPECT_EQ(identity.object.empty(), one.grade != Grade::object) << short_path(one.path);
  }
  EXPECT_NE(identity_of(global("a") / "A::mu").object, identity_of(global("b") / "A::mu").object);
}

TEST(Identity, Extends) {
  const Path node = parameter(0) / "N::next";
  EXPECT_TRUE(extends(parameter(0), node));
  EXPECT_TRUE(extends(node, node / "N::mu"));
  EXPECT_TRUE(extends(node, node));
  EXPECT_FALSE(extends(node, parameter(0)));
  EXPECT_FALSE(extends(parameter(1), node));
  EXPECT_FALSE(extends(parameter(0) / "N::prev", node));
}

}  // namespace
}  // namespace lockweave::analyzer::link
