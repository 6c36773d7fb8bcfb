// tests/unit/tools/findings_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the runtime concluded -> findings; one bug, one finding.
#include <gtest/gtest.h>

#include "model/rule_catalog.h"
#include "report/messages.h"
#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

using model::Action;
using model::Level;

// Two threads wait for each other's lock, as the runtime tells it.
void add_deadlock(RecordBuilder& process, bool told_by_second = false) {
  add_opposite_orders(process);
  std::vector<model::Step> steps{process.step(2, Action::wants, 2, "transfer() bank.cc:11:3", 1, 3),
                                 process.step(3, Action::wants, 1, "audit() bank.cc:21:3", 3, 2)};
  if (told_by_second) std::swap(steps[0], steps[1]);
  process.finding("deadlock", "cycle", steps, true, true);
}

TEST(Findings, ADeadlockReplacesItsCycle) {
  Scenario scenario;
  add_deadlock(scenario.process());
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  const model::Finding& finding = results.findings[0];
  EXPECT_EQ(finding.rule, "deadlock");
  EXPECT_EQ(finding.message,
            "threads wait for each other for ever: thread 0.1 \"one\" holds `a` and waits for `b`; "
            "thread 0.2 \"two\" holds `b` and waits for `a`");
  EXPECT_TRUE(results.already_printed.contains(finding.fingerprint));
}

// A writer in line lets no reader pass: it holds nothing, and waits for the same lock.
TEST(Findings, WhoIsAheadInLineIsNotSaidToHold) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  process.thread("writer");
  const model::Id table = process.object("table", model::ObjectKind::rwlock);
  const model::Id held = process.take(1, table, "read() bank.cc:10:3", 0, model::Mode::shared);
  model::Step again = process.step(1, Action::wants, table, "read() bank.cc:11:3", held, 2);
  again.mode = model::Mode::shared;
  const model::Step writes = process.step(2, Action::wants, table, "write() bank.cc:20:3", 0, 1);
  process.finding("double-lock", "self", {again, writes});
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  const std::vector<model::Flow>& flows = results.findings[0].flows;
  ASSERT_EQ(flows.size(), 2u);
  EXPECT_EQ(step_words(flows[0].steps.at(0)),
            "wants `table` (shared), behind thread 0.1 \"writer\", which waits for it");
  EXPECT_EQ(step_words(flows[1].steps.at(0)), "wants `table` (exclusive), held by main thread");
}

TEST(Findings, ADeadlockReplacesTheCycleOfAnotherProcess) {
  Scenario scenario;
  add_deadlock(scenario.process(kModule, 1));
  add_opposite_orders(scenario.process(kModule, 2));
  EXPECT_EQ(scenario.results().findings.size(), 1u);
}

TEST(Findings, ASuppressedDeadlockDoesNotComeBackAsItsCycle) {
  Scenario scenario;
  add_deadlock(scenario.process());
  const Results results = scenario.results("deadlock:*transfer*");
  EXPECT_TRUE(results.findings.empty());
  EXPECT_EQ(results.suppressed, 1u);
}

// Each of two processes shows half of the cycle, and in a third one it came true.
TEST(Findings, ADeadlockReplacesTheCyclePutTogetherFromOthers) {
  Scenario scenario;
  std::uint64_t pid = 1;
  for (const bool opposite : {false, true}) {
    RecordBuilder& half = scenario.process(kModule, pid++);
    const model::Id a = half.object("a");
    const model::Id b = half.object("b");
    const model::Id thread = half.thread("t");
    if (opposite) {
      half.take(thread, a, "audit() bank.cc:21:3", half.take(thread, b, "audit() bank.cc:20:3"));
    } else {
      half.take(thread, b, "transfer() bank.cc:11:3",
                half.take(thread, a, "transfer() bank.cc:10:3"));
    }
  }
  ASSERT_EQ(scenario.results().findings.at(0).rule, "lock-order-cycle");
  add_deadlock(scenario.process(kModule, pid));
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].rule, "deadlock");
}

