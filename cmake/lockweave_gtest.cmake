# The target lockweave::gtest, in our own build and in that of a user (find_package includes this
# file): a static library, compiled with the user's compiler against the user's GoogleTest, because
# the classes it derives from change between versions of GoogleTest.
function(lockweave_add_gtest source)
  if(TARGET lockweave::gtest)
    return()
  endif()
  if(NOT TARGET GTest::gtest)
    find_package(GTest QUIET)
  endif()
  if(NOT TARGET GTest::gtest OR NOT CMAKE_CXX_COMPILER_LOADED)
    return()
  endif()
  add_library(lockweave_gtest STATIC EXCLUDE_FROM_ALL "${source}")
  add_library(lockweave::gtest ALIAS lockweave_gtest)
  target_link_libraries(lockweave_gtest PUBLIC lockweave::runtime GTest::gtest)
  # Nobody calls it: the linker must be told to take it.
  target_link_options(lockweave_gtest INTERFACE "LINKER:--undefined=lockweave_gtest_listener")
endfunction()
