# The target `recourse_format` fails when clang-format would write a file of ours differently. Part
# of `cmake --workflow --preset lint`; mend with: clang-format -i FILE
find_program(RECOURSE_CLANG_FORMAT clang-format)
file(GLOB_RECURSE recourse_formatted CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/engine/*.h ${PROJECT_SOURCE_DIR}/engine/*.cpp
  ${PROJECT_SOURCE_DIR}/projections/*.h ${PROJECT_SOURCE_DIR}/projections/*.cpp
  ${PROJECT_SOURCE_DIR}/api/http/*.h ${PROJECT_SOURCE_DIR}/api/http/*.cpp
  ${PROJECT_SOURCE_DIR}/api/integrations/*.h ${PROJECT_SOURCE_DIR}/api/integrations/*.cpp
  ${PROJECT_SOURCE_DIR}/api/routes/*.h ${PROJECT_SOURCE_DIR}/api/routes/*.cpp
  ${PROJECT_SOURCE_DIR}/tools/*.h ${PROJECT_SOURCE_DIR}/tools/*.cpp
  ${PROJECT_SOURCE_DIR}/tests/*.h ${PROJECT_SOURCE_DIR}/tests/*.cpp)
if(RECOURSE_CLANG_FORMAT)
  add_custom_target(recourse_format
    COMMAND ${RECOURSE_CLANG_FORMAT} --dry-run --Werror ${recourse_formatted} VERBATIM)
endif()