TEST(Findings, ADeadlockElsewhereLeavesTheCycle) {
  Scenario scenario;
  add_deadlock(scenario.process(kModule, 1));
  RecordBuilder& other = scenario.process(kModule, 2);
  const model::Id c = other.object("c");
  const model::Id d = other.object("d");
  const model::Id one = other.thread("one");
  const model::Id two = other.thread("two");
  other.take(one, d, "open() log.cc:2", other.take(one, c, "open() log.cc:1"));
  other.take(two, c, "shut() log.cc:8", other.take(two, d, "shut() log.cc:7"));
  EXPECT_EQ(scenario.results().findings.size(), 2u);
}

TEST(Findings, FingerprintOfADeadlockDoesNotDependOnWhoFoundIt) {
  Scenario first;
  add_deadlock(first.process());
  Scenario second;
  add_deadlock(second.process(), true);
  EXPECT_EQ(first.results().findings[0].fingerprint, second.results().findings[0].fingerprint);
}

TEST(Findings, UncertainOnesAreOneLevelLower) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id mu = process.object("mu");
  process.finding("unlock-not-held", "not-locked",
                  {process.step(1, Action::releases, mu, "f bank.cc:5")}, false);
  process.finding("lock-leak", "", {process.step(1, Action::acquires, mu, "f bank.cc:6")}, false);
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 2u);
  EXPECT_EQ(results.findings[0].level, Level::warning);
  EXPECT_EQ(results.findings[0].confidence, model::Confidence::medium);
  EXPECT_EQ(results.findings[1].level, Level::note);
}

TEST(Findings, AThreadTookTheLockBeforeItTookItAgain) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id mu = process.object("mu");
  const model::Id held = process.take(1, mu, "f bank.cc:5");
  process.finding("double-lock", "self",
                  {process.step(1, Action::wants, mu, "g bank.cc:9", held),
                   process.step(1, Action::acquires, mu, "f bank.cc:5")});
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  const model::Finding& finding = results.findings[0];
  EXPECT_EQ(finding.place.line, 9u);
  ASSERT_EQ(finding.flows.size(), 1u);
  EXPECT_EQ(step_words(finding.flows[0].steps[0]), "takes `mu`");
  EXPECT_EQ(step_words(finding.flows[0].steps[1]), "wants `mu`");
}

// Main waits for a permit that `takers` threads have taken; the first one of them has ended.
void add_starvation(RecordBuilder& process, int takers) {
  const model::Id seats = process.object("seats", model::ObjectKind::semaphore);
  std::vector<model::Step> steps{process.step(1, Action::waits, seats, "late bank.cc:9")};
  for (int i = 0; i < takers; ++i) {
    const model::Id taker = process.thread(i == 0 ? "ann" : "bob");
    steps.push_back(process.step(taker, Action::acquires, seats, i == 0 ? "a b.cc:5" : "b b.cc:6"));
    if (i == 0) steps.push_back(process.step(taker, Action::ends, seats, ""));
  }
  process.finding("deadlock", "all-blocked", steps);
}

TEST(Findings, ADeadlockNamesWhoTookThePermits) {
  Scenario scenario;
  add_starvation(scenario.process(), 2);
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].message,
            "every thread waits and none is left to wake another: main thread waits on semaphore "
            "`seats`, whose permits thread 0.1 \"ann\" (ended) and thread 0.2 \"bob\" took");
  EXPECT_EQ(results.findings[0].place.line, 9u);
}

TEST(Findings, FingerprintOfADeadlockDoesNotDependOnWhoTookThePermits) {
  Scenario one;
  add_starvation(one.process(), 1);
  Scenario two;
  add_starvation(two.process(), 2);
  EXPECT_EQ(one.results().findings[0].fingerprint, two.results().findings[0].fingerprint);
}

