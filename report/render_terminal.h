// report/render_terminal.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results as text for people, in the manner of a compiler's diagnostics: headline, place, then the
// raw of each thread with its source lines, held locks and callers; side by side if the screen is
// wide enough. Every place is `file:line:column`, so that editors can jump.
#pragma once

#include <string>

#include "report/results.h"
#include "report/terminal.h"

namespace lockweave::cli {

struct TerminalStyle {
  Screen screen;
  std::string folder;         // paths below it are shown relative to it
  bool all = false;           // also filtered cycles and low confidence
  bool quiet = false;         // the summary line only
  bool skip_printed = false;  // findings that their process has shown: the headline only
  std::string records_in;     // where the records lie, for the summary; may be empty
};

std::string render_terminal(const Results& results, const TerminalStyle& style);

}  // namespace lockweave::cli
