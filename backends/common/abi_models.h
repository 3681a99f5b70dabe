#ifndef ONNXIFI_BACKENDS_COMMON_ABI_MODELS_H_
#define ONNXIFI_BACKENDS_COMMON_ABI_MODELS_H_

#include <onnxifi/onnxifi_ext.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "backends/common/graph_io.h"
#include "base/status.h"

namespace onnxifi::abi {

// What interfaces 1.0 and 1.1 do with a model; where both have a function, only
// the carrier differs.

// onnxGetBackendCompatibility and checkModel.
Status CheckModelFor(onnxBackendID id, size_t model_size, const void* model,
                     Carrier carrier);

// onnxInitGraph and initGraph.
struct GraphRequest {
  onnxBackend backend = nullptr;
  const uint64_t* properties = nullptr;
  size_t model_size = 0;
  const void* model = nullptr;
  uint32_t weights_count = 0;
  const onnxTensorDescriptorV1* weights = nullptr;
  // Of initGraph only.
  uint64_t flags = 0;
  const char* external_data_directory = nullptr;
  std::span<const onnxOption> options = {};
  std::span<const onnxShapeProfile> profiles = {};
};
Status MakeGraph(const GraphRequest& request, Carrier carrier,
                 onnxGraph* graph);

// queryGraph, once its structure has been checked.
Status QueryGraphFor(const onnxQueryGraphArguments& arguments);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_ABI_MODELS_H_
