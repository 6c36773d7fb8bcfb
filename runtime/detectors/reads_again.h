// runtime/detectors/reads_again.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// double-lock, of a reader: it reads again a lock that lets no reader pass a waiting writer
// (PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP). A writer that comes in between waits for the reader, and
// the reader waits behind the writer. Told when another thread is known to write without a time limit,
// whenever in the run; locks that prefer readers, glibc's default, let the second read pass.
// Thread-safety: any thread. Cost: a stack for each such read, two tests for other acquisitions.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

core::Detector& reads_again();

}  // namespace lockweave::detectors
