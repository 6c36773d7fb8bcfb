// tests/e2e/programs/locked_after_published.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A job is put into the list and only then locked; the list's lock is taken again meanwhile. Nobody has
// looked at the list until then, by luck.
#include <memory>
#include <vector>

#include "primitives.h"
#include "steps.h"

namespace {
struct Job {
  lib::mutex guard;
  int cost = 0;
};

lib::mutex list;
std::vector<std::shared_ptr<Job>> jobs;
int open_jobs = 0;

void make() {
  auto fresh = std::make_shared<Job>();
  {
    std::lock_guard hold(list);
    jobs.push_back(fresh);
  }
  std::lock_guard job(fresh->guard);
  fresh->cost = 1;
  {
    std::lock_guard hold(list);  // expect-either: lock-order-cycle
    ++open_jobs;
  }
  next_step();
}

void look() {
  await_step(1);
  std::lock_guard hold(list);
  for (auto& job : jobs) {
    std::lock_guard guard(job->guard);  // expect-either: lock-order-cycle
    --job->cost;
  }
}
}  // namespace

int main() {
  lib::thread maker(make);
  lib::thread looker(look);
  maker.join();
  looker.join();
}
