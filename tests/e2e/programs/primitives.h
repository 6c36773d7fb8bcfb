// tests/e2e/programs/primitives.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every C++ program here is compiled twice from one text: with the standard library's types, and
// with the drop-in types of the same names. `lib` is the namespace chosen.
#pragma once

#include <mutex>

#ifdef USE_LOCKWEAVE_TYPES
#include "lockweave/condition_variable.h"
#include "lockweave/future.h"
#include "lockweave/mutex.h"
#include "lockweave/semaphore.h"
#include "lockweave/shared_mutex.h"
#include "lockweave/thread.h"
namespace lib = lockweave;
#else
#include <condition_variable>
#include <future>
#include <semaphore>
#include <shared_mutex>
#include <thread>
namespace lib = std;
#endif
