#ifndef ONNXIFI_BACKENDS_COMMON_MODEL_LOADER_H_
#define ONNXIFI_BACKENDS_COMMON_MODEL_LOADER_H_

#include <cstddef>
#include <span>

#include "backends/common/backend.h"
#include "backends/common/graph_io.h"
#include "backends/common/tensor_descriptor.h"
#include "graph/graph.h"

namespace onnxifi::abi {

using ModelBytes = std::span<const std::byte>;

// Whether `backend` can run the model with inputs and outputs that come through
// `carrier`: the answer of onnxGetBackendCompatibility and of checkModel.
// Independent of weight values.
Status CheckModel(const Backend& backend, ModelBytes model, Carrier carrier);

// Reads a model for onnxInitGraph or initGraph: checked, every node accepted by
// the backend, and independent of the client's memory. Tolerant: descriptors
// are not looked at when the model has initializers.
Result<graph::Graph> LoadModel(const Backend& backend, ModelBytes model,
                               Descriptors weights, bool tolerant,
                               Carrier carrier);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_MODEL_LOADER_H_
