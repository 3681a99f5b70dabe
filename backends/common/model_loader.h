#ifndef ONNXIFI_BACKENDS_COMMON_MODEL_LOADER_H_
#define ONNXIFI_BACKENDS_COMMON_MODEL_LOADER_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/graph_io.h"
#include "backends/common/tensor_descriptor.h"
#include "graph/graph.h"
#include "graph/onnx_reader.h"

namespace onnxifi::abi {

using ModelBytes = std::span<const std::byte>;

// Whether `backend` can run the model with inputs and outputs that come through
// `carrier`: the answer of onnxGetBackendCompatibility and of checkModel.
// Independent of weight values.
Status CheckModel(const Backend& backend, ModelBytes model, Carrier carrier);

// How a model is read whose weights come with it or by descriptors. Tolerant:
// descriptors are not looked at when the model has initializers.
// `external_too`: beside initializers, they give the external data of some.
Result<graph::ReadOptions> OptionsFor(ModelBytes model, Descriptors weights,
                                      bool tolerant, bool external_too);

// Reads and checks a model, and expands its gradients. Constants without an
// owner point into the client's bytes and weights.
Result<graph::Graph> ReadGraph(ModelBytes model,
                               const graph::ReadOptions& options);

// The backend's answer for every node, in their order: never fewer or more.
Result<std::vector<NodeSupport>> QueryNodes(const Backend& backend,
                                            const graph::Graph& graph);

// Why a node is refused, as an error that names it.
Status RefusalOf(const graph::Node& node, const Reject& reject);

// Where a graph comes from.
struct ModelSource {
  ModelBytes model;
  Descriptors weights;
  bool tolerant = false;
  Carrier carrier = Carrier::kDescriptors;
  // The client keeps the model and the weights where they are.
  bool stays = false;
  std::string external_data_directory;  // empty: there is none
};

// Reads a model for onnxInitGraph or initGraph: checked, every node accepted by
// the backend, and independent of the client's memory unless that stays.
Result<graph::Graph> LoadModel(const Backend& backend,
                               const ModelSource& source);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_MODEL_LOADER_H_
