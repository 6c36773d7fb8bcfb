// runtime/frontends/of_library.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function that our export hides and that may be in no library when the process starts (real.h has those
// that are). Looked up when it is first called: the next one in symbol lookup, or, of a library that was
// loaded for one plug-in only (dlopen without RTLD_GLOBAL) and so is not next, by the library's name.
// Thread-safety: any thread. Cost: a load, once it is found.
#pragma once

#include <dlfcn.h>

#include <atomic>

#include "runtime/frontends/real.h"

namespace lockweave::frontends {

template <class Signature>
class OfLibrary {
 public:
  struct Libraries {
    const char* first;
    const char* second = nullptr;
  };
  constexpr OfLibrary(const char* name, Libraries libraries) : name_(name), libraries_(libraries) {}

  // nullptr: it is in no library now loaded.
  Signature* find() {
    Signature* known = known_.load(std::memory_order_acquire);
    if (known != nullptr) [[likely]]
      return known;
    void* found = dlsym(RTLD_NEXT, name_);
    if (found == nullptr) found = in(libraries_.first);
    if (found == nullptr && libraries_.second != nullptr) found = in(libraries_.second);
    known = reinterpret_cast<Signature*>(found);
    known_.store(known, std::memory_order_release);
    return known;
  }

 private:
  void* in(const char* library) const {
    void* loaded = real().dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
    return loaded == nullptr ? nullptr : dlsym(loaded, name_);
  }

  const char* const name_;
  const Libraries libraries_;
  std::atomic<Signature*> known_{nullptr};
};

}  // namespace lockweave::frontends
