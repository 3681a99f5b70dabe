# How plugins are built, in this project and, installed with the SDK, outside.
# ONNXIFI_SDK_INCLUDE_DIR: the folder from which headers are named.
if(NOT ONNXIFI_SDK_INCLUDE_DIR)
  set(ONNXIFI_SDK_INCLUDE_DIR "${CMAKE_SOURCE_DIR}")
endif()

# onnxifi_add_plugin(NAME SRCS... [DEPS...])
# Builds the module onnxifi-NAME, libonnxifi-NAME.so: exports are limited to the
# ABI list by a version script, and archives are linked in hidden. In this
# project it lies in lib/onnxifi/plugins, outside where CMake puts libraries.
function(onnxifi_add_plugin NAME)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_library(onnxifi-${NAME} MODULE ${ARG_SRCS})
  set(_exports "${ONNXIFI_SDK_INCLUDE_DIR}/backends/common/plugin_exports.map")
  target_include_directories(onnxifi-${NAME} PRIVATE
    "${ONNXIFI_SDK_INCLUDE_DIR}")
  target_link_libraries(onnxifi-${NAME} PRIVATE ${ARG_DEPS})
  set_target_properties(onnxifi-${NAME} PROPERTIES
    OUTPUT_NAME "onnxifi-${NAME}" LINK_DEPENDS "${_exports}")
  if(TARGET onnxifi_options)
    target_link_libraries(onnxifi-${NAME} PRIVATE onnxifi_options)
    set_target_properties(onnxifi-${NAME} PROPERTIES
      LIBRARY_OUTPUT_DIRECTORY "${ONNXIFI_PLUGIN_OUTPUT_DIR}")
  else()
    target_link_libraries(onnxifi-${NAME} PRIVATE onnxifi::sdk)
    set_target_properties(onnxifi-${NAME} PROPERTIES
      CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  endif()
  target_link_options(onnxifi-${NAME} PRIVATE
    "-Wl,--version-script=${_exports}"
    -Wl,--exclude-libs,ALL -Wl,-Bsymbolic -Wl,-z,relro -Wl,-z,now
    -Wl,--gc-sections)
  if(NOT ONNXIFI_SANITIZE)
    target_link_options(onnxifi-${NAME} PRIVATE -Wl,-z,defs)
  endif()
  set_property(GLOBAL APPEND PROPERTY ONNXIFI_PLUGINS onnxifi-${NAME})
endfunction()

# onnxifi_op_table(OUT_VAR DIR NAMESPACE)
# Writes a source file with the table of every operator file in DIR: the
# folder is the list. A file that forgets its ONNXIFI_DEFINE_OPS entry fails
# the link. The operators of backends/common/shape_ops, which only tell shapes
# or give a tensor another one, are in every table.
function(onnxifi_op_table OUT_VAR DIR NAMESPACE)
  file(GLOB files CONFIGURE_DEPENDS "${DIR}/*.cc")
  list(FILTER files EXCLUDE REGEX "_test\\.cc$")
  set(shape_externs "")
  set(externs "")
  set(rows "")
  foreach(stem flatten reshape shape size squeeze unsqueeze)
    string(APPEND shape_externs "extern const OpTable kOps_${stem};\n")
    string(APPEND rows "    &shape_ops::kOps_${stem},\n")
  endforeach()
  foreach(file ${files})
    get_filename_component(stem "${file}" NAME_WE)
    string(APPEND externs "extern const OpTable kOps_${stem};\n")
    string(APPEND rows "    &${NAMESPACE}::kOps_${stem},\n")
  endforeach()
  set(text "// Generated from ${DIR}; do not edit.\n\
#include \"backends/common/op_table.h\"\n\n\
namespace onnxifi::shape_ops {\n${shape_externs}}  // namespace onnxifi::shape_ops\n\n\
namespace ${NAMESPACE} {\n${externs}}  // namespace ${NAMESPACE}\n\n\
namespace ${NAMESPACE} {\n\
extern const OpTable* const kAllOps[];\n\
const OpTable* const kAllOps[] = {\n${rows}    nullptr};\n\
}  // namespace ${NAMESPACE}\n")
  string(MAKE_C_IDENTIFIER "${NAMESPACE}" id)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/op_table_${id}.cc")
  file(CONFIGURE OUTPUT "${out}" CONTENT "${text}" @ONLY)
  set(${OUT_VAR} "${out}" ${files} PARENT_SCOPE)
endfunction()
