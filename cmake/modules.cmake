# telltale_add_module(NAME SOURCES a.c ... [DEPENDS module ...] [LINKS target ...])
#
# One object library per src/ folder; all of them make libtelltale.  DEPENDS is the architecture: a
# source may include <telltale/X.h> only if X is NAME or stands in DEPENDS, and configuring fails
# where it does not hold.  LINKS are libraries that only this module sees: no other can include <mpi.h>.
function(telltale_add_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;LINKS" ${ARGN})
  list(TRANSFORM arg_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/src/${name}/)
  add_library(telltale_${name} OBJECT ${arg_SOURCES})
  set_target_properties(telltale_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(telltale_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                              PRIVATE ${PROJECT_SOURCE_DIR}/src/${name})
  target_link_libraries(telltale_${name} PRIVATE ${arg_LINKS} telltale_flags)
  set_property(GLOBAL APPEND PROPERTY telltale_modules ${name})
  set_property(GLOBAL APPEND PROPERTY telltale_links ${arg_LINKS})

  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.h)
  file(GLOB public_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/telltale/${name}*.h)
  foreach(file IN LISTS arg_SOURCES headers public_headers)
    set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(STRINGS ${file} includes REGEX "^#include [<\"]telltale/[a-z_]+\\.h")
    foreach(line IN LISTS includes)
      string(REGEX REPLACE ".*telltale/([a-z_]+)\\.h.*" "\\1" module "${line}")
      string(REGEX REPLACE "_(mpi|spread)$" "" module ${module})
      if(NOT module STREQUAL name AND NOT module IN_LIST arg_DEPENDS)
        message(FATAL_ERROR "${file} includes telltale/${module}.h, but module ${name} does not depend on ${module}")
      endif()
    endforeach()
  endforeach()
endfunction()
