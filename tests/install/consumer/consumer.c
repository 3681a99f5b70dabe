/* What an application does first: lists the backends of this machine. Exits 0
 * when at least as many were found as the command line asks for. */
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_loader.h>
#include <stdio.h>
#include <stdlib.h>

static int PrintName(onnxBackendID id) {
  char name[256];
  size_t size = sizeof(name);
  if (onnxGetBackendInfo(id, ONNXIFI_BACKEND_NAME, name, &size) !=
      ONNXIFI_STATUS_SUCCESS) {
    return 0;
  }
  printf("backend: %.*s\n", (int)size, name);
  return 1;
}

int main(int argc, char** argv) {
  const size_t wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
  size_t count = 0;
  onnxStatus status = onnxGetBackendIDs(NULL, &count);
  if (status != ONNXIFI_STATUS_FALLBACK && status != ONNXIFI_STATUS_SUCCESS) {
    fprintf(stderr, "onnxGetBackendIDs: status 0x%X\n", (unsigned)status);
    return 1;
  }
  onnxBackendID* ids = calloc(count + 1, sizeof(*ids));
  if (ids == NULL) return 1;
  size_t named = 0;
  if (onnxGetBackendIDs(ids, &count) == ONNXIFI_STATUS_SUCCESS) {
    for (size_t i = 0; i < count; ++i) {
      named += (size_t)PrintName(ids[i]);
      if (onnxReleaseBackendID(ids[i]) != ONNXIFI_STATUS_SUCCESS) named = 0;
    }
  }
  free(ids);
  return named == count && count >= wanted ? 0 : 1;
}
