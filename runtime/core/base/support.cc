// runtime/core/base/support.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the compiler expects of a C++ run-time library, so that liblockweave.so needs none: it must
// not bring libstdc++ into C programs.
#include <unwind.h>

#include "runtime/core/base/os.h"

extern "C" {

_Unwind_Reason_Code __gcc_personality_v0(int, _Unwind_Action, _Unwind_Exception_Class,
                                         _Unwind_Exception*, _Unwind_Context*);

// Nothing here throws or catches: every landing pad is a clean-up, and libgcc's personality for C
// runs those during cancellation and during exceptions that pass through.
__attribute__((visibility("hidden"))) _Unwind_Reason_Code __gxx_personality_v0(
    int version, _Unwind_Action actions, _Unwind_Exception_Class exception_class,
    _Unwind_Exception* exception, _Unwind_Context* context) {
  return __gcc_personality_v0(version, actions, exception_class, exception, context);
}

__attribute__((visibility("hidden"))) void __cxa_pure_virtual() { lockweave::os::exit_process(4); }

// clang's way out of a noexcept function: a handler of the program that ends its thread, or a cancellation,
// leaves through it like through any function of C. gcc is told not to look (-fno-enforce-eh-specs).
__attribute__((visibility("hidden"))) void* __cxa_begin_catch(void* exception) {
  _Unwind_Resume(static_cast<_Unwind_Exception*>(exception));
  __builtin_unreachable();
}

}  // extern "C"

// exports.map keeps these inside.
namespace std {
void terminate() noexcept { lockweave::os::exit_process(4); }
void __throw_out_of_range_fmt(const char*, ...) { lockweave::os::exit_process(4); }
}  // namespace std
