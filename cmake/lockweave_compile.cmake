# What every target of ours is compiled with: the interface target `lockweave_compile`.
# It is never installed: what users link carries none of these flags.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

# Some targets precompile the headers that most of their files include. A file still includes what it
# uses: the analyzer, which tools/check runs on the tree, reads every file without them.
set(LOCKWEAVE_SANITIZE "" CACHE STRING "Sanitizers for our own code, e.g. address or undefined")

add_library(lockweave_compile INTERFACE)
target_include_directories(lockweave_compile INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(lockweave_compile INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
  # __FILE__ is relative to the root: the same bytes wherever the tree lies.
  "-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=")
option(LOCKWEAVE_WERROR "Warnings are errors" OFF)
# libstdc++ 12 uses its own deprecated std::get_temporary_buffer inside the stable algorithms, and clang
# blames the user's instantiation.
target_compile_options(lockweave_compile INTERFACE
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
if(LOCKWEAVE_WERROR)
  target_compile_options(lockweave_compile INTERFACE -Werror)
endif()
if(LOCKWEAVE_SANITIZE)
  # Not of liblockweave.so, which must run inside any process: it has LOCKWEAVE_SANITIZE_RUNTIME.
  add_library(lockweave_sanitize INTERFACE)
  target_compile_options(lockweave_sanitize INTERFACE
    -fsanitize=${LOCKWEAVE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # Debian's clang is built without run-time type information: its objects have none to be checked.
    -fno-sanitize=vptr)
  # They need the address space, and forbid some things: what cannot work then asks for this.
  target_compile_definitions(lockweave_sanitize INTERFACE LOCKWEAVE_SANITIZED)
  target_link_options(lockweave_sanitize INTERFACE -fsanitize=${LOCKWEAVE_SANITIZE})
else()
  add_library(lockweave_sanitize INTERFACE)
endif()
