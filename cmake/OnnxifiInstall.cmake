# What `cmake --install` gives: headers, libonnxifi.so.1, the 1.0 helper
# archive, plugins with their manifests, the probe, the CLI, and package files
# for CMake (onnxifi::loader, onnxifi::headers) and pkg-config.
include(CMakePackageConfigHelpers)

set(ONNXIFI_INSTALL_PLUGIN_DIR "${CMAKE_INSTALL_LIBDIR}/onnxifi/plugins")
set(ONNXIFI_INSTALL_HELPER_DIR "${CMAKE_INSTALL_LIBDIR}/onnxifi/helpers")
set(ONNXIFI_INSTALL_MANIFEST_DIR "${CMAKE_INSTALL_DATADIR}/onnxifi/plugins.d")
set(ONNXIFI_INSTALL_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/onnxifi")

# Headers: `onnx/` holds forwarders for source written for 1.0.
install(DIRECTORY "${PROJECT_SOURCE_DIR}/abi/include/"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.h")

install(TARGETS onnxifi_headers onnxifi_loader onnxifi_static_loader
        EXPORT onnxifi
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT onnxifi NAMESPACE onnxifi:: FILE onnxifiTargets.cmake
        DESTINATION "${ONNXIFI_INSTALL_CMAKE_DIR}")

# A manifest names its plugin relative to itself, so that the whole tree can
# be moved.
get_property(plugins GLOBAL PROPERTY ONNXIFI_PLUGINS)
file(RELATIVE_PATH plugins_from_manifests
     "/${ONNXIFI_INSTALL_MANIFEST_DIR}" "/${ONNXIFI_INSTALL_PLUGIN_DIR}")
foreach(plugin IN LISTS plugins)
  get_target_property(directory ${plugin} LIBRARY_OUTPUT_DIRECTORY)
  if(NOT directory STREQUAL ONNXIFI_PLUGIN_OUTPUT_DIR)
    continue()  # a test's plugin, built elsewhere
  endif()
  string(REGEX REPLACE "^onnxifi-" "" name "${plugin}")
  install(TARGETS ${plugin}
          LIBRARY DESTINATION "${ONNXIFI_INSTALL_PLUGIN_DIR}")
  set(manifest "${PROJECT_BINARY_DIR}/plugins.d/${name}.json")
  file(CONFIGURE OUTPUT "${manifest}" @ONLY CONTENT [[{
  "onnxifi_manifest": 1,
  "name": "@name@",
  "library": "@plugins_from_manifests@/lib@plugin@.so"
}
]])
  install(FILES "${manifest}" DESTINATION "${ONNXIFI_INSTALL_MANIFEST_DIR}")
endforeach()

# What a plugin loads when a model needs it; found from the plugin's folder.
get_property(helpers GLOBAL PROPERTY ONNXIFI_HELPERS)
foreach(helper IN LISTS helpers)
  install(TARGETS ${helper}
          LIBRARY DESTINATION "${ONNXIFI_INSTALL_HELPER_DIR}"
          RUNTIME DESTINATION "${ONNXIFI_INSTALL_HELPER_DIR}")
endforeach()

# The CLI finds the loader beside itself, wherever the tree lies.
file(RELATIVE_PATH lib_from_bin "/${CMAKE_INSTALL_BINDIR}"
     "/${CMAKE_INSTALL_LIBDIR}")
foreach(program onnxifi_cli onnxifi_probe)
  if(TARGET ${program})
    set_target_properties(${program} PROPERTIES
      INSTALL_RPATH "$ORIGIN/${lib_from_bin}")
  endif()
endforeach()
if(TARGET onnxifi_cli)
  install(TARGETS onnxifi_cli DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
if(TARGET onnxifi_probe)
  install(TARGETS onnxifi_probe
          DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/onnxifi")
endif()

# `onnxifi certify` finds it from its own folder.
get_property(case_archive GLOBAL PROPERTY ONNXIFI_CASE_ARCHIVE)
if(case_archive)
  install(FILES "${case_archive}"
          DESTINATION "${CMAKE_INSTALL_DATADIR}/onnxifi/conformance")
endif()

configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/onnxifiConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/onnxifiConfig.cmake"
  INSTALL_DESTINATION "${ONNXIFI_INSTALL_CMAKE_DIR}"
  PATH_VARS ONNXIFI_INSTALL_PLUGIN_DIR)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/onnxifiConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/onnxifiConfig.cmake"
              "${PROJECT_BINARY_DIR}/onnxifiConfigVersion.cmake"
        DESTINATION "${ONNXIFI_INSTALL_CMAKE_DIR}")

file(RELATIVE_PATH prefix_from_pc "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/onnxifi.pc.in"
               "${PROJECT_BINARY_DIR}/onnxifi.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/onnxifi.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}")