TEST(Findings, ADeadlockAtAQueueIsTellingAndAnError) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id jobs = process.object("jobs", model::ObjectKind::queue);
  model::Step join = process.step(1, Action::waits, jobs, "main bank.cc:9");
  join.count = 2;
  const model::Id consumer = process.thread("consumer");
  const model::Step got = process.step(consumer, Action::acquires, jobs, "work bank.cc:5");
  const model::Step ends = process.step(consumer, Action::ends, jobs, "");
  process.finding("queue-imbalance", "never-done", {join, got, ends});
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  const model::Finding& finding = results.findings[0];
  EXPECT_EQ(
      finding.message,
      "main thread waits until the work of queue `jobs` is done, but 2 values of it are not and "
      "nobody is left to call `task_done`; thread 0.1 \"consumer\" (ended) got values "
      "without calling it");
  EXPECT_EQ(finding.level, Level::error);
  EXPECT_EQ(finding.place.line, 9u);
  EXPECT_EQ(step_words(finding.flows[1].steps[0]), "gets 1 value from queue `jobs`");
}

TEST(Findings, LostWakeupReplacesTheDeadlockItLedTo) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id cv = process.object("ready", model::ObjectKind::condition_variable);
  const model::Step wait = process.step(1, Action::waits, cv, "f bank.cc:5");
  process.finding("deadlock", "all-blocked", {wait});
  process.finding("lost-wakeup", "all-blocked",
                  {wait, process.step(1, Action::notifies, cv, "g bank.cc:9")});
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].rule, "lost-wakeup");
  EXPECT_EQ(
      results.findings[0].message,
      "main thread waits on condition variable `ready` for a notification that came before it "
      "began to wait");
}

// The child of a fork that hangs on the copied lock tells both; its own report showed the better one.
void add_fork_under_lock(RecordBuilder& process, bool hangs) {
  const model::Id log = process.object("log");
  const model::Step wants = process.step(1, Action::wants, log, "say_hello() bank.cc:5");
  const model::Step takes =
      process.step(process.thread("writer"), Action::acquires, log, "write_log() bank.cc:9");
  process.finding("fork-while-locked", "", {wants, takes});
  if (hangs) process.finding("deadlock", "all-blocked", {wants}, true, true);
}

TEST(Findings, ADeadlockReplacesTheReadingAgainThatLedToIt) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id table = process.object("table");
  const model::Id writer = process.thread("writer");
  const model::Step again = process.step(1, Action::wants, table, "f bank.cc:9");
  const model::Step writes = process.step(writer, Action::acquires, table, "g bank.cc:20");
  process.finding("double-lock", "reads-again",
                  {again, process.step(1, Action::acquires, table, "f bank.cc:5"), writes});
  process.finding("deadlock", "cycle",
                  {again, process.step(writer, Action::wants, table, "g bank.cc:20")});
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].rule, "deadlock");
}

TEST(Findings, WhatReplacesAPrintedOneIsPrinted) {
  Scenario scenario;
  add_fork_under_lock(scenario.process(), true);
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].rule, "fork-while-locked");
  EXPECT_TRUE(results.already_printed.contains(results.findings[0].fingerprint));
}

TEST(Findings, WhatReplacesThePrintedOneOfAnotherProcessIsNotPrinted) {
  Scenario scenario;
  add_fork_under_lock(scenario.process(kModule, 1), false);
  RecordBuilder& child = scenario.process(kModule, 2);
  const model::Id log = child.object("log");
  const model::Step wants = child.step(1, Action::wants, log, "say_hello() bank.cc:5");
  child.finding("deadlock", "all-blocked", {wants}, true, true);
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].rule, "fork-while-locked");
  EXPECT_TRUE(results.already_printed.empty());
}

