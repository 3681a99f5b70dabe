/* The helper of ONNXIFI 1.0: onnxifi_load and onnxifi_unload. Plain C without
 * dependencies, linked into the client. */
#include <dlfcn.h>
#include <string.h>

#include "onnxifi/onnxifi_loader.h"

#if defined(__APPLE__)
#define ONNXIFI_DEFAULT_LIBRARY "libonnxifi.dylib"
#else
#define ONNXIFI_DEFAULT_LIBRARY "libonnxifi.so"
#endif

/* In the order of struct onnxifi_library, which has the first 15 or 16. */
static const char* const kFunctionNames[] = {
#define ONNXIFI_FUNCTION(name, since, kind) #name,
#include "abi/onnxifi_functions.inc"
};

ONNXIFI_HIDDEN int ONNXIFI_ABI onnxifi_load(uint32_t flags, const char* path,
                                            struct onnxifi_library* library) {
  if (library == NULL) return 0;
  memset(library, 0, sizeof(*library));
  if ((flags & ONNXIFI_LOADER_FLAG_VERSION_1_0) == 0) return 0;
  if (path == NULL) path = ONNXIFI_DEFAULT_LIBRARY;
  dlerror();
  library->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library->handle == NULL) return 0;
  for (size_t i = 0; i < ONNXIFI_LOADER_FUNCTION_COUNT; ++i) {
    library->functions[i] = dlsym(library->handle, kFunctionNames[i]);
    if (library->functions[i] == NULL) {
      onnxifi_unload(library);
      return 0;
    }
  }
  library->flags = flags & ONNXIFI_LOADER_FLAG_VERSION_MASK;
  return 1;
}

ONNXIFI_HIDDEN void ONNXIFI_ABI
onnxifi_unload(struct onnxifi_library* library) {
  if (library == NULL) return;
  if (library->handle != NULL) dlclose(library->handle);
  memset(library, 0, sizeof(*library));
}
