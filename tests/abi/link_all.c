/* Linking every function of the headers against the library is the test; the
 * helper comes from its archive. */
#include <onnxifi/onnxifi_loader.h>

int main(void) {
  const void* const functions[] = {
#define ONNXIFI_FUNCTION(name, since, kind) (const void*)(size_t)&name,
#include "abi/onnxifi_functions.inc"
      (const void*)(size_t)&onnxifiGetLoadReport,
      (const void*)(size_t)&onnxifiGetLoaderVersion,
      (const void*)(size_t)&onnxifiGetLastError,
      (const void*)(size_t)&onnxifi_load,
      (const void*)(size_t)&onnxifi_unload,
  };
  for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); ++i) {
    if (functions[i] == NULL) return 1;
  }
  return sizeof(functions) / sizeof(functions[0]) == 22 ? 0 : 1;
}
