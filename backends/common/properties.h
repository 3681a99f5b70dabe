#ifndef ONNXIFI_BACKENDS_COMMON_PROPERTIES_H_
#define ONNXIFI_BACKENDS_COMMON_PROPERTIES_H_

#include <cstdint>

#include "backends/common/backend.h"
#include "base/status.h"

namespace onnxifi::abi {

// What the property list of onnxInitBackend asks for.
struct BackendProperties {
  CompileOptions options;
  NativeHandles handles;
  int log_level = 0;  // 0: not given
  bool tolerant = false;
};

// Reads a list of (key, value) pairs that ends with a 0 key; nullptr is the
// empty list. The tolerant mode defaults to environment variable
// ONNXIFI_TOLERANT (1 = on).
Result<BackendProperties> ReadBackendProperties(const uint64_t* list);

// onnxInitGraph: no key is known.
Status CheckGraphProperties(const uint64_t* list);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_PROPERTIES_H_
