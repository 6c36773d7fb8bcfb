// tests/unit/tools/gate_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Merging has the properties that let shards of tests run anywhere: it does not matter in which order
// inputs are named, whether one is there twice, or how they lie in folders.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "report/render_sarif.h"
#include "tests/unit/tools/record_builder.h"
#include "tools/lockweave/commands/arguments.h"

namespace lockweave::cli::test {
namespace {

namespace fs = std::filesystem;

// Texts of many records: some the same program with the same process id, as in containers.
std::vector<std::string> some_records() {
  Places places;
  std::vector<std::string> texts;
  for (int i = 0; i < 12; ++i) {
    RecordBuilder builder(places, "/opt/test" + std::to_string(i % 3), 1);
    const model::Id thread = builder.thread("t");
    const std::string one = "lock" + std::to_string(i % 4);
    const std::string two = "lock" + std::to_string((i + 1) % 4);
    const model::Id outer = builder.object(one);
    const model::Id inner = builder.object(two);
    const std::string file = "f" + std::to_string(i % 5) + " a.cc:";
    builder.take(thread, inner, file + std::to_string(20 + i),
                 builder.take(thread, outer, file + std::to_string(10 + i)));
    if (i % 4 == 0) add_opposite_orders(builder);
    if (i % 5 == 0) {
      builder.finding("lock-leak", "",
                      {builder.step(thread, model::Action::ends, outer, "g b.cc:3")});
    }
    if (i % 6 == 0) builder.lost("observations", 3);
    texts.push_back(builder.text());
  }
  return texts;
}

std::string some_sarif() {
  Scenario scenario;
  add_opposite_orders(scenario.process("/opt/other"));
  return render_sarif(scenario.results(), "/opt");
}

class Gate : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::path(testing::TempDir()) / (std::string("gate_") + info->name());
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  static std::string write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::string json_of(std::vector<std::string> inputs) {
    const std::string out = (root_ / "out.json").string();
    inputs.insert(inputs.begin(),
                  {"lockweave", "gate", "--quiet", "--text", "/dev/null", "--json", out});
    std::vector<const char*> argv;
    for (const std::string& word : inputs) argv.push_back(word.c_str());
    EXPECT_LE(run_command_line(static_cast<int>(argv.size()), argv.data()), 1);
    std::ostringstream text;
    text << std::ifstream(out).rdbuf();
    return text.str();
  }
  fs::path root_;
};

TEST_F(Gate, OrderRepetitionAndGroupingDoNotMatter) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  const std::vector<std::string> texts = some_records();
  std::vector<std::string> inputs;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    inputs.push_back(write(root_ / "plain" / (std::to_string(i) + ".jsonl"), texts[i]));
  }
  inputs.push_back(write(root_ / "static.sarif", some_sarif()));
  const std::string expected = json_of(inputs);
  EXPECT_NE(expected.find("lock-order-cycle"), std::string::npos);
  EXPECT_NE(expected.find("predicted"), std::string::npos);
  EXPECT_NE(expected.find("lock-leak"), std::string::npos);

  for (int turn = 0; turn < 20; ++turn) {
    std::shuffle(inputs.begin(), inputs.end(), random);
    EXPECT_EQ(json_of(inputs), expected) << "seed " << seed;
    std::vector<std::string> repeated = inputs;
    for (int more = 0; more < 5; ++more) repeated.push_back(inputs[random() % inputs.size()]);
    EXPECT_EQ(json_of(repeated), expected) << "seed " << seed;

    const fs::path groups = root_ / ("groups" + std::to_string(turn));
    std::set<std::string> folders;
    for (const std::string& text : texts) {
      for (unsigned copies = 1 + random() % 2; copies > 0; --copies) {
        const fs::path folder = groups / std::to_string(random() % 4);
        write(folder / (std::to_string(random()) + ".jsonl"), text);
        folders.insert(folder.string());
      }
    }
    std::vector<std::string> grouped(folders.begin(), folders.end());
    grouped.push_back((root_ / "static.sarif").string());
    std::shuffle(grouped.begin(), grouped.end(), random);
    EXPECT_EQ(json_of(grouped), expected) << "seed " << seed;
  }
}

std::string sarif_of(bool deadlock) {
  Scenario scenario;
  RecordBuilder& process = scenario.process("/opt/bank", deadlock ? 1 : 2);
  add_opposite_orders(process);
  if (deadlock) {
    process.finding("deadlock", "cycle",
                    {process.step(2, model::Action::wants, 2, "transfer() bank.cc:11:3", 1, 3),
                     process.step(3, model::Action::wants, 1, "audit() bank.cc:21:3", 3, 2)});
  }
  return render_sarif(scenario.results(), "/opt");
}

TEST_F(Gate, ADeadlockReplacesItsCycleAcrossSarifFiles) {
  const std::string both = json_of({write(root_ / "deadlock.sarif", sarif_of(true)),
                                    write(root_ / "cycle.sarif", sarif_of(false))});
  EXPECT_NE(both.find("\"rule\": \"deadlock\""), std::string::npos);
  EXPECT_EQ(both.find("\"rule\": \"lock-order-cycle\""), std::string::npos);
}

TEST_F(Gate, ADamagedCopyDoesNotChangeTheFindings) {
  const std::string text = some_records()[0];
  const std::string whole = write(root_ / "whole.jsonl", text);
  const std::string expected = json_of({whole});
  const std::string cut = write(root_ / "cut.jsonl", text.substr(0, text.size() - 10));
  const auto findings = [](const std::string& json) {
    return json.substr(json.find("\"findings\""),
                       json.find("\"notes\"") - json.find("\"findings\""));
  };
  EXPECT_EQ(findings(json_of({cut, whole})), findings(expected));
}

}  // namespace
}  // namespace lockweave::cli::test
