#ifndef ONNXIFI_BACKENDS_COMMON_BACKEND_INFO_H_
#define ONNXIFI_BACKENDS_COMMON_BACKEND_INFO_H_

#include <onnxifi/onnxifi.h>

#include <cstddef>
#include <cstdint>

#include "backends/common/backend.h"
#include "base/status.h"

namespace onnxifi::abi {

// The capability bits that clients see: closed under the dependencies that
// 1.0 states, without what the glue does not offer (outputs whose shape
// depends on data).
uint64_t OfferedCapabilities(const BackendInfo& info);

// Largest number of graphs of the backend at one time.
uint64_t MaxGraphCount(const BackendInfo& info);

// onnxGetBackendInfo for a valid ID and size != nullptr.
Status GetInfo(const Backend& backend, onnxBackendInfo query, void* value,
               size_t* size);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_BACKEND_INFO_H_
