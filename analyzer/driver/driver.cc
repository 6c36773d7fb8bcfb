// analyzer/driver/driver.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/driver.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "analyzer/driver/config.h"
#include "analyzer/driver/guard_fixes.h"
#include "analyzer/driver/guard_text.h"
#include "analyzer/driver/lock_graph.h"
#include "analyzer/driver/resource_directory.h"
#include "analyzer/driver/summaries.h"
#include "analyzer/driver/unity_file.h"
#include "analyzer/rules/infer_guards.h"
#include "analyzer/rules/rules.h"
#include "report/complain.h"
#include "report/exit_code.h"
#include "report/findings_file.h"
#include "report/progress.h"
#include "report/search_notes.h"
#include "report/suppressions.h"
#include "report/text.h"

namespace lockweave::analyzer::driver {
namespace {

namespace fs = std::filesystem;
using cli::counted;
using model::Level;

constexpr std::uint64_t kMemoryMax = std::uint64_t{6} << 30;  // of one worker
constexpr std::size_t kNamedMax = 20;                         // units with a problem, without --all

class Run {
 public:
  explicit Run(const Options& options) : options_(options), configs_(options.config) {}

  int all() {
    const bool ready = check_lock_graph() && select() && configure() && find_resources();
    if (!ready) return exit_code_;
    Summaries summaries = summarise_all();
    note_quality(summaries);
    link::Settings settings;
    settings.thread_roots = declared_roots();
    const link::Program program = link::link_program(std::move(summaries.units), settings);
    if (!options_.infer_guards) judge(program);
    if (!write_graph(program)) return cli::kUsage;
    if (options_.infer_guards && !tell_guards(program)) return cli::kUsage;
    // Standard output is taken by the guards.
    const bool told = options_.infer_guards && options_.output == "-";
    if (!told && !write(options_.output, cli::write_findings(report_))) return cli::kUsage;
    return cli::is_whole(report_.results) ? cli::kClean : cli::kIncomplete;
  }

 private:
  bool fail(const model::ReadError& error) {
    if (error.path.empty()) {
      cli::complain(error.message, error.remedy);
    } else {
      cli::complain(error);
    }
    exit_code_ = cli::kUsage;
    return false;
  }
  void note(std::string id, Level level, std::string text) {
    report_.results.notes.push_back({std::move(id), level, std::move(text)});
  }
  static bool write(const std::string& path, const std::string& text) {
    const std::string problem = cli::write_file(path, text);
    if (!problem.empty()) cli::complain(problem, "choose a file you may write to");
    return problem.empty();
  }

  // ---- before the work ---------------------------------------------------------------------------
  bool check_lock_graph() {
    const std::string& path = options_.lock_graph;
    if (path.empty() || path.ends_with(".dot") || path.ends_with(".json")) return true;
    return fail({"", 0, fmt::format("--lock-graph {} is neither *.dot nor *.json", path),
                 "choose one of these endings"});
  }
  bool select() {
    model::ReadError error;
    std::optional<Selection> selection = select_units(options_.request, error);
    if (!selection) return fail(error);
    selection_ = std::move(*selection);
    report_.whole = selection_.whole;
    if (selection_.foreign != 0) {
      note("skipped-entries", Level::note,
           fmt::format("{} in {} is neither C nor C++", counted(selection_.foreign, "entry"),
                       selection_.database));
    }
    return true;
  }
  // One job a unit; its project's configuration with it.
  bool configure() {
    model::ReadError error;
    for (extract::CompileCommand& unit : selection_.units) {
      const Config* const config = configs_.of(project_file_of(unit.file), error);
      if (config == nullptr) return fail(error);
      jobs_.push_back({unit.file,
                       unit.directory,
                       std::move(unit.arguments),
                       {},
                       config->models,
                       std::move(unit.objects)});
    }
    std::set<std::string> files;
    for (const auto& [path, config] : configs_.all()) {
      if (!config.suppressions.empty()) files.insert(config.suppressions);
    }
    report_.suppressions.assign(files.begin(), files.end());
    return std::all_of(files.begin(), files.end(), [&](const std::string& file) {
      return cli::Suppressions::load(file, error) || fail(error);
    });
  }
  // Of all projects: a function may stand in one and run in a thread of another.
  std::vector<std::string> declared_roots() const {
    std::set<std::string> names;
    for (const auto& [path, config] : configs_.all()) {
      names.insert(config.models.thread_roots.begin(), config.models.thread_roots.end());
    }
    return {names.begin(), names.end()};
  }
  bool find_resources() {
    std::vector<std::string> tried;
    const std::string folder = find_resource_directory(options_.resource_dir, tried);
    for (extract::Job& job : jobs_) job.resource_directory = folder;
    if (!folder.empty()) return true;
    cli::complain(
        fmt::format("clang's own headers were not found; looked for {}", cli::joined(tried, ", ")),
        "install libclang-common-" LOCKWEAVE_CLANG_MAJOR
        "-dev, or name the folder that has include/stddef.h with --resource-dir");
    exit_code_ = options_.resource_dir.empty() ? cli::kToolFailed : cli::kUsage;
    return false;
  }

