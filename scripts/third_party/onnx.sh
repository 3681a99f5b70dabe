# Recipe: ONNX's C++ library from its official source release, static.
# Sourced by scripts/setup.sh; needs the protobuf recipe's result.
# shellcheck shell=bash

ONNX_SHA256=008cb0467b2bbee41448acc7da8b6f4e704624cb0d327a2d5adafc7ce19bc5b8

# fetch_onnx DIR: leaves the sources in DIR/onnx-VERSION. pip checks the hash.
fetch_onnx() {
  local requirement=$1/requirement.txt
  echo "onnx==$ONNX_VERSION --hash=sha256:$ONNX_SHA256" >"$requirement"
  pip download --quiet --no-deps --no-binary onnx --no-build-isolation \
    --require-hashes --requirement "$requirement" --dest "$1"
  tar -xzf "$1/onnx-$ONNX_VERSION.tar.gz" -C "$1"
}

# build_onnx SOURCES BUILD PREFIX
build_onnx() {
  cmake -S "$1" -B "$2" "${THIRD_PARTY_CMAKE[@]}" -DONNX_ML=ON \
    -DONNX_BUILD_PYTHON=OFF -DONNX_BUILD_TESTS=OFF \
    -DONNX_USE_PROTOBUF_SHARED_LIBS=OFF \
    -DONNX_USE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=12 \
    -DONNX_CUSTOM_PROTOC_EXECUTABLE=/usr/bin/protoc \
    "-DCMAKE_PREFIX_PATH=$ONNXIFI_THIRD_PARTY/protobuf-$PROTOBUF_VERSION" \
    "-DCMAKE_INSTALL_PREFIX=$3"
  ninja -C "$2" -j "$(job_count)" install
}
