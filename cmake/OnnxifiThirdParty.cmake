# ONNX's C++ library and protobuf: static, position independent and hidden,
# from the prefix that scripts/setup.sh fills. Two plugins that shared the
# distribution's libprotobuf.so would abort the host (docs/decisions/0001).
set(_onnxifi_hint
    "run scripts/setup.sh, or set ONNXIFI_THIRD_PARTY to its prefix")
set(ONNXIFI_PROTOBUF_VERSION 3.21.12)
set(ONNXIFI_ONNX_VERSION 1.23.2)
set(ONNXIFI_RE2_VERSION 20220601+dfsg)
if(NOT ONNXIFI_THIRD_PARTY)
  if(DEFINED ENV{ONNXIFI_CACHE})
    set(ONNXIFI_THIRD_PARTY "$ENV{ONNXIFI_CACHE}/third_party")
  elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(ONNXIFI_THIRD_PARTY "$ENV{XDG_CACHE_HOME}/onnxifi/third_party")
  else()
    set(ONNXIFI_THIRD_PARTY "$ENV{HOME}/.cache/onnxifi/third_party")
  endif()
endif()
list(PREPEND CMAKE_PREFIX_PATH
  "${ONNXIFI_THIRD_PARTY}/protobuf-${ONNXIFI_PROTOBUF_VERSION}"
  "${ONNXIFI_THIRD_PARTY}/onnx-${ONNXIFI_ONNX_VERSION}"
  "${ONNXIFI_THIRD_PARTY}/re2-${ONNXIFI_RE2_VERSION}")

find_package(Protobuf ${ONNXIFI_PROTOBUF_VERSION} CONFIG QUIET)
find_package(ONNX ${ONNXIFI_ONNX_VERSION} CONFIG QUIET)
if(NOT ONNX_FOUND OR NOT Protobuf_FOUND)
  message(FATAL_ERROR
    "ONNX ${ONNXIFI_ONNX_VERSION} or protobuf ${ONNXIFI_PROTOBUF_VERSION} "
    "not found under '${ONNXIFI_THIRD_PARTY}': ${_onnxifi_hint}")
endif()

# Their headers are not ours to warn about.
foreach(target ONNX::onnx ONNX::onnx_proto protobuf::libprotobuf)
  if(TARGET ${target})
    get_target_property(_inc ${target} INTERFACE_INCLUDE_DIRECTORIES)
    if(_inc)
      set_target_properties(${target} PROPERTIES
        INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${_inc}")
    endif()
  endif()
endforeach()
