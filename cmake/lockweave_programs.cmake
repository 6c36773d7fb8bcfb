# Small programs that stand for a user's: compiled in several flavours by the compilers named here,
# whatever compiler CMake uses, and linked with nothing of ours.
#
#   lockweave_programs_begin()
#   lockweave_by_turns(sources 0 3 a.cc b.cc c.cc)   # a third of them, unless all are wanted
#   lockweave_add_flavour(std-gcc g++ FLAGS -O2 SOURCES a.cc 01_topic/b.cc [WITH_FLAGS]
#                         [PRECOMPILED mutex thread])
#   lockweave_programs_end(TARGET)   # builds them all; writes manifest.txt
#
# PRECOMPILED names headers that are parsed once a flavour; the sources still include what they use. Not
# with ccache, which does better alone.
# A program lies where its source does, below a folder of its flavour. manifest.txt lists what is
# built, a line each: flavour, source, program, separated by tabs; WITH_FLAGS: and FLAGS, by blanks.

find_program(LOCKWEAVE_PROGRAMS_GCC NAMES gcc)
find_program(LOCKWEAVE_PROGRAMS_GXX NAMES g++)
find_program(LOCKWEAVE_PROGRAMS_CLANG NAMES clang-19)
find_program(LOCKWEAVE_PROGRAMS_CLANGXX NAMES clang++-19)
find_program(LOCKWEAVE_PROGRAMS_CCACHE NAMES ccache)

macro(lockweave_programs_begin)
  set(lockweave_manifest "")
  set(lockweave_programs "")
endmacro()

# Gives in `result` what flavour number `turn` of `flavours` builds of the other arguments: all with
# LOCKWEAVE_ALL_FLAVOURS, else each is built by one of the flavours: its name alone says by which, so that
# a new file changes nothing for the others.
function(lockweave_by_turns result turn flavours)
  set(mine "")
  foreach(source IN LISTS ARGN)
    cmake_path(GET source STEM name)
    string(MD5 digest "${name}")
    string(SUBSTRING "${digest}" 0 4 digits)
    math(EXPR chosen "0x${digits} % ${flavours}")
    if(LOCKWEAVE_ALL_FLAVOURS OR chosen EQUAL turn)
      list(APPEND mine "${source}")
    endif()
  endforeach()
  set(${result} "${mine}" PARENT_SCOPE)
endfunction()

# Precompiles HEADERS for `flavour`. Gives `prefix`, the flags that use the result, and `precompiled`,
# the file they need; both empty if there is nothing to do.
function(lockweave_precompile flavour compiler flags headers)
  set(prefix "" PARENT_SCOPE)
  set(precompiled "" PARENT_SCOPE)
  if(NOT headers OR LOCKWEAVE_PROGRAMS_CCACHE)
    return()
  endif()
  set(header "${CMAKE_CURRENT_BINARY_DIR}/${flavour}/precompiled.h")
  list(TRANSFORM headers REPLACE "(.+)" "#include <\\1>\n" OUTPUT_VARIABLE lines)
  list(JOIN lines "" text)
  file(CONFIGURE OUTPUT "${header}" CONTENT "${text}" @ONLY)
  set(result "${header}.gch")
  set(use -include "${header}" -Winvalid-pch)
  if(compiler MATCHES "clang[^/]*$")
    set(result "${header}.pch")
    set(use -include-pch "${result}")
  endif()
  add_custom_command(
    OUTPUT "${result}"
    COMMAND "${compiler}" ${flags} -MD -MF "${result}.d" -MT "${result}"
            -x c++-header "${header}" -o "${result}"
    DEPENDS "${header}"
    DEPFILE "${result}.d"
    COMMENT "Precompiling headers of ${flavour}"
    VERBATIM)
  set(prefix "${use}" PARENT_SCOPE)
  set(precompiled "${result}" PARENT_SCOPE)
endfunction()

# Adds every one of SOURCES, absolute paths below the current folder, in one flavour.
function(lockweave_add_flavour flavour compiler)
  cmake_parse_arguments(PARSE_ARGV 2 arg "WITH_FLAGS" "" "FLAGS;SOURCES;PRECOMPILED")
  if(NOT compiler)
    message(STATUS "lockweave: no compiler for the ${flavour} programs; they are left out")
    return()
  endif()
  set(launcher "")
  if(LOCKWEAVE_PROGRAMS_CCACHE)
    set(launcher "${LOCKWEAVE_PROGRAMS_CCACHE}")
  endif()
  set(flags -g -Wall -Wextra -pthread)
  if(LOCKWEAVE_WERROR)
    list(APPEND flags -Werror)
  endif()
  set(told_flags "")
  if(arg_WITH_FLAGS)
    list(JOIN arg_FLAGS " " told_flags)
    string(PREPEND told_flags "\t")
  endif()
  lockweave_precompile("${flavour}" "${compiler}" "${flags};${arg_FLAGS}" "${arg_PRECOMPILED}")
  foreach(source IN LISTS arg_SOURCES)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
               OUTPUT_VARIABLE place)
    cmake_path(REMOVE_EXTENSION place LAST_ONLY)
    set(program "${CMAKE_CURRENT_BINARY_DIR}/${flavour}/${place}")
    set(object "${program}.o")
    cmake_path(GET program PARENT_PATH folder)
    file(MAKE_DIRECTORY "${folder}")
    add_custom_command(
      OUTPUT "${object}"
      COMMAND ${launcher} "${compiler}" ${flags} ${arg_FLAGS} ${prefix} -MD -MF "${object}.d"
              -c "${source}" -o "${object}"
      DEPENDS "${source}" ${precompiled}
      DEPFILE "${object}.d"
      COMMENT "Compiling ${flavour}/${place}"
      VERBATIM)
    add_custom_command(
      OUTPUT "${program}"
      COMMAND "${compiler}" -pthread "${object}" -o "${program}"
      DEPENDS "${object}"
      COMMENT "Linking ${flavour}/${place}"
      VERBATIM)
    string(APPEND lockweave_manifest "${flavour}\t${source}\t${program}${told_flags}\n")
    list(APPEND lockweave_programs "${program}")
  endforeach()
  set(lockweave_manifest "${lockweave_manifest}" PARENT_SCOPE)
  set(lockweave_programs "${lockweave_programs}" PARENT_SCOPE)
endfunction()

macro(lockweave_programs_end target)
  file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/manifest.txt" CONTENT "${lockweave_manifest}")
  add_custom_target(${target} ALL DEPENDS ${lockweave_programs})
endmacro()
