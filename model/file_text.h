// model/file_text.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text of an input file, read piece by piece in bounded memory.
//
// NUL bytes stand in no text that we read; a file that was grown and never filled, or a disk after a
// crash, has gigabytes of them. A run of them counts as one, and is left out at the end.
// Refused: folders, and what is no file (a device may never end, a named pipe may never begin), except
// the pipes that a shell makes: /dev/stdin, /dev/fd/N.
#pragma once

#include <filesystem>
#include <string>

namespace lockweave::model {

inline constexpr std::size_t kFileTextMax = std::size_t{2} << 30;

// false: `why` says what is wrong, in words that go after "cannot be read: ".
bool read_file_text(const std::filesystem::path& path, std::string& text, std::string& why);

}  // namespace lockweave::model
