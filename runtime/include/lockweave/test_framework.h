/* lockweave/test_framework.h
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * For those who teach a test framework to fail the test in which a finding arose, as lockweave::gtest
 * does for GoogleTest: call lw_begin_round() before and after each test, and when the round had findings
 * or lw_findings() (lockweave/hooks.h) grew, ask lw_list_findings what came. C99.
 *
 * Link with the runtime (lockweave::runtime): without it these are null.
 */
#ifndef LOCKWEAVE_TEST_FRAMEWORK_H
#define LOCKWEAVE_TEST_FRAMEWORK_H

#include "lockweave/hooks.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `what` runs from now on, "test Suite.Name"; NULL: nothing. Said with a verdict that ends the
 * process, a deadlock. The text is not copied: it must stay until the process ends. */
LW_HOOK void lw_running(const char* what);

/* A round ends and the next one begins: what was told before is told again when it arises again, so
 * that every test in which a known race or misuse arises can fail. Not a cycle in lock order: the graph
 * forgets nothing, so a cycle is told once.
 * Returns how many findings the round that ended has, as lw_findings counts them, cycles left out. */
LW_HOOK unsigned lw_begin_round(void);

/* Writes what was found in the round that ended last (without rounds: in this process so far), and all
 * cycles in lock order, to `file`, in the form of a baseline of
 * `lockweave gate` (an entry a line: fingerprint, rule, level, of a variable "[keys]", and then
 * "place: message"); `file` must be empty or not exist. What is suppressed is not there. Starts the lockweave command and waits for it, some
 * tenths of a second; the calling process is not changed otherwise.
 * Returns 0 when the list is complete, 3 when a part of the record could not be read. Without a list:
 * -1 when the command was not found or did not start, -2 when this process has no record, else the code
 * of the command (2: it could not read the record). */
LW_HOOK int lw_list_findings(const char* file);

#ifdef __cplusplus
}
#endif
#endif
