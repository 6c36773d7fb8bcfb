// benchmarks/link_size.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What linking and judging a program of so many functions costs: `link_size FUNCTIONS [SHAPE]` builds
// the summaries in memory, in units of 500 functions, and prints three numbers: milliseconds of CPU time
// for link_program, for run_rules, and bytes allocated for the summaries alone. `benchmarks/analyze` reads them.
//
// Shapes:
//   chains  ten functions deep, each takes a lock and calls the next, two of them while they hold it;
//           the last of each chain calls the chain ten before it, often in another unit
//   hub     the same, and every function calls one of ten that take a lock: many callers, few callees
#include <malloc.h>
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/link/program.h"
#include "analyzer/rules/rules.h"
#include "tests/unit/analyzer/unit_builder.h"

namespace lockweave::analyzer {
namespace {

using namespace build;

constexpr std::uint32_t kUnit = 500;
constexpr std::uint32_t kChain = 10;
constexpr std::uint32_t kHubs = 10;

std::string name_of(std::uint32_t i) { return "f" + std::to_string(i); }
std::string hub_of(std::uint32_t i) { return "hub" + std::to_string(i % kHubs); }

void add_function(UnitBuilder& unit, std::uint32_t i, std::uint32_t count, bool hub) {
  FunctionBuilder& f = unit.function(name_of(i));
  const Path guard = local("g" + std::to_string(i));
  const std::uint32_t step = i % kChain;
  const bool holds = step == 3 || step == 6;
  const Path mutex = object("C") / ("C::mu" + std::to_string(i % 8));
  f.guard(guard, {mutex}).read(object("C") / "C::value");
  if (!holds) f.guard_end(guard);
  if (step != kChain - 1 && i + 1 < count) f.call(name_of(i + 1), {}, object("C"));
  if (step == kChain - 1 && i >= 10 * kChain) f.call(name_of(i - 10 * kChain));
  if (hub) f.call(hub_of(i));
  if (holds) f.guard_end(guard);
}

// The functions that begin threads, and those that all others call.
summary::Unit main_unit(std::uint32_t count, bool hub) {
  UnitBuilder unit("/src/main.cc");
  for (std::uint32_t i = 0; hub && i < kHubs; ++i) {
    const Path guard = local("g");
    unit.function(hub_of(i)).guard(guard, {global(hub_of(i) + "_mu")}).guard_end(guard);
  }
  FunctionBuilder& main = unit.function("main");
  for (std::uint32_t i = 0; i < count; i += count / 10) {
    main.spawn(local("t" + std::to_string(i)), name_of(i));
  }
  return unit.build();
}

std::vector<summary::Unit> units_of(std::uint32_t count, bool hub) {
  std::vector<summary::Unit> units{main_unit(count, hub)};
  for (std::uint32_t begin = 0; begin < count; begin += kUnit) {
    UnitBuilder unit("/src/unit" + std::to_string(begin / kUnit) + ".cc");
    for (std::uint32_t i = begin; i < begin + kUnit && i < count; ++i) {
      add_function(unit, i, count, hub);
    }
    units.push_back(unit.build());
  }
  return units;
}

double cpu_ms() {
  timespec at{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) * 1e3 + static_cast<double>(at.tv_nsec) / 1e6;
}

int measure(std::uint32_t count, bool hub) {
  std::vector<summary::Unit> units = units_of(count, hub);
  const std::size_t bytes = ::mallinfo2().uordblks;
  const double begin = cpu_ms();
  const link::Program program = link::link_program(std::move(units), {});
  const double linked = cpu_ms();
  const rules::Verdict verdict = rules::run_rules(program);
  const double judged = cpu_ms();
  std::printf("%.1f %.1f %zu\n", linked - begin, judged - linked, bytes);
  return program.functions.empty();
}

}  // namespace
}  // namespace lockweave::analyzer

int main(int argc, char** argv) {
  const long count = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 0;
  const std::string_view shape = argc > 2 ? argv[2] : "chains";
  if (count < 100 || (shape != "chains" && shape != "hub")) {
    std::fprintf(stderr, "usage: link_size FUNCTIONS [chains|hub], at least 100\n");
    return 2;
  }
  return lockweave::analyzer::measure(static_cast<std::uint32_t>(count), shape == "hub");
}
