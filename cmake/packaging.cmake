# install, find_package(telltale) and pkg-config
include(CMakePackageConfigHelpers)
install(TARGETS telltale_program telltale EXPORT telltaleTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/telltale DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY configs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/telltale/configs)
install(DIRECTORY jobscripts/ DESTINATION ${CMAKE_INSTALL_DATADIR}/telltale/jobscripts USE_SOURCE_PERMISSIONS)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
configure_package_config_file(cmake/telltaleConfig.cmake.in ${PROJECT_BINARY_DIR}/telltaleConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/telltale)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/telltaleConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT telltaleTargets NAMESPACE telltale:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/telltale)
set(telltale_private_libraries ${MPI_C_LIBRARIES})
if(NOT HDF5_MPI_FOUND)
  list(APPEND telltale_private_libraries ${HDF5_C_LIBRARIES})
endif()
list(JOIN telltale_private_libraries " " telltale_private_libraries)
# Relative, so that `cmake --install --prefix` may move the whole.
file(RELATIVE_PATH telltale_pc_to_prefix /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
configure_file(cmake/telltale.pc.in ${PROJECT_BINARY_DIR}/telltale.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/telltaleConfig.cmake ${PROJECT_BINARY_DIR}/telltaleConfigVersion.cmake
              cmake/hdf5.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/telltale)
install(FILES ${PROJECT_BINARY_DIR}/telltale.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
