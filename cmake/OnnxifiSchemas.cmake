# onnxifi_schema_makers(OUT_VAR)
# Writes a source file with a maker for every operator schema of ONNX, taken
# from the lists in its headers, so that one can be made without all others.
function(onnxifi_schema_makers OUT_VAR)
  get_target_property(dirs ONNX::onnx INTERFACE_INCLUDE_DIRECTORIES)
  find_path(defs operator_sets.h PATHS ${dirs} PATH_SUFFIXES onnx/defs
            NO_DEFAULT_PATH NO_CACHE REQUIRED)
  set(includes "")
  set(rows "")
  set(made 0)
  foreach(set IN ITEMS "" _ml _preview _training)
    set(header "operator_sets${set}.h")
    if(NOT EXISTS "${defs}/${header}")
      continue()
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
                 "${defs}/${header}")
    string(APPEND includes "#include <onnx/defs/${header}>\n")
    # fn(GetOpSchema<MACRO([Onnx, ]VERSION, NAME)>());
    file(STRINGS "${defs}/${header}" lines REGEX "GetOpSchema<.*\\(.*>\\(\\)")
    foreach(line IN LISTS lines)
      if(NOT line MATCHES
         "GetOpSchema<(class )?([A-Z_]+)\\(([A-Za-z]+, )?([0-9]+), ([A-Za-z0-9]+)\\)>")
        message(FATAL_ERROR "${header}: this is no schema's line: ${line}")
      endif()
      string(APPEND rows "    {\"${CMAKE_MATCH_5}\", ${CMAKE_MATCH_4},\n"
        "     &onnx::GetOpSchema<onnx::${CMAKE_MATCH_2}(\n"
        "         ${CMAKE_MATCH_3}${CMAKE_MATCH_4}, ${CMAKE_MATCH_5})>},\n")
      math(EXPR made "${made} + 1")
    endforeach()
  endforeach()
  if(made LESS 600)
    message(FATAL_ERROR "only ${made} operator schemas found in ${defs}")
  endif()
  set(text "// Generated from ONNX's headers; do not edit.\n\
#include \"graph/schema_makers.h\"\n\n${includes}\n\
namespace onnxifi::graph {\nnamespace {\n\n\
constexpr SchemaMaker kMakers[] = {\n${rows}};\n\n}  // namespace\n\n\
std::span<const SchemaMaker> SchemaMakers() { return kMakers; }\n\n\
}  // namespace onnxifi::graph\n")
  set(out "${CMAKE_CURRENT_BINARY_DIR}/schema_makers.cc")
  file(CONFIGURE OUTPUT "${out}" CONTENT "${text}" @ONLY)
  set(${OUT_VAR} "${out}" PARENT_SCOPE)
endfunction()
