// tests/e2e/programs/freed_while_held.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory is given back while a lock in it is held: by who holds it, and by another. The unlock that follows
// is of the same bug: what the freed memory says of an owner counts for nothing.
#include <new>

#include "primitives.h"
#include "steps.h"

namespace {

// Of sizes that nobody else asks for: malloc's lists of such pieces are of no use after those unlocks.
struct Page {
  lib::mutex busy;  // first: where malloc keeps its own words in a free piece
  char rest[700] = {};
};
struct Session {
  lib::mutex busy;
  char rest[900] = {};
};

void end_own(Page* page) {
  page->busy.lock();
  delete page;  // expect: destroyed-while-held
  page->busy.unlock();
}

void use(Session* session) {
  session->busy.lock();
  next_step();
  await_step(2);
  session->busy.unlock();
}

}  // namespace

int main() {
  end_own(new Page);
  auto* session = new Session;
  lib::thread user(use, session);
  await_step(1);
  delete session;  // expect: destroyed-while-held
  next_step();
  user.join();
}
