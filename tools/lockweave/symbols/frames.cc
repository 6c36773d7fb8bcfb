// tools/lockweave/symbols/frames.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/frames.h"

#include <algorithm>
#include <string_view>

#include "report/text.h"

namespace lockweave::cli {
namespace {

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [text](std::string_view prefix) { return text.starts_with(prefix); });
}

bool in_cxx_library_header(std::string_view file) {
  return starts_with_any(file, {"/usr/include/c++/", "/usr/local/include/c++/"}) ||
         file.find("/include/c++/v1/") != std::string_view::npos ||
         file.find("/bits/gthr") != std::string_view::npos ||
         (file.find("/include/c++/") != std::string_view::npos && file.starts_with("/usr/"));
}

bool in_own_header(std::string_view file) {
  return file.find("/include/lockweave/") != std::string_view::npos;
}

// Boost's locks and threads are made of pthreads in headers: who uses them is to be named, not they.
bool in_boost_thread_header(std::string_view file) {
  return file.ends_with(".hpp") && file.find("/boost/thread/") != std::string_view::npos;
}

bool is_library_function(std::string_view function) {
  return starts_with_any(
      function, {"std::", "__gnu_cxx::", "__gthread_", "__gthrw_", "void std::", "bool std::",
                 "decltype(auto) std::", "__cxa_guard_", "pthread_", "__pthread_"});
}

bool is_library_module(std::string_view module) {
  const std::string_view name = base_name(module);
  return starts_with_any(
      name, {"liblockweave.so", "libstdc++.so", "libc++.so", "libc++abi.so", "libboost_thread.so"});
}

bool is_c_library_module(std::string_view module) {
  const std::string_view name = base_name(module);
  return starts_with_any(name,
                         {"libc.so", "libpthread.so", "ld-linux", "libc-2.", "libpthread-2."});
}

bool is_start_up_frame(const model::Site& site) {
  return starts_with_any(site.function,
                         {"_start", "__libc_start", "__libc_init_first", "start_thread", "clone",
                          "__clone", "thread_start", "execute_native_thread_routine"}) ||
         is_c_library_module(site.module) || is_library_frame(site);
}

bool is_main(const model::Site& site) { return site.function == "main"; }

}  // namespace

bool is_library_frame(const model::Site& site) {
  return in_cxx_library_header(site.file) || in_own_header(site.file) ||
         in_boost_thread_header(site.file) || is_library_function(site.function) ||
         is_library_module(site.module);
}

bool is_last_owner_frame(const model::Site& site) {
  return site.function.find("std::_Sp_counted_") != std::string::npos ||  // libstdc++
         site.function.find("~__shared_count") != std::string::npos ||
         site.function.find("~__shared_ptr") != std::string::npos ||
         site.function.find("~shared_ptr") != std::string::npos ||
         site.function.find("__shared_ptr_emplace") != std::string::npos ||  // libc++
         site.function.find("__shared_ptr_pointer") != std::string::npos;
}

std::vector<model::Site> shown_stack(std::span<const model::Site> raw) {
  std::span<const model::Site> part = raw;
  const auto main_frame = std::find_if(part.begin(), part.end(), is_main);
  if (main_frame != part.end()) {
    part = part.first(static_cast<std::size_t>(main_frame - part.begin()) + 1);
  } else {
    while (!part.empty() && is_start_up_frame(part.back())) part = part.first(part.size() - 1);
  }
  std::vector<model::Site> shown;
  std::copy_if(part.begin(), part.end(), std::back_inserter(shown),
               [](const model::Site& site) { return !is_library_frame(site); });
  if (shown.empty()) shown.assign(raw.begin(), raw.end());
  return shown;
}

}  // namespace lockweave::cli
