# onnxifi_library(NAME SRCS... [DEPS...] [PRIVATE_DEPS...])
# onnxifi_test(NAME SRCS... [DEPS...] [LABELS...] [TIMEOUT seconds])
# Every target of ours gets the same warnings, hidden visibility and
# sanitizers; dependencies are explicit.

find_program(ONNXIFI_CCACHE ccache)
if(ONNXIFI_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_CURRENT_LIST_DIR}/launch_compiler.sh" "${ONNXIFI_CCACHE}"
    "${CMAKE_SOURCE_DIR}")
  set(CMAKE_C_COMPILER_LAUNCHER "${ONNXIFI_CCACHE}")
endif()

add_library(onnxifi_options INTERFACE)
target_compile_options(onnxifi_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror
  $<$<COMPILE_LANGUAGE:CXX>:-fvisibility=hidden>
  $<$<COMPILE_LANGUAGE:C>:-fvisibility=hidden>
  $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>)
if(ONNXIFI_SANITIZE)
  target_compile_options(onnxifi_options INTERFACE
    -fsanitize=${ONNXIFI_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all -g1)
  target_link_options(onnxifi_options INTERFACE
    -fsanitize=${ONNXIFI_SANITIZE})
endif()

# onnxifi_precompile(NAME HEADERS...): parses these once for the target. Pays
# from about ten files on. Name headers of ours <like/this.h>, not by absolute
# path, so that checkouts share a cache. GCC has to keep directives for
# ccache's sake. A result that the compiler does not accept costs time only.
function(onnxifi_precompile NAME)
  if(NOT TARGET ${NAME})
    return()
  endif()
  target_precompile_headers(${NAME} PRIVATE ${ARGN})
  target_compile_options(${NAME} PRIVATE
    "$<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess;-Wno-error=invalid-pch>")
endfunction()

# onnxifi_light(NAME): code whose speed nobody notices, built for short
# compile times.
function(onnxifi_light NAME)
  target_compile_options(${NAME} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

function(onnxifi_library NAME)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${NAME} STATIC ${ARG_SRCS})
  target_include_directories(${NAME} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${NAME} PUBLIC ${ARG_DEPS}
                        PRIVATE onnxifi_options ${ARG_PRIVATE_DEPS})
endfunction()

function(onnxifi_test NAME)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SRCS;DEPS;LABELS" ${ARGN})
  if(NOT ONNXIFI_BUILD_TESTS)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  # A sanitizer makes a test up to ten times slower, thread sanitizer most.
  if(ONNXIFI_SANITIZE)
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 5")
  endif()
  add_executable(${NAME} ${ARG_SRCS})
  target_include_directories(${NAME} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${NAME} PRIVATE onnxifi_options ${ARG_DEPS}
                        GTest::gtest GTest::gtest_main)
  onnxifi_light(${NAME})
  add_test(NAME ${NAME} COMMAND ${NAME})
  set_tests_properties(${NAME} PROPERTIES TIMEOUT ${ARG_TIMEOUT}
                       LABELS "${ARG_LABELS}")
endfunction()

function(onnxifi_benchmark NAME)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  if(NOT ONNXIFI_BUILD_BENCH)
    return()
  endif()
  find_package(benchmark REQUIRED)
  add_executable(${NAME} ${ARG_SRCS})
  target_include_directories(${NAME} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${NAME} PRIVATE onnxifi_options ${ARG_DEPS}
                        benchmark::benchmark_main)
endfunction()
