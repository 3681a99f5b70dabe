#ifndef ONNXIFI_BACKENDS_COMMON_MODEL_LOADER_H_
#define ONNXIFI_BACKENDS_COMMON_MODEL_LOADER_H_

#include <cstddef>
#include <span>

#include "backends/common/backend.h"
#include "backends/common/tensor_descriptor.h"
#include "graph/graph.h"

namespace onnxifi::abi {

using ModelBytes = std::span<const std::byte>;

// Whether `backend` can run the model: the answer of
// onnxGetBackendCompatibility. Independent of weight values.
Status CheckModel(const Backend& backend, ModelBytes model);

// Reads a model for onnxInitGraph: checked, every node accepted by the
// backend, and independent of the client's memory. Tolerant: descriptors are
// not looked at when the model has initializers.
Result<graph::Graph> LoadModel(const Backend& backend, ModelBytes model,
                               Descriptors weights, bool tolerant);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_MODEL_LOADER_H_
