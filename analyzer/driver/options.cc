// analyzer/driver/options.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/options.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "report/exit_code.h"
#include "report/visible.h"

namespace lockweave::analyzer::driver {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done (findings or not), 2 wrong usage or input, 3 done but incomplete, 4 the "
    "tool failed.";

void describe(CLI::App& app, Options& options) {
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_option("-p,--build", options.request.build, "build folder with compile_commands.json")
      ->type_name("DIR");
  app.add_option("--output", options.output, "write the findings to FILE")->type_name("FILE");
  app.add_option("--config", options.config, "instead of the nearest .lockweave.toml")
      ->type_name("FILE");
  app.add_option("--cache", options.cache, "folder for summaries")->type_name("DIR");
  app.add_flag("--no-cache", options.no_cache, "keep no summaries, use none");
  app.add_option("--jobs,-j", options.jobs, "units at a time")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
  app.add_option("--unit-timeout", options.unit_timeout_s, "for one unit (default 120)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 86'400.0));
  app.add_option("--lock-graph", options.lock_graph, "write which lock is taken under which")
      ->type_name("FILE.dot|FILE.json");
  CLI::Option* const infer =
      app.add_flag("--infer-guards", options.infer_guards, "tell which lock guards which member");
  app.add_option("--guards-json", options.guards_json, "write that as JSON")
      ->type_name("FILE")
      ->needs(infer);
  app.add_flag("--fix", options.fix, "write guarded_by attributes")->needs(infer);
  app.add_flag("--fix-all", options.fix_all, "the same, also where clang would warn")->needs(infer);
  app.add_option("--resource-dir", options.resource_dir, "clang's own headers")->type_name("DIR");
  app.add_flag("--all", options.all, "name every unit that has a problem");
  app.add_flag("--quiet", options.quiet, "no progress line");
  app.add_flag("--verbose", options.verbose, "show what clang prints when it crashes");
  app.add_option("FILE", options.request.sources, "sources, or folders of the database")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv, int& exit_code) {
  Options options;
  std::vector<std::string> words(argv + 1, argv + argc);
  const auto dashes = std::find(words.begin(), words.end(), "--");
  if (dashes != words.end()) {
    options.request.own_flags = true;
    options.request.flags.assign(dashes + 1, words.end());
    words.erase(dashes, words.end());
  }
  CLI::App app("Static analysis of locks and threads; `lockweave analyze` shows what it finds.",
               "lockweave-analyze");
  app.set_version_flag("--version", "lockweave-analyze " LOCKWEAVE_VERSION);
  app.footer(kFooter);
  describe(app, options);
  std::reverse(words.begin(), words.end());
  try {
    app.parse(words);
    return options;
  } catch (const CLI::Success& asked) {
    exit_code = app.exit(asked);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "lockweave: {}\n  see lockweave analyze --help\n",
               cli::visible(error.what()));
    exit_code = cli::kUsage;
  }
  return std::nullopt;
}

}  // namespace lockweave::analyzer::driver
