#!/usr/bin/env bash
# Makes this machine able to build the project. Safe to run again: what is
# there already is kept, and a second run takes a second.
#
#   scripts/setup.sh [--for-tests] [--for-bench]
#
# Distribution packages go into the system (root or sudo). Everything else
# goes below $ONNXIFI_CACHE (default ~/.cache/onnxifi): a virtual environment
# with the pinned tools; protobuf, ONNX's C++ library and RE2 as static archives.
# --for-tests adds the test and benchmark libraries, clang with its formatter and
# sanitizers, an OpenCL device that is this machine's CPU, the software that the compatibility tests talk to, and an
# environment with scikit-learn, which computes what ai.onnx.ml should give.
# --for-bench adds an environment with the peers of bench/compare.py.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
. "$ONNXIFI_ROOT/scripts/third_party/flags.sh"
. "$ONNXIFI_ROOT/scripts/third_party/debian.sh"
. "$ONNXIFI_ROOT/scripts/third_party/protobuf.sh"
. "$ONNXIFI_ROOT/scripts/third_party/onnx.sh"
. "$ONNXIFI_ROOT/scripts/third_party/re2.sh"

BUILD_PACKAGES=(ca-certificates ccache dpkg-dev file g++ git libcli11-dev
  libdnnl-dev libhwy-dev libjpeg-dev libopenjp2-7-dev libpng-dev libtiff-dev
  libwebp-dev make nlohmann-json3-dev ocl-icd-opencl-dev perl
  protobuf-compiler python3 python3-venv)
TEST_PACKAGES=(binutils clang-14 clang-format-14 libbenchmark-dev
  libclang-rt-14-dev libgtest-dev libomp-14-dev libprotobuf-dev pkg-config
  pocl-opencl-icd)

install_packages() {
  local package missing=()
  for package in "$@"; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
      installed) ;;
      *) missing+=("$package") ;;
    esac
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    die "needs a Debian-like system; please install: ${missing[*]}"
  say "installing packages: ${missing[*]}"
  run_logged apt-update as_root apt-get -q -o Acquire::Retries=3 update
  run_logged apt-install as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends "${missing[@]}"
}

# make_venv DIR REQUIREMENTS: complete, or not there under this name.
make_venv() {
  [ ! -e "$1/.complete" ] || return 0
  say "making the virtual environment for $(basename "$2")"
  rm -rf "$1"
  # The distribution's Python first: another one on PATH may lack venv.
  local python=/usr/bin/python3
  [ -x "$python" ] || python=python3
  run_logged venv "$python" -m venv "$1"
  run_logged pip "$1/bin/pip" install --retries 5 --no-deps \
    --disable-pip-version-check --requirement "$2"
  touch "$1/.complete"
}

# provide NAME VERSION RECIPE_FILE...: fetch_NAME and build_NAME into
# third_party/NAME-VERSION unless the same recipe already did. The prefix is
# built under a temporary name and renamed, so that an interrupted build
# never leaves half a library behind.
provide() {
  local name=$1 version=$2 prefix stamp work start=$SECONDS
  shift 2
  prefix=$ONNXIFI_THIRD_PARTY/$name-$version
  stamp=$version-$(hash_of "$@")
  [ "$(cat "$prefix/.recipe" 2>/dev/null)" != "$stamp" ] || return 0
  say "building $name $version (once; kept in $prefix)"
  mkdir -p "$ONNXIFI_THIRD_PARTY"
  work=$(mktemp -d "$ONNXIFI_THIRD_PARTY/.$name.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  run_logged "$name-fetch" "fetch_$name" "$work"
  run_logged "$name-build" "build_$name" "$work/$name-$version" \
    "$work/build" "$work/prefix"
  echo "$stamp" >"$work/prefix/.recipe"
  chmod 755 "$work/prefix"
  rm -rf "$prefix"
  mv "$work/prefix" "$prefix"
  rm -rf "$work"
  trap - EXIT
  say "built $name $version in $((SECONDS - start)) s"
}

# The 1.0 peers are unpacked, never installed.
fetch_peers() {
  mkdir -p "$1/peers-$PEERS_VERSION"
  unpack_debian_binaries "$1/peers-$PEERS_VERSION" libonnxifi libonnx-dev \
    libonnx1 libprotobuf-dev
}
build_peers() { cp -a "$1" "$3"; }

FOR_TESTS=0
FOR_BENCH=0
for argument in "$@"; do
  case $argument in
    --for-tests) FOR_TESTS=1 ;;
    --for-bench) FOR_BENCH=1 ;;
    -h | --help) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) die "unknown option '$argument'; see $0 --help" ;;
  esac
done

mkdir -p "$ONNXIFI_CACHE" || die "cannot write $ONNXIFI_CACHE; set ONNXIFI_CACHE"
exec 9>"$ONNXIFI_CACHE/.lock"
if ! flock -n 9; then
  say "another setup is running; waiting for it"
  flock 9
fi

install_packages "${BUILD_PACKAGES[@]}"
if [ "$FOR_TESTS" -eq 1 ]; then install_packages "${TEST_PACKAGES[@]}"; fi
make_venv "$ONNXIFI_VENV" "$ONNXIFI_ROOT/scripts/requirements.txt"
if [ "$FOR_TESTS" -eq 1 ]; then
  make_venv "$ONNXIFI_ML_VENV" "$ONNXIFI_ROOT/scripts/requirements-ml.txt"
fi
if [ "$FOR_BENCH" -eq 1 ]; then
  make_venv "$ONNXIFI_BENCH_VENV" "$ONNXIFI_ROOT/bench/requirements.txt"
fi
recipes=$ONNXIFI_ROOT/scripts/third_party
provide protobuf "$PROTOBUF_VERSION" "$recipes/flags.sh" "$recipes/protobuf.sh"
provide onnx "$ONNX_VERSION" "$recipes/flags.sh" "$recipes/protobuf.sh" \
  "$recipes/onnx.sh"
provide re2 "$RE2_VERSION" "$recipes/flags.sh" "$recipes/re2.sh"
if [ "$FOR_TESTS" -eq 1 ]; then
  provide peers "$PEERS_VERSION" "$recipes/debian.sh"
fi
say "set up: tools in $ONNXIFI_VENV, third-party parts in $ONNXIFI_THIRD_PARTY"
