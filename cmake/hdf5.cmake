# telltale_hdf5: an HDF5 that was built with MPI. pkg-config knows it by name where the system has several;
# CMake's own search asks a compiler script that fails in a folder whose name holds a space, so it comes second.
if(NOT TARGET telltale_hdf5)
  add_library(telltale_hdf5 INTERFACE IMPORTED GLOBAL)
  pkg_search_module(HDF5_MPI QUIET IMPORTED_TARGET GLOBAL hdf5-openmpi>=1.10.3 hdf5-mpich>=1.10.3)
  if(HDF5_MPI_FOUND)
    target_link_libraries(telltale_hdf5 INTERFACE PkgConfig::HDF5_MPI)
  else()
    set(HDF5_PREFER_PARALLEL ON)
    find_package(HDF5 1.10.3 REQUIRED COMPONENTS C)
    if(NOT HDF5_IS_PARALLEL)
      message(FATAL_ERROR "HDF5 at ${HDF5_C_INCLUDE_DIRS} was built without MPI; install libhdf5-openmpi-dev "
        "(jobscripts/install-packages.sh --check has its name on other systems)")
    endif()
    target_include_directories(telltale_hdf5 INTERFACE ${HDF5_C_INCLUDE_DIRS})
    target_compile_definitions(telltale_hdf5 INTERFACE ${HDF5_C_DEFINITIONS})
    target_link_libraries(telltale_hdf5 INTERFACE ${HDF5_C_LIBRARIES})
  endif()
endif()
