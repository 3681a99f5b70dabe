#!/usr/bin/env bash
# Configures and builds one preset into build/PRESET. Needs scripts/setup.sh.
#
#   scripts/build.sh [--preset release|debug|asan|tsan|clang] [TARGET...]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

PRESET=release
TARGETS=()
while [ $# -gt 0 ]; do
  case $1 in
    --preset) PRESET=${2:?--preset needs a name}; shift ;;
    -h | --help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) die "unknown option '$1'; see $0 --help" ;;
    *) TARGETS+=("$1") ;;
  esac
  shift
done
[ -x "$ONNXIFI_VENV/bin/cmake" ] || die "run scripts/setup.sh first"

cd "$ONNXIFI_ROOT"
start=$SECONDS
run_logged "configure-$PRESET" cmake --preset "$PRESET" \
  "-DONNXIFI_THIRD_PARTY=$ONNXIFI_THIRD_PARTY" \
  "-DPython3_EXECUTABLE=$ONNXIFI_VENV/bin/python3"
say "building preset $PRESET (log: $ONNXIFI_CACHE/log/build-$PRESET.log)"
run_logged "build-$PRESET" cmake --build "build/$PRESET" -j "$(job_count)" \
  ${TARGETS[@]+--target "${TARGETS[@]}"}
say "built $ONNXIFI_ROOT/build/$PRESET in $((SECONDS - start)) s"