  // ---- the units ---------------------------------------------------------------------------------
  Cache cache() {
    if (options_.no_cache) return {{}, {}};
    std::string wanted = options_.cache;
    if (wanted.empty() && selection_.database.empty()) wanted = user_cache_folder();
    if (wanted.empty() && !selection_.database.empty()) {
      wanted = (fs::path(selection_.database).parent_path() / "lockweave-cache").string();
    }
    const std::string folder = cache_folder(wanted);
    if (folder.empty()) {
      note("no-cache", Level::note,
           fmt::format("the cache folder {} cannot be written: every run starts anew",
                       cli::ticked(wanted)));
    }
    return {folder, tool_identity()};
  }
  Summaries summarise_all() {
    cli::Progress progress(!options_.quiet);
    PoolSettings settings;
    settings.workers = options_.jobs != 0 ? options_.jobs : default_workers();
    settings.limit = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::duration<double>(options_.unit_timeout_s));
    settings.memory_max = kMemoryMax;
    settings.silent = !options_.verbose;
    settings.on_progress = [&progress](std::size_t done, std::size_t total) {
      progress.show("analysing unit", done, total);
    };
    return summarise(jobs_, cache(), settings);
  }

  void note_each(std::string_view id, const std::vector<std::string>& texts) {
    const std::size_t named = options_.all ? texts.size() : std::min(texts.size(), kNamedMax);
    for (std::size_t i = 0; i < named; ++i) note(std::string(id), Level::error, texts[i]);
    if (named == texts.size()) return;
    note(std::string(id), Level::error,
         fmt::format("... and {} (--all names them)", counted(texts.size() - named, "more unit")));
  }
  void note_quality(const Summaries& summaries) {
    std::vector<std::string> lost;
    for (const LostUnit& one : summaries.lost) {
      lost.push_back(fmt::format("{} was not analysed: {}", one.source, one.why));
    }
    std::vector<std::string> partial;
    for (const summary::Unit& unit : summaries.units) {
      report_.lines += unit.lines;
      if (unit.errors.empty()) continue;
      partial.push_back(fmt::format("{} was analysed in part: {}, the first: {}", unit.source,
                                    counted(unit.errors.size(), "error"), unit.errors.front()));
    }
    report_.units = summaries.units.size();
    report_.results.incomplete = !lost.empty() || !partial.empty();
    note_each("unit-lost", lost);
    note_each("unit-in-part", partial);
    for (const std::string& path : summaries.damaged) {
      note("damaged-cache", Level::note, fmt::format("{} was damaged, and is made anew", path));
    }
  }

  // ---- findings ----------------------------------------------------------------------------------
  // false: the project wants none of this rule.
  bool level(model::Finding& finding) {
    model::ReadError ignored;
    const std::string& file =
        finding.place.file.empty() ? jobs_.front().source : finding.place.file;
    const Config* const config = configs_.of(file, ignored);
    if (config == nullptr) return true;
    const auto changed = config->levels.find(finding.rule);
    if (changed == config->levels.end()) return true;
    if (changed->second) finding.level = *changed->second;
    return changed->second.has_value();
  }
  void judge(const link::Program& program) {
    rules::Verdict verdict = rules::run_rules(program);
    cli::Results& results = report_.results;
    for (model::Finding& finding : verdict.findings) {
      if (!level(finding)) continue;
      const bool low = finding.confidence == model::Confidence::low;
      (low ? results.low_confidence : results.findings).push_back(std::move(finding));
    }
    for (auto& [finding, reason] : verdict.filtered) {
      if (level(finding)) results.filtered.push_back({std::move(finding), std::move(reason)});
    }
    for (std::string& remark : verdict.remarks) {
      note("unused-ignore", Level::note, std::move(remark));
    }
    results.suppressed = verdict.ignored;
    cli::note_search(verdict.search, results);
    results.filtered_cycles = results.filtered.size();  // those of library code are not spoken of
  }
  bool write_graph(const link::Program& program) {
    if (options_.lock_graph.empty()) return true;
    const LockGraph graph = lock_graph_of(program);
    return write(options_.lock_graph,
                 options_.lock_graph.ends_with(".dot") ? as_dot(graph) : as_json(graph));
  }

  // ---- guards ------------------------------------------------------------------------------------
  bool tell_guards(const link::Program& program) {
    const bool fix = options_.fix || options_.fix_all;
    const std::vector<rules::GuardedClass> classes = rules::infer_guards(program);
    const std::vector<GuardFix> fixes = guard_fixes(
        classes, {options_.fix_all, report_.results.incomplete, foreign_folders(jobs_)});
    FixesWritten written;
    if (fix) written = write_fixes(fixes);
    std::FILE* const out = options_.guards_json == "-" ? stderr : stdout;
    fmt::print(out, "{}{}", guards_as_text(classes, fixes, {options_.all, options_.quiet, fix}),
               changes_as_text(written));
    for (const std::string& problem : written.problems) {
      cli::complain(problem, "make it a file you may write to");
    }
    const bool json = options_.guards_json.empty() ||
                      write(options_.guards_json, guards_as_json(classes, fixes, fix));
    return json && written.problems.empty();
  }

  const Options& options_;
  Configs configs_;
  Selection selection_;
  std::vector<extract::Job> jobs_;
  cli::AnalyzerReport report_;
  int exit_code_ = cli::kClean;
};

}  // namespace

int run(const Options& options) { return Run(options).all(); }

}  // namespace lockweave::analyzer::driver