// Every rule the runtime can report has words of its own, in each variant.
TEST(Findings, EveryRuleOfTheRuntimeHasASentence) {
  const std::vector<std::pair<std::string, std::string>> known{
      {"deadlock", "cycle"},
      {"deadlock", "all-blocked"},
      {"deadlock", "holder-ended"},
      {"deadlock", "stall"},
      {"deadlock", "long-wait"},
      {"double-lock", "self"},
      {"double-lock", "upgrade"},
      {"unlock-not-held", "not-locked"},
      {"unlock-not-held", "other-thread"},
      {"lock-leak", ""},
      {"destroyed-while-held", "held"},
      {"destroyed-while-held", "waited-for"},
      {"destroyed-while-held", "freed"},
      {"destroyed-while-held", "used-after-destroy"},
      {"wait-without-predicate", ""},
      {"lost-wakeup", ""},
      {"wait-while-holding", ""},
      {"blocking-under-lock", ""},
      {"condvar-two-mutexes", ""},
      {"semaphore-imbalance", "never-released"},
      {"semaphore-imbalance", "over-release"},
      {"queue-imbalance", "task-done-too-often"},
      {"queue-imbalance", "never-done"},
      {"queue-imbalance", "never-closed"},
      {"queue-imbalance", "not-done"},
      {"signal-unsafe-lock", ""},
      {"fork-while-locked", ""}};
  std::set<std::string> messages;
  for (const auto& [rule, variant] : known) {
    Scenario scenario;
    RecordBuilder& process = scenario.process();
    const model::Id mu = process.object("mu");
    process.finding(rule, variant, {process.step(1, Action::waits, mu, "f bank.cc:5")});
    const Results results = scenario.results();
    ASSERT_EQ(results.findings.size(), 1u) << rule;
    const model::Finding& finding = results.findings[0];
    EXPECT_NE(finding.message, model::find_rule(rule)->title) << rule;
    EXPECT_FALSE(finding.hint.empty()) << rule;
    EXPECT_TRUE(messages.insert(finding.message).second) << finding.message;
  }
}

TEST(Findings, ALongWaitIsANoteAndASituationIsNoFinding) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id mu = process.object("mu");
  model::Step wants = process.step(1, Action::wants, mu, "f bank.cc:5");
  process.finding("deadlock", "at-SIGTERM", {wants}, false);
  wants.count = 30;
  process.finding("deadlock", "long-wait", {wants}, false);
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].level, model::Level::note);
  EXPECT_NE(results.findings[0].message.find("30 seconds"), std::string::npos);
}

TEST(Findings, WhoWaitsForAnEndedHolderIsToldWithIt) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id mu = process.object("mu");
  const model::Id holder = process.thread("writer");
  model::Step wants = process.step(1, Action::wants, mu, "f bank.cc:5");
  wants.other = holder;
  process.finding("deadlock", "holder-ended",
                  {wants, process.step(holder, Action::acquires, mu, "g bank.cc:9"),
                   process.step(holder, Action::ends, mu, "g bank.cc:9")});
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_NE(results.findings[0].message.find("still held when it ended"), std::string::npos);
  EXPECT_EQ(results.findings[0].place.line, 5u);
}

// A wait under another lock: what the waiter does, and what a notifier does that takes that lock too.
struct MonitorWait {
  explicit MonitorWait(RecordBuilder& process)
      : held(process.take(1, service, "get bank.cc:1")),
        waits{process.step(1, Action::waits, ready, "get bank.cc:5", held),
              process.step(1, Action::acquires, service, "get bank.cc:1")},
        notifier(process.thread("notifier")) {}

  void report(RecordBuilder& process, const char* notifier_at) {
    std::vector<model::Step> steps = waits;
    if (notifier_at == nullptr) return process.finding("wait-while-holding", "candidate", steps);
    steps.push_back(process.step(notifier, Action::acquires, service, notifier_at));
    process.finding("wait-while-holding", "", steps);
  }

  static constexpr model::Id service = 1;
  static constexpr model::Id ready = 2;
  model::Id held;
  std::vector<model::Step> waits;
  model::Id notifier;
};

RecordBuilder& process_with_monitor(Scenario& scenario) {
  RecordBuilder& process = scenario.process();
  process.object("service");
  process.object("ready", model::ObjectKind::condition_variable);
  return process;
}

TEST(Findings, AWaitUnderALockThatNoNotifierTakesIsOfLowConfidence) {
  Scenario scenario;
  RecordBuilder& process = process_with_monitor(scenario);
  MonitorWait(process).report(process, nullptr);
  const Results results = scenario.results();
  EXPECT_TRUE(results.findings.empty());
  ASSERT_EQ(results.low_confidence.size(), 1u);
  EXPECT_EQ(results.low_confidence[0].rule, "wait-while-holding");
}

