#!/usr/bin/env bash
# Configures and builds one preset into build/PRESET. Needs scripts/setup.sh.
#
#   scripts/build.sh [--preset release|debug|asan|tsan|clang]
#                    [--compiler gcc|clang] [--tests] [--core] [TARGET...]
#
# --tests builds tests and benchmarks too; they need setup.sh --for-tests.
# --core leaves out the CPU backend, the command line and the benchmarks.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

PRESET=release
OPTIONS=()
CORE=OFF
TESTS=0
TARGETS=()
while [ $# -gt 0 ]; do
  case $1 in
    --preset) PRESET=${2:?--preset needs a name}; shift ;;
    --compiler)
      case ${2:-} in
        gcc) OPTIONS+=(-DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++) ;;
        clang)
          OPTIONS+=(-DCMAKE_C_COMPILER=clang-14
            -DCMAKE_CXX_COMPILER=clang++-14)
          ;;
        *) die "--compiler is gcc or clang" ;;
      esac
      shift
      ;;
    --tests) TESTS=1 ;;
    --core) CORE=ON ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) die "unknown option '$1'; see $0 --help" ;;
    *) TARGETS+=("$1") ;;
  esac
  shift
done
[ -x "$ONNXIFI_VENV/bin/cmake" ] || die "run scripts/setup.sh first"

OPTIONS+=("-DONNXIFI_CORE_ONLY=$CORE")
cd "$ONNXIFI_ROOT"
# A directory that already builds the tests goes on doing so.
if [ "$TESTS" -eq 1 ]; then
  OPTIONS+=(-DONNXIFI_BUILD_TESTS=ON)
elif [ ! -e "build/$PRESET/CMakeCache.txt" ]; then
  OPTIONS+=(-DONNXIFI_BUILD_TESTS=OFF -DONNXIFI_BUILD_BENCH=OFF)
fi
# The sanitizer presets build no benchmarks: their times would mean nothing.
if [ "$TESTS" -eq 1 ] && [ "$PRESET" = release ]; then
  OPTIONS+=(-DONNXIFI_BUILD_BENCH=ON)
fi
start=$SECONDS
run_logged "configure-$PRESET" cmake --preset "$PRESET" \
  "-DONNXIFI_THIRD_PARTY=$ONNXIFI_THIRD_PARTY" \
  "-DPython3_EXECUTABLE=$ONNXIFI_VENV/bin/python3" \
  "-DONNXIFI_ML_PYTHON=$ONNXIFI_ML_VENV/bin/python3" \
  ${OPTIONS[@]+"${OPTIONS[@]}"}
say "building preset $PRESET (log: $ONNXIFI_CACHE/log/build-$PRESET.log)"
run_logged "build-$PRESET" cmake --build "build/$PRESET" -j "$(job_count)" \
  ${TARGETS[@]+--target "${TARGETS[@]}"}
say "built $ONNXIFI_ROOT/build/$PRESET in $((SECONDS - start)) s"
