# Recipe: RE2 from the distribution's source package, static. The archive of
# libre2-dev is for programs only: its thread-local relocations do not fit a
# shared library. Sourced by scripts/setup.sh.
# shellcheck shell=bash

# fetch_re2 DIR: leaves the patched sources in DIR/re2-VERSION, complete: the
# distribution takes the generated tables out and makes them when it builds.
fetch_re2() {
  local sources=$1/re2-$RE2_VERSION/re2 tools=$1/tools
  download_debian_source re2 "$RE2_VERSION" "$1"
  mkdir -p "$tools"
  unpack_debian_binaries "$tools" unicode-data python3-six
  sed -i "s|^_UNICODE_DIR = .*|_UNICODE_DIR = \"$tools/usr/share/unicode\"|" \
    "$sources/unicode.py"
  (
    cd "$sources"
    export PYTHONPATH=$tools/usr/lib/python3/dist-packages
    perl make_perl_groups.pl >perl_groups.cc
    python3 make_unicode_casefold.py >unicode_casefold.cc
    python3 make_unicode_groups.py >unicode_groups.cc
  )
}

# build_re2 SOURCES BUILD PREFIX
build_re2() {
  cmake -S "$1" -B "$2" "${THIRD_PARTY_CMAKE[@]}" -DCMAKE_CXX_STANDARD=17 \
    -DRE2_BUILD_TESTING=OFF "-DCMAKE_INSTALL_PREFIX=$3"
  ninja -C "$2" -j "$(job_count)" install
}
