#!/usr/bin/env bash
# Sets up, builds one preset and runs every test. The last line is
# `N passed, N failed`; the exit status is 0 only when none failed.
#
#   scripts/test.sh [--preset release|debug|asan|tsan|clang]
#                   [--compiler gcc|clang] [--core] [CTEST_OPTION...]
#
# What follows goes to ctest, e.g. `-R loader`, or `-LE long`.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

PRESET=release
BUILD_OPTIONS=()
while [ $# -gt 0 ]; do
  case $1 in
    --preset) PRESET=${2:?--preset needs a name} ;;
    --compiler) BUILD_OPTIONS+=(--compiler "${2:?--compiler needs a name}") ;;
    --core) BUILD_OPTIONS+=(--core); shift; continue ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) break ;;
  esac
  shift 2
done

start=$SECONDS
"$ONNXIFI_ROOT/scripts/setup.sh" --for-tests
"$ONNXIFI_ROOT/scripts/build.sh" --preset "$PRESET" --tests \
  ${BUILD_OPTIONS[@]+"${BUILD_OPTIONS[@]}"}

# Sanitizer reports end the process, so that no test can pass over one. The
# leak checker stays on; third-party code that was built without TSan is
# listed, with reasons, in the suppression file.
export ASAN_OPTIONS="${ASAN_OPTIONS:-abort_on_error=0:detect_leaks=1:strict_string_checks=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1:suppressions=$ONNXIFI_ROOT/tests/tsan.supp}"

log=$ONNXIFI_CACHE/log/ctest-$PRESET-$$.log
status=0
# The timing of a test must not depend on how many others run beside it, so
# only the tests that allow it share the machine (RUN_SERIAL in CMake).
ctest --test-dir "$ONNXIFI_ROOT/build/$PRESET" --output-on-failure \
  --no-tests=error -j "$(nproc)" "$@" </dev/null 2>&1 | tee "$log" ||
  status=$?

summary=$(grep -E '^[0-9]+% tests passed' "$log" || true)
total=$(sed -nE 's/.* out of ([0-9]+).*/\1/p' <<<"$summary")
failed=$(sed -nE 's/.*, ([0-9]+) tests failed.*/\1/p' <<<"$summary")
failed=${failed:-0}
skipped=$(grep -cF '***Skipped' "$log" || true)
[ -n "$total" ] || die "ctest ran no test (status $status)"
rm -f "$log"
[ "$skipped" -eq 0 ] || say "$skipped skipped by this machine, see above"
say "preset $PRESET, $((SECONDS - start)) s"
echo "$((total - failed - skipped)) passed, $failed failed"
[ "$status" -eq 0 ] && [ "$failed" -eq 0 ]
