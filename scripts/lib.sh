# Shared by the scripts; sourced, never run. Sets the locations, the log
# form and the few helpers that more than one script needs.
# shellcheck shell=bash disable=SC2034

ONNXIFI_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ONNXIFI_CACHE=${ONNXIFI_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/onnxifi}
ONNXIFI_THIRD_PARTY=$ONNXIFI_CACHE/third_party

PROTOBUF_VERSION=3.21.12
ONNX_VERSION=1.23.2
RE2_VERSION=20220601+dfsg
# The last ONNXIFI 1.0 binaries, real peers for the compatibility tests.
PEERS_VERSION=1.12.0

say() { printf '%s\n' "onnxifi: $*"; }
warn() { printf '%s\n' "onnxifi: warning: $*" >&2; }
die() {
  printf '%s\n' "onnxifi: error: $*" >&2
  exit 1
}

# hash_of FILE... [TEXT]: a short name for the content of some files.
hash_of() { cat -- "$@" | sha256sum | cut -c1-16; }

# Virtual environments are named after what they hold, so that two checkouts
# with different pins never fight over one.
ONNXIFI_VENV=$ONNXIFI_CACHE/venv-$(hash_of "$ONNXIFI_ROOT/scripts/requirements.txt")

ONNXIFI_ML_VENV=$ONNXIFI_CACHE/venv-ml-$(hash_of "$ONNXIFI_ROOT/scripts/requirements-ml.txt")

ONNXIFI_BENCH_VENV=$ONNXIFI_CACHE/venv-bench-$(hash_of "$ONNXIFI_ROOT/bench/requirements.txt")

# run_logged NAME COMMAND...: quiet on success; on failure shows the end of
# the output and where the rest is. The subshell stands alone, not in an `if`,
# because a condition would switch `set -e` off inside the command.
run_logged() {
  local name=$1 log status
  shift
  mkdir -p "$ONNXIFI_CACHE/log"
  log=$ONNXIFI_CACHE/log/$name.log
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1 </dev/null
  status=$?
  set -e
  [ "$status" -ne 0 ] || return 0
  tail -n 40 "$log" >&2
  die "$name failed; the whole output is in $log"
}

# as_root COMMAND...: directly for root, through sudo for everyone else.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo -- "$@"
  else
    die "needs root for: $*; run it as root, or install sudo"
  fi
}

# How many compile jobs fit: one a CPU, and 1.5 GiB of memory each.
job_count() {
  local cpus memory
  cpus=$(nproc)
  memory=$(awk '/^MemAvailable:/ {print int($2 / 1572864)}' /proc/meminfo)
  [ "${memory:-1}" -ge 1 ] || memory=1
  echo $((cpus < memory ? cpus : memory))
}
