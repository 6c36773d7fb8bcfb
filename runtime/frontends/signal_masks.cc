// runtime/frontends/signal_masks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Signal masks: which locks a thread takes while a signal can come in decides whether the signal's handler
// may take them.
//
// | call                        | events                                       |
// |-----------------------------|----------------------------------------------|
// | sigprocmask, pthread_sigmask | signal_mask with what was and is blocked    |
//
// The waits that take a mask for their duration need nothing: signals.cc sees it in the handler.
// Not seen: masks changed by raw system call, sighold and its relatives.
#include <string.h>

#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

std::uint64_t bits_of(const sigset_t& set) {
  std::uint64_t bits;
  memcpy(&bits, &set, sizeof bits);  // glibc: signal n is bit n - 1 of the first word
  return bits;
}

template <class Change>
int change_mask(int how, const sigset_t* set, sigset_t* before, Change change) {
  if (set == nullptr) return change(how, set, before);
  const std::uint64_t wanted = bits_of(*set);  // `before` may be the same object
  sigset_t old;
  const int result = change(how, set, &old);
  if (result != 0) return result;
  if (before != nullptr) *before = old;
  if (lw_in_own_process() == 0) return result;
  const std::uint64_t was = bits_of(old);
  lw_signal_mask(was, how == SIG_BLOCK     ? was | wanted
                      : how == SIG_UNBLOCK ? was & ~wanted
                                           : wanted);
  return result;
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int sigprocmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  return change_mask(how, set, before, real().sigprocmask);
}

LW_EXPORT int pthread_sigmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  return change_mask(how, set, before, real().pthread_sigmask);
}

}  // extern "C"
