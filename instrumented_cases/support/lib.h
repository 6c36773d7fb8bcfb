// instrumented_cases/support/lib.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every case is written once and compiled in two forms: on the drop-in types, and on the standard
// library's types of the same names, which the runtime sees through interposition. `lib` is the
// namespace chosen.
#pragma once

#include <mutex>

#ifdef USE_LOCKWEAVE_TYPES
#include "lockweave/atomic.h"
#include "lockweave/condition_variable.h"
#include "lockweave/future.h"
#include "lockweave/mutex.h"
#include "lockweave/semaphore.h"
#include "lockweave/shared_mutex.h"
#include "lockweave/thread.h"
namespace lib = lockweave;
#else
#include <atomic>
#include <condition_variable>
#include <future>
#include <semaphore>
#include <shared_mutex>
#include <thread>
namespace lib = std;
#endif
