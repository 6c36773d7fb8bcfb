// tools/lockweave/stories.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/stories.h"

#include <algorithm>

namespace lockweave::cli {
namespace {

void add_lock(Story& story, const model::Record& record, ObjectRef object) {
  if (object.id == 0) return;
  const model::ObjectKind kind = record.object(object.id).kind;
  if (kind == model::ObjectKind::thread || kind == model::ObjectKind::variable) return;
  if (std::find(story.locks.begin(), story.locks.end(), object) == story.locks.end()) {
    story.locks.push_back(object);
  }
}

StoryStep acquisition_step(const model::Record& record, std::size_t index, Id acquisition,
                           Id thread, model::Action action) {
  const model::Acquisition& taken = record.acquisition(acquisition);
  model::Step step;
  step.thread = thread;
  step.action = action;
  step.object = taken.object;
  step.mode = taken.mode;
  step.held = taken.outer;
  step.stack = taken.stack;
  return {index, step};
}

}  // namespace

std::vector<Story> concluded_stories(Records records) {
  std::vector<Story> stories;
  for (std::size_t index = 0; index < records.size(); ++index) {
    for (const model::RawFinding& raw : records[index].findings) {
      Story story;
      story.rule = raw.rule;
      story.variant = raw.variant;
      story.certain = raw.certain;
      story.printed = raw.printed;
      story.records = {index};
      add_lock(story, records[index], {index, raw.object});
      for (const model::Step& step : raw.steps) {
        story.steps.push_back({index, step});
        add_lock(story, records[index], {index, step.object});
      }
      stories.push_back(std::move(story));
    }
  }
  return stories;
}

Story cycle_story(Records records, std::span<const CycleEdge> edges) {
  Story story;
  story.rule = "lock-order-cycle";
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const CycleEdge& at = edges[i];
    const CycleEdge& next = edges[(i + 1) % edges.size()];
    const ObjectRef wanted{at.record, at.edge.wanted};
    const ObjectRef held_next{next.record, next.edge.held};
    if (wanted != held_next) story.same[wanted] = held_next;
    const model::Record& record = records[at.record];
    story.locks.push_back({at.record, at.edge.held});
    if (std::find(story.records.begin(), story.records.end(), at.record) == story.records.end()) {
      story.records.push_back(at.record);
    }
    if (at.edge.declared) {
      story.declared = true;
      continue;
    }
    story.steps.push_back(acquisition_step(record, at.record, at.edge.held_at, at.edge.thread,
                                           model::Action::acquires));
    story.steps.push_back(acquisition_step(record, at.record, at.edge.wanted_at, at.edge.thread,
                                           model::Action::wants));
  }
  std::sort(story.records.begin(), story.records.end());
  story.several_processes = story.records.size() > 1;
  if (story.several_processes) story.how = model::How::predicted;
  return story;
}

}  // namespace lockweave::cli