TEST(Findings, AWaitUnderALockThatANotifierTakesIsReportedOnceWhoeverTheNotifierIs) {
  std::set<std::string> fingerprints;
  for (const char* notifier_at : {"put bank.cc:20", "flush bank.cc:30"}) {
    Scenario scenario;
    RecordBuilder& process = process_with_monitor(scenario);
    MonitorWait wait(process);
    wait.report(process, nullptr);
    wait.report(process, notifier_at);
    const Results results = scenario.results();
    EXPECT_TRUE(results.low_confidence.empty());
    ASSERT_EQ(results.findings.size(), 1u);
    EXPECT_NE(results.findings[0].message.find("which notifies it, takes `service`"),
              std::string::npos)
        << results.findings[0].message;
    fingerprints.insert(results.findings[0].fingerprint);
  }
  EXPECT_EQ(fingerprints.size(), 1u);
}

// A race of two threads on `variable`: the one that reads it in reader(), and writer().
void add_race(RecordBuilder& process, model::Id variable, const std::string& reads_at,
              const std::string& writes_at, std::string_view rule = "data-race") {
  const model::Id one = process.thread("r");
  const model::Id two = process.thread("w");
  process.finding(rule, "",
                  {process.step(one, Action::reads, variable, reads_at),
                   process.step(two, Action::writes, variable, writes_at)});
}

TEST(Findings, RacesOfTheSameFunctionsOnTwoVariablesAreTwo) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  for (const char* name : {"first", "second"}) {
    const model::Id variable = process.object(name, model::ObjectKind::variable);
    add_race(process, variable, "reader bank.cc:9", "writer bank.cc:3");
  }
  EXPECT_EQ(scenario.results().findings.size(), 2u);
}

TEST(Findings, AVariableWithoutANameIsNamedByTheFunctionInWhichItBegan) {
  std::vector<std::string> fingerprints;
  for (const char* begun : {"main bank.cc:30", "main bank.cc:31", "open bank.cc:40"}) {
    Scenario scenario;
    RecordBuilder& process = scenario.process();
    add_race(process, process.unnamed(begun), "reader bank.cc:9", "writer bank.cc:3");
    const Results results = scenario.results();
    ASSERT_EQ(results.findings.size(), 1u);
    fingerprints.push_back(results.findings[0].fingerprint);
  }
  EXPECT_EQ(fingerprints[0], fingerprints[1]);
  EXPECT_NE(fingerprints[0], fingerprints[2]);
}

TEST(Findings, WhichOfTwoThreadsRacesFirstDoesNotCount) {
  std::set<std::string> fingerprints;
  for (const bool turned : {false, true}) {
    Scenario scenario;
    RecordBuilder& process = scenario.process();
    const model::Id sum = process.object("sum", model::ObjectKind::variable);
    const char* const one = turned ? "writer bank.cc:3" : "reader bank.cc:9";
    add_race(process, sum, one, turned ? "reader bank.cc:10" : "writer bank.cc:3");
    fingerprints.insert(scenario.results().findings.at(0).fingerprint);
  }
  EXPECT_EQ(fingerprints.size(), 1u);
}

// Luck ordered the accesses of one process and not those of the other; another function was met.
TEST(Findings, OfOneVariableTheWorstAccountIsToldWhicheverRecordHasIt) {
  for (const bool lucky_first : {true, false}) {
    Scenario scenario;
    for (const bool lucky : {lucky_first, !lucky_first}) {
      RecordBuilder& process = scenario.process();
      const model::Id sum = process.object("sum", model::ObjectKind::variable);
      add_race(process, sum, "reader bank.cc:9", lucky ? "writer bank.cc:3" : "other bank.cc:5",
               lucky ? "inconsistent-locking" : "data-race");
    }
    const Results results = scenario.results();
    ASSERT_EQ(results.findings.size(), 1u);
    EXPECT_EQ(results.findings[0].rule, "data-race");
  }
}

