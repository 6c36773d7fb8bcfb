// lockweave/lockweave.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything: the drop-in types and the annotations. Replace `std::` with `lockweave::` at the
// synchronisation types and the program behaves as before; linked with, or started under, the
// runtime it is also checked. No library is needed: without the runtime these are plain types.
//
// C++17; waits with stop tokens and jthread need C++20. Not provided: notify_all_at_thread_exit.
// Needs: gcc or clang, pthreads. future.h and thread_pool.h need exceptions, command.h, process.h
// and process_queue.h Linux.
#pragma once

#include "lockweave/annotations.h"
#include "lockweave/as_completed.h"
#include "lockweave/atomic.h"
#include "lockweave/barrier.h"
#include "lockweave/command.h"
#include "lockweave/condition_variable.h"
#include "lockweave/future.h"
#include "lockweave/latch.h"
#include "lockweave/managed_thread.h"
#include "lockweave/mutex.h"
#include "lockweave/process.h"
#include "lockweave/process_queue.h"
#include "lockweave/queue.h"
#include "lockweave/semaphore.h"
#include "lockweave/shared.h"
#include "lockweave/shared_mutex.h"
#include "lockweave/spin_mutex.h"
#include "lockweave/thread.h"
#include "lockweave/thread_pool.h"
#include "lockweave/timer.h"
