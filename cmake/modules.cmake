# telltale_add_module(NAME SOURCES a.c ... [DEPENDS module ...] [LINKS target ...])
#
# One static library per src/ folder.  DEPENDS is the architecture: a source may include
# <telltale/X.h> only if X is NAME or stands in DEPENDS, and configuring fails where it does not hold.
# LINKS are libraries that only this module sees: no other module can include <mpi.h>.
function(telltale_add_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;LINKS" ${ARGN})
  list(TRANSFORM arg_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/src/${name}/)
  add_library(telltale_${name} STATIC ${arg_SOURCES})
  add_library(telltale::${name} ALIAS telltale_${name})
  target_include_directories(telltale_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                         PRIVATE ${PROJECT_SOURCE_DIR}/src/${name})
  list(TRANSFORM arg_DEPENDS PREPEND telltale:: OUTPUT_VARIABLE libs)
  target_link_libraries(telltale_${name} PUBLIC ${libs} PRIVATE ${arg_LINKS} telltale_flags)

  file(GLOB private_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.h)
  foreach(file IN LISTS arg_SOURCES private_headers ITEMS ${PROJECT_SOURCE_DIR}/include/telltale/${name}.h)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(STRINGS ${file} includes REGEX "^#include [<\"]fac/[a-z_]+\\.h")
    foreach(line IN LISTS includes)
      string(REGEX REPLACE ".*fac/([a-z_]+)\\.h.*" "\\1" module "${line}")
      string(REGEX REPLACE "_mpi$" "" module ${module})
      if(NOT module STREQUAL name AND NOT module IN_LIST arg_DEPENDS)
        message(FATAL_ERROR "${file} includes fac/${module}.h, but module ${name} does not depend on ${module}")
      endif()
    endforeach()
  endforeach()
endfunction()
