// tests/unit/runtime/frontends/order_by_design.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread writes a variable, then main does. In between the thread hands over in the way that the
// first argument names. The schedule is always the same, kept by an atomic that the runtime does not
// see: so what is found depends on the way alone. Run under the real runtime, which exits 66 for a race.
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "lockweave/lockweave.h"
#include "lockweave/shared.h"

namespace {

struct Way {
  std::function<void()> order_release = [] {};
  std::function<void()> order_acquire = [] {};
};

struct Descriptors {
  explicit Descriptors(bool sockets) {
    const int made = sockets ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends);
    if (made != 0) std::abort();
  }
  void send() const {
    if (write(ends[1], "x", 1) != 1) std::abort();
  }
  void receive() const {
    char text = 0;
    if (read(ends[0], &text, 1) != 1) std::abort();
  }
  int ends[2];
};

lockweave::shared<long> variable{lockweave::variable_name{"variable"}, 0L};

lockweave::atomic<int> flag{0};
lockweave::queue<int> jobs;
lockweave::joinable_queue<int> work;
lockweave::process_queue<int> process_jobs(2);
lockweave::queue<int> full_queue(2);
lockweave::joinable_queue<int> half_done;
lockweave::latch latch(1);
lockweave::barrier<> barrier(2);
lockweave::promise<int> promise;
lockweave::future<int> future = promise.get_future();
lockweave::counting_semaphore<> semaphore(0);
lockweave::stop_source stop;
std::once_flag once;
pthread_once_t pthread_control = PTHREAD_ONCE_INIT;
const Descriptors pipe_ends(false);
const Descriptors socket_ends(true);
const int event = eventfd(0, 0);

std::map<std::string, Way> ways() {
  using std::chrono::seconds;
  return {
      {"nothing", {}},
      {"relaxed",
       {[] { flag.store(1, std::memory_order_relaxed); },
        [] { static_cast<void>(flag.load(std::memory_order_relaxed)); }}},
      {"release_only",
       {[] { flag.store(1, std::memory_order_release); },
        [] { static_cast<void>(flag.load(std::memory_order_relaxed)); }}},
      {"unrelated_pipe", {[] { pipe_ends.send(); }, [] { socket_ends.send(); }}},
      {"atomic",
       {[] { flag.store(1, std::memory_order_release); },
        [] { static_cast<void>(flag.load(std::memory_order_acquire)); }}},
      {"update", {[] { ++flag; }, [] { flag.exchange(0); }}},
      {"queue", {[] { jobs.put(1); }, [] { jobs.get(); }}},
      {"queue_tried", {[] { jobs.put(1); }, [] { jobs.try_get(); }}},
      {"queue_room", {[] { full_queue.get(); }, [] { full_queue.try_put(3); }}},
      {"two_gets", {[] { full_queue.get(); }, [] { full_queue.get(); }}},
      {"get_after_finished",
       {[] {
          half_done.get();
          half_done.task_done();
        },
        [] {
          half_done.put(2);
          half_done.get();
        }}},
      {"queue_closed", {[] { jobs.close(); }, [] { jobs.get(); }}},
      {"joined_queue",
       {[] {
          work.put(1);
          work.task_done();
        },
        [] { work.join(); }}},
      {"process_queue", {[] { process_jobs.put(1); }, [] { process_jobs.get(); }}},
      {"latch", {[] { latch.count_down(); }, [] { latch.wait(); }}},
      {"latch_tried", {[] { latch.count_down(); }, [] { static_cast<void>(latch.try_wait()); }}},
      {"barrier", {[] { static_cast<void>(barrier.arrive()); }, [] { barrier.arrive_and_wait(); }}},
      {"future", {[] { promise.set_value(1); }, [] { future.get(); }}},
      {"future_ready", {[] { promise.set_value(1); }, [] { future.wait_for(seconds(0)); }}},
      {"semaphore",
       {[] { semaphore.release(); }, [] { static_cast<void>(semaphore.try_acquire()); }}},
      {"stop_token",
       {[] { stop.request_stop(); }, [] { static_cast<void>(stop.get_token().stop_requested()); }}},
      {"stop_callback",
       {[] { stop.request_stop(); },
        [] { const lockweave::stop_callback at_once(stop.get_token(), [] {}); }}},
      {"call_once", {[] { std::call_once(once, [] {}); }, [] { std::call_once(once, [] {}); }}},
      {"pthread_once",
       {[] { pthread_once(&pthread_control, [] {}); },
        [] { pthread_once(&pthread_control, [] {}); }}},
      {"pipe", {[] { pipe_ends.send(); }, [] { pipe_ends.receive(); }}},
      {"socket", {[] { socket_ends.send(); }, [] { socket_ends.receive(); }}},
      {"eventfd",
       {[] { eventfd_write(event, 1); },
        [] {
          eventfd_t value = 0;
          eventfd_read(event, &value);
        }}},
  };
}

}  // namespace

int main(int count, char** arguments) {
  const auto all = ways();
  const auto way = all.find(count == 2 ? arguments[1] : "");
  if (way == all.end()) return 2;
  for (const int job : {1, 2}) full_queue.put(job);
  half_done.put(1);
  std::atomic<bool> handed_over{false};
  std::atomic<bool> finished{false};
  lockweave::thread writer([&] {
    variable = 1;
    way->second.order_release();
    handed_over = true;
    while (!finished) std::this_thread::yield();  // its end, and the join, are to order nothing
  });
  while (!handed_over) std::this_thread::yield();
  way->second.order_acquire();
  variable = 2;
  finished = true;
  writer.join();
  return 0;
}
