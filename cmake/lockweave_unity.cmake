# lockweave_unity(TARGET...): eight sources are compiled as one, which takes less than half the time; the
# names of their anonymous namespaces must differ. A line of compile_commands.json is eight sources, then.
option(LOCKWEAVE_UNITY "compile the sources of the tools and tests eight at a time" OFF)

function(lockweave_unity)
  set_target_properties(${ARGN} PROPERTIES
    UNITY_BUILD ${LOCKWEAVE_UNITY} UNITY_BUILD_BATCH_SIZE 8)
endfunction()
