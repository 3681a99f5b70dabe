# Recipe: protobuf from the distribution's source package, with the
# distribution's security patches, static. Sourced by scripts/setup.sh.
# The compiler is not built: the distribution's own is of the same version.
# shellcheck shell=bash

# fetch_protobuf DIR: leaves the patched sources in DIR/protobuf-VERSION.
fetch_protobuf() {
  download_debian_source protobuf "$PROTOBUF_VERSION" "$1"
}

# build_protobuf SOURCES BUILD PREFIX
build_protobuf() {
  cmake -S "$1" -B "$2" "${THIRD_PARTY_CMAKE[@]}" -DCMAKE_CXX_STANDARD=17 \
    -Dprotobuf_BUILD_TESTS=OFF -Dprotobuf_BUILD_SHARED_LIBS=OFF \
    -Dprotobuf_BUILD_PROTOC_BINARIES=OFF -Dprotobuf_WITH_ZLIB=OFF \
    "-DCMAKE_INSTALL_PREFIX=$3"
  ninja -C "$2" -j "$(job_count)" install
}
