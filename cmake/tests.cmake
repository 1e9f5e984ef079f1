# telltale_add_test(FOLDER/NAME RANKS n ... MODULES module ...)
#
# Builds FOLDER/test_NAME.c once and registers NAME.npN for each number of ranks, labelled with the
# folder and npN: `ctest -L unit` is the quick set, `ctest -L np4` the widest.
#
# Leaks inside Open MPI hide behind suppressions only with full unwinding, which is slow, so
# LeakSanitizer looks at one rank; for the others the harness counts our own allocations.
set(test_environment
  OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
  LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/lsan.supp:print_suppressions=0)

function(telltale_add_test path)
  cmake_parse_arguments(arg "" "" "RANKS;MODULES" ${ARGN})
  get_filename_component(label ${path} DIRECTORY)
  get_filename_component(name ${path} NAME)
  add_executable(test_${name} ${label}/test_${name}.c)
  list(TRANSFORM arg_MODULES PREPEND telltale::)
  target_link_libraries(test_${name} PRIVATE ${arg_MODULES} telltale_check telltale_flags)
  foreach(ranks IN LISTS arg_RANKS)
    set(launch "")
    set(leaks ASAN_OPTIONS=fast_unwind_on_malloc=0)
    if(ranks GREATER 1)
      set(launch ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${MPIEXEC_PREFLAGS})
      set(leaks ASAN_OPTIONS=detect_leaks=0)
    endif()
    add_test(NAME ${name}.np${ranks} COMMAND ${launch} $<TARGET_FILE:test_${name}>)
    set_tests_properties(${name}.np${ranks} PROPERTIES
      LABELS "${label};np${ranks}" PROCESSORS ${ranks} TIMEOUT 60
      ENVIRONMENT "${test_environment};${leaks}")
  endforeach()
endfunction()

# telltale_add_style_check(NAME COMMAND ...): a check of the sources themselves, labelled `style`.
function(telltale_add_style_check name)
  add_test(NAME style.${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(style.${name} PROPERTIES LABELS style)
endfunction()
