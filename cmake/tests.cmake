# Leaks inside Open MPI hide behind suppressions only with full unwinding, which is slow, so
# LeakSanitizer looks at one rank; for the others the harness counts our own allocations.
# Open MPI tries every fabric and starts a daemon beside a lone process, half a second each time: all tests
# run on one node, where its plain way (ob1) is enough.
set(test_environment
  OMPI_MCA_ess_singleton_isolated=1 OMPI_MCA_pml=ob1
  OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
  OMPI_MCA_hwloc_base_binding_policy=none
  TELLTALE_TEST_DATA=${PROJECT_SOURCE_DIR}/../shared/data
  LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/lsan.supp:print_suppressions=0)

# Limits on time are there against hanging alone. Sanitizers make a program several times slower.
if(TELLTALE_SANITIZE)
  set(patience 6)
else()
  set(patience 1)
endif()
math(EXPR program_limit "300 * ${patience}")
math(EXPR script_limit "900 * ${patience}")

# Every test has a temporary folder of its own.
set(alone bash ${PROJECT_SOURCE_DIR}/tests/support/alone.sh)

# telltale_add_tests(KIND RANKS n ...)
#
# Builds every tests/KIND/test_NAME.c and registers NAME.npN for each number of ranks, labelled with the
# kind and npN.
function(telltale_add_tests kind)
  cmake_parse_arguments(arg "" "" "RANKS" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${kind}/test_*.c)
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    add_executable(${name} ${file})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src/analysis)
    target_link_libraries(${name} PRIVATE telltale_check telltale_flags)
    string(REGEX REPLACE "^test_" "" short ${name})
    foreach(ranks IN LISTS arg_RANKS)
      set(launch "")
      set(leaks ASAN_OPTIONS=fast_unwind_on_malloc=0)
      if(ranks GREATER 1)
        set(launch ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${MPIEXEC_PREFLAGS})
        set(leaks ASAN_OPTIONS=detect_leaks=0)
      endif()
      add_test(NAME ${short}.np${ranks} COMMAND ${alone} ${launch} $<TARGET_FILE:${name}>)
      set_tests_properties(${short}.np${ranks} PROPERTIES
        LABELS "${kind};np${ranks}" PROCESSORS ${ranks} TIMEOUT ${program_limit} SKIP_RETURN_CODE 77
        ENVIRONMENT "${test_environment};${leaks}")
    endforeach()
  endforeach()
endfunction()

# telltale_add_scripts(KIND): every tests/KIND/test_NAME.sh, run with the program's path in TELLTALE. Their names
# go into KIND_tests.
function(telltale_add_scripts kind)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${kind}/test_*.sh)
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    string(REGEX REPLACE "^test_" "" short ${name})
    add_test(NAME ${kind}.${short} COMMAND ${alone} bash ${file})
    list(APPEND names ${kind}.${short})
    set_tests_properties(${kind}.${short} PROPERTIES
      LABELS ${kind} PROCESSORS 2 TIMEOUT ${script_limit} SKIP_RETURN_CODE 77
      ENVIRONMENT "${test_environment};TELLTALE=$<TARGET_FILE:telltale_program>;ASAN_OPTIONS=detect_leaks=0")
  endforeach()
  set(${kind}_tests ${names} PARENT_SCOPE)
endfunction()

# telltale_add_style_check(NAME COMMAND ...): a check of the sources themselves, labelled `style`.
function(telltale_add_style_check name)
  find_program(${ARGV1}_program ${ARGV1})
  if(NOT ${ARGV1}_program)
    message(STATUS "style check ${name} is left out: ${ARGV1} is not installed")
    return()
  endif()
  add_test(NAME style.${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(style.${name} PROPERTIES LABELS style)
endfunction()
