// The 1.0 way: onnxifi_load on a path, then calls through the table. Includes
// by the names that 1.0 used.
#include <onnx/onnxifi.h>
#include <onnx/onnxifi_loader.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  onnxifi_library library;
  if (!onnxifi_load(ONNXIFI_LOADER_FLAG_VERSION_1_0, argv[1], &library)) {
    std::fprintf(stderr, "cannot load %s\n", argv[1]);
    return 1;
  }
  size_t count = 0;
  const onnxStatus status = library.onnxGetBackendIDs(nullptr, &count);
  std::printf("backends: %zu\n", count);
  onnxifi_unload(&library);
  return status == ONNXIFI_STATUS_FALLBACK && count > 0 ? 0 : 1;
}
