# The SDK: what an outside project needs to build a plugin from the sources
# that are installed as a template. find_package(onnxifi COMPONENTS sdk) then
# gives onnxifi::sdk and onnxifi_add_plugin. docs/write-a-backend.md uses it.
set(ONNXIFI_INSTALL_SDK_DIR "${CMAKE_INSTALL_LIBDIR}/onnxifi/sdk")
set(ONNXIFI_INSTALL_SDK_INCLUDE "${CMAKE_INSTALL_INCLUDEDIR}/onnxifi-sdk")
set(ONNXIFI_INSTALL_TEMPLATE "${CMAKE_INSTALL_DATADIR}/onnxifi/template")

# Archives in the order in which they are linked: each needs only later ones.
set(_sdk_archives onnxifi_backend_glue onnxifi_backend_common onnxifi_graph
    onnxifi_base ONNX::onnx ONNX::onnx_proto protobuf::libprotobuf)
set(ONNXIFI_SDK_ARCHIVES "")
foreach(archive IN LISTS _sdk_archives)
  install(FILES "$<TARGET_FILE:${archive}>"
          DESTINATION "${ONNXIFI_INSTALL_SDK_DIR}")
  string(REGEX REPLACE "^.*::(lib)?" "" name "${archive}")
  list(APPEND ONNXIFI_SDK_ARCHIVES "lib${name}.a")
endforeach()

# Headers without those that need protobuf or ONNX, which stay inside.
foreach(part base graph backends/common)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS
       RELATIVE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/${part}/*.h")
  foreach(header IN LISTS headers)
    file(STRINGS "${PROJECT_SOURCE_DIR}/${header}" inside
         REGEX "#include <(google|onnx)/" LIMIT_COUNT 1)
    if(header MATCHES "/testing/" OR inside)
      continue()
    endif()
    get_filename_component(folder "${header}" DIRECTORY)
    install(FILES "${PROJECT_SOURCE_DIR}/${header}"
            DESTINATION "${ONNXIFI_INSTALL_SDK_INCLUDE}/${folder}")
  endforeach()
endforeach()
install(FILES "${PROJECT_SOURCE_DIR}/backends/common/plugin_exports.map"
        DESTINATION "${ONNXIFI_INSTALL_SDK_INCLUDE}/backends/common")

# The template: backends/null as a project of its own.
install(FILES "${PROJECT_SOURCE_DIR}/backends/null/null_backend.h"
              "${PROJECT_SOURCE_DIR}/backends/null/null_backend.cc"
              "${PROJECT_SOURCE_DIR}/backends/null/plugin.cc"
              "${PROJECT_SOURCE_DIR}/backends/null/outside/CMakeLists.txt"
        DESTINATION "${ONNXIFI_INSTALL_TEMPLATE}")

configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/onnxifiSdk.cmake.in"
  "${PROJECT_BINARY_DIR}/onnxifiSdk.cmake"
  INSTALL_DESTINATION "${ONNXIFI_INSTALL_CMAKE_DIR}"
  PATH_VARS ONNXIFI_INSTALL_SDK_DIR ONNXIFI_INSTALL_SDK_INCLUDE)
install(FILES "${PROJECT_BINARY_DIR}/onnxifiSdk.cmake"
              "${CMAKE_CURRENT_LIST_DIR}/OnnxifiBackend.cmake"
        DESTINATION "${ONNXIFI_INSTALL_CMAKE_DIR}")
