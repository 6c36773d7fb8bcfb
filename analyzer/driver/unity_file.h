// analyzer/driver/unity_file.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A unity (jumbo) build compiles files that do nothing but include sources: CMake's UNITY_BUILD, Meson's
// unity, Chromium's jumbo. The compile database names those files; users name the sources.
// Pure functions of the file's text. Cost: the file is read to its first line of code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockweave::analyzer::driver {

bool is_source(std::string_view file);  // by its ending: C or C++, no header

// Absolute paths of the sources that `file` includes in quotes, if it consists of comments, directives and
// such includes; else nothing. `file` is an absolute path.
std::vector<std::string> sources_joined_in(const std::string& file);

// The file whose folder says which project a unit belongs to: the first that it joins, else itself.
std::string project_file_of(const std::string& file);

}  // namespace lockweave::analyzer::driver
