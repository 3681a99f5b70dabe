# Compiler flags of every third-party part. Hidden, because two plugins that
# showed each other the same protobuf symbols would abort the host
# (docs/decisions/0001-third-party.md). No LTO: the archives must serve GCC
# and clang alike.
# shellcheck shell=bash disable=SC2034
THIRD_PARTY_FLAGS="-O2 -g0 -fPIC -fvisibility=hidden -fvisibility-inlines-hidden"
THIRD_PARTY_CMAKE=(-G Ninja -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=OFF
  -DCMAKE_POSITION_INDEPENDENT_CODE=ON
  -DCMAKE_INSTALL_LIBDIR=lib
  -DCMAKE_POLICY_VERSION_MINIMUM=3.5
  "-DCMAKE_CXX_FLAGS=$THIRD_PARTY_FLAGS"
  -DBUILD_SHARED_LIBS=OFF)
