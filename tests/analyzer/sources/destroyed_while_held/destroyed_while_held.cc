// tests/analyzer/sources/destroyed_while_held/destroyed_while_held.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>

struct Session {
  std::mutex mutex;
  int state = 0;
};

void destroys(Session* session) {
  std::lock_guard guard(session->mutex);
  session->state = 1;
  delete session;  // expect: destroyed-while-held
}
void destroys_well(Session* session) {
  {
    std::lock_guard guard(session->mutex);
    session->state = 1;
  }
  delete session;
}

int main() {
  destroys(new Session);
  destroys_well(new Session);
}
