/* tests/unit/runtime/core/code/plugin.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A library that is loaded and unloaded. */
int plugin_function(int value) { return value + 1; }
