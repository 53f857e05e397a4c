option(RECOURSE_TESTS "Build the tests" ON)
option(RECOURSE_FAILPOINTS "Compile the failpoints that crash tests use" OFF)
set(RECOURSE_UNITY 0 CACHE STRING "Sources of a module compiled together in one unit; 0: each alone")
set(RECOURSE_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(recourse_options INTERFACE)
target_compile_options(recourse_options INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)
target_include_directories(recourse_options INTERFACE ${PROJECT_SOURCE_DIR})
if(RECOURSE_SANITIZE)
  target_compile_options(recourse_options INTERFACE -fsanitize=${RECOURSE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(recourse_options INTERFACE -fsanitize=${RECOURSE_SANITIZE})
endif()
if(RECOURSE_FAILPOINTS)
  target_compile_definitions(recourse_options INTERFACE RECOURSE_FAILPOINTS)
endif()
# The headers cost more than our own lines, so a release build reads them once for several sources.
# A class of the .cpp whose members have types of its unnamed namespace is then no longer in what the
# compiler takes for the main file; it would warn of one definition too many. Tests, whose unnamed
# namespaces have more names in common, in smaller units.
function(recourse_compile_together target)
  if(RECOURSE_UNITY)
    set(batch ${RECOURSE_UNITY})
    if(ARGC GREATER 1 AND batch GREATER ARGV1)
      set(batch ${ARGV1})
    endif()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${batch})
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()
