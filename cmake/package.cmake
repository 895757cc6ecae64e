# What `cmake --install` installs: the library, the public headers, and what find_package(tidemark)
# needs. The headers and the folder of the package are named so that the prefix may be moved.
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/tidemark)

install(TARGETS tidemark EXPORT tidemark)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/tidemark DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT tidemark
        FILE tidemark-targets.cmake NAMESPACE tidemark:: DESTINATION ${package_folder})

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/tidemark-config.cmake.in ${PROJECT_BINARY_DIR}/tidemark-config.cmake
  INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO)
# Before version 1 the interface may change with each minor version.
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/tidemark-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tidemark-config.cmake
              ${PROJECT_BINARY_DIR}/tidemark-config-version.cmake
        DESTINATION ${package_folder})
