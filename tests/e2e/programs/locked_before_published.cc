// tests/e2e/programs/locked_before_published.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A job is locked before it is in the list: the list's lock is taken while the job's is held, and the
// other way round by who looks through the list. Nobody can hold the lock of a job that nobody knows.
// Another one is made, and locked, while the list is held; whoever takes it out of the list goes from
// the job to the list.
#include <memory>
#include <vector>

#include "primitives.h"
#include "steps.h"

namespace {
struct Job {
  explicit Job(int its_cost) : cost(its_cost) {}
  lib::mutex guard;
  lib::condition_variable done;
  int cost;
};

lib::mutex list;
std::vector<std::shared_ptr<Job>> jobs;

void create_outside() {
  auto fresh = std::make_shared<Job>(1);
  std::lock_guard job(fresh->guard);
  std::lock_guard hold(list);
  jobs.push_back(fresh);
}

void create_inside(std::vector<std::shared_ptr<Job>>& into, lib::mutex& its_list) {
  std::lock_guard hold(its_list);
  auto fresh = std::make_shared<Job>(2);
  std::lock_guard job(fresh->guard);
  into.push_back(fresh);
}

lib::mutex archive;
std::vector<std::shared_ptr<Job>> old_jobs;

void make() {
  create_outside();
  create_inside(old_jobs, archive);
  next_step();
  await_step(2);
}

void look() {
  await_step(1);
  [[maybe_unused]] int sum = 0;
  {
    std::lock_guard hold(list);
    for (auto& job : jobs) {
      std::lock_guard guard(job->guard);
      sum += job->cost;
    }
  }
  std::lock_guard job(old_jobs.front()->guard);
  std::lock_guard hold(archive);
  next_step();
}
}  // namespace

int main() {
  lib::thread maker(make);
  lib::thread looker(look);
  maker.join();
  looker.join();
}
