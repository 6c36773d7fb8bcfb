// report/terminal.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace lockweave::cli {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

std::string_view sequence(Ink ink) {
  switch (ink) {
    case Ink::plain: return "";
    case Ink::bold: return "\033[1m";
    case Ink::red: return "\033[1;31m";
    case Ink::yellow: return "\033[1;33m";
    case Ink::blue: return "\033[1;34m";
    case Ink::green: return "\033[1;32m";
    case Ink::cyan: return "\033[36m";
    case Ink::dim: return "\033[2m";
  }
  return "";
}

}  // namespace

Screen screen_of(int fd, ColorChoice choice) {
  constexpr std::size_t kNarrowest = 60;
  constexpr std::size_t kWidest = 200;
  Screen screen;
  const bool terminal = ::isatty(fd) == 1;
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  screen.color = choice == ColorChoice::always ||
                 (choice == ColorChoice::automatic && terminal && !is_set("NO_COLOR") && !dumb);
  winsize size{};
  if (terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) {
    screen.width = size.ws_col;
  }
  if (const char* asked = std::getenv("COLUMNS"); asked != nullptr) {
    const unsigned long n = std::strtoul(asked, nullptr, 10);
    if (n != 0) screen.width = n;
  }
  screen.width = std::clamp(screen.width, kNarrowest, kWidest);
  return screen;
}

std::string Pen::operator()(Ink ink, std::string_view text) const {
  if (!color_ || ink == Ink::plain || text.empty()) return std::string(text);
  return std::string(sequence(ink)) + std::string(text) + "\033[0m";
}

Ink Pen::of(model::Level level) {
  switch (level) {
    case model::Level::error: return Ink::red;
    case model::Level::warning: return Ink::yellow;
    case model::Level::note: return Ink::cyan;
  }
  return Ink::plain;
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  bool escape = false;
  for (const char c : text) {
    if (c == '\033') escape = true;
    const bool continuation = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    if (!escape && !continuation) ++count;
    if (escape && c == 'm') escape = false;
  }
  return count;
}

}  // namespace lockweave::cli
