# recourse_module(engine/ledger LAYER 3 USES engine/event engine/privacy LINKS RocksDB::rocksdb-shared)
#
# One static library for one folder: recourse_engine_ledger, since a target's name cannot hold the
# folder's slash. A module may include what it names in USES, everything those use, and nothing
# else; a name in USES must lie in a lower layer.
set_property(GLOBAL PROPERTY RECOURSE_MODULES "")

function(recourse_target_of module out)
  string(REPLACE "/" "_" name ${module})
  set(${out} recourse_${name} PARENT_SCOPE)
endfunction()

function(recourse_module module)
  cmake_parse_arguments(ARG "" "LAYER" "USES;LINKS" ${ARGN})
  recourse_target_of(${module} target)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${module}/*.cpp)
  if(sources)
    add_library(${target} STATIC ${sources})
    recourse_compile_together(${target})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(${target} ${scope} recourse_options Threads::Threads ${ARG_LINKS})
  foreach(used ${ARG_USES})
    get_property(used_layer GLOBAL PROPERTY RECOURSE_LAYER_${used})
    if("${used_layer}" STREQUAL "")
      message(FATAL_ERROR "${module} uses ${used}, which is not a module declared before it")
    endif()
    if(NOT used_layer LESS ARG_LAYER)
      message(FATAL_ERROR "${module} (layer ${ARG_LAYER}) may not use ${used} (layer ${used_layer})")
    endif()
    recourse_target_of(${used} used_target)
    target_link_libraries(${target} ${scope} ${used_target})
  endforeach()
  set_property(GLOBAL PROPERTY RECOURSE_LAYER_${module} ${ARG_LAYER})
  string(REPLACE ";" " " uses "${ARG_USES}")
  set_property(GLOBAL APPEND PROPERTY RECOURSE_MODULES "${module} ${ARG_LAYER} ${uses}")
endfunction()

# Writes the table "module layer uses..." that tests/repository/include_test.py compares with every
# #include. Call it after the last recourse_module.
function(recourse_write_modules file)
  get_property(modules GLOBAL PROPERTY RECOURSE_MODULES)
  list(JOIN modules "\n" lines)
  file(WRITE ${file} "${lines}\n")
endfunction()