TEST(Findings, AnotherVariableOrAnotherFunctionIsAnotherBug) {
  for (const bool same_variable : {true, false}) {
    Scenario scenario;
    RecordBuilder& lucky = scenario.process();
    add_race(lucky, lucky.object("sum", model::ObjectKind::variable), "reader bank.cc:9",
             "writer bank.cc:3", "inconsistent-locking");
    RecordBuilder& unlucky = scenario.process();
    const char* const name = same_variable ? "sum" : "count";
    add_race(unlucky, unlucky.object(name, model::ObjectKind::variable),
             same_variable ? "look bank.cc:20" : "reader bank.cc:9",
             same_variable ? "count bank.cc:30" : "writer bank.cc:3");
    EXPECT_EQ(scenario.results().findings.size(), 2u);
  }
}

TEST(Findings, AWriteUnderASharedLockIsWorseThanLuck) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id sum = process.object("sum", model::ObjectKind::variable);
  for (const char* rule : {"inconsistent-locking", "write-under-shared-lock"}) {
    add_race(process, sum, "reader bank.cc:9", "writer bank.cc:3", rule);
  }
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].rule, "write-under-shared-lock");
}

TEST(Findings, SortedByLevelThenRuleThenPlace) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id mu = process.object("mu");
  process.finding("lock-leak", "", {process.step(1, Action::acquires, mu, "f bank.cc:1")});
  process.finding("unlock-not-held", "not-locked",
                  {process.step(1, Action::releases, mu, "g bank.cc:9")});
  process.finding("unlock-not-held", "not-locked",
                  {process.step(1, Action::releases, mu, "h bank.cc:3")});
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 3u);
  EXPECT_EQ(results.findings[0].place.line, 3u);
  EXPECT_EQ(results.findings[1].place.line, 9u);
  EXPECT_EQ(results.findings[2].rule, "lock-leak");
}

TEST(Findings, LossesAndCutRecordsAreNotes) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  process.lost("observations", 3);
  const Results results = scenario.results();
  ASSERT_EQ(results.notes.size(), 1u);
  EXPECT_EQ(results.notes[0].id, "lost-coverage");
  EXPECT_EQ(results.notes[0].text.find("bank: 3 observations not recorded: of each nesting"), 0u);
  EXPECT_EQ(results.notes[0].level, model::Level::note);
  EXPECT_FALSE(results.incomplete);
}

// main() at `line` releases a lock that nobody holds.
void add_wrong_release(RecordBuilder& process, const std::string& lock, int line) {
  process.finding("unlock-not-held", "not-locked",
                  {process.step(1, Action::releases, process.object(lock),
                                "main() fruit.cc:" + std::to_string(line))});
}

TEST(Findings, TwoLocksTreatedWronglyInOneFunctionAreTwo) {
  Scenario alone;
  add_wrong_release(alone.process(), "apples", 13);
  const std::string fingerprint = alone.results().findings.at(0).fingerprint;

  for (const bool reversed : {false, true}) {
    Scenario scenario;
    for (std::uint64_t pid = 1; pid < 3; ++pid) {
      RecordBuilder& process = scenario.process(kModule, pid);
      add_wrong_release(process, reversed ? "pears" : "apples", reversed ? 14 : 13);
      add_wrong_release(process, reversed ? "apples" : "pears", reversed ? 13 : 14);
    }
    const Results results = scenario.results();
    ASSERT_EQ(results.findings.size(), 2u);
    EXPECT_EQ(results.findings[0].place.line, 13u);
    EXPECT_EQ(results.findings[0].fingerprint, fingerprint) << "the first keeps the plain one";
    EXPECT_EQ(results.findings[1].place.line, 14u);
    EXPECT_NE(results.findings[1].fingerprint, fingerprint);
  }
}

TEST(Findings, OneLineIsOneFindingWhateverItsLocks) {
  Scenario scenario;
  add_wrong_release(scenario.process(), "apples", 13);
  add_wrong_release(scenario.process(kModule, 101), "pears", 13);
  EXPECT_EQ(scenario.results().findings.size(), 1u);
}

TEST(Findings, OneLockOnSeveralLinesIsOneFinding) {
  Scenario scenario;
  add_wrong_release(scenario.process(), "apples", 13);
  add_wrong_release(scenario.process(kModule, 101), "apples", 14);
  EXPECT_EQ(scenario.results().findings.size(), 1u);
}

}  // namespace
}  // namespace lockweave::cli::test
