# lockweave_unit_tests(TARGET): the tests of a GoogleTest program, each in a process of its own; where
# processes are slow to start, under a sanitizer, all in one.
include(GoogleTest)

function(lockweave_unit_tests target)
  if(LOCKWEAVE_SANITIZE)
    add_test(NAME ${target} COMMAND ${target})
    set_tests_properties(${target} PROPERTIES LABELS unit TIMEOUT 600)
  else()
    gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 PROPERTIES LABELS unit TIMEOUT 300)
  endif()
endfunction()
