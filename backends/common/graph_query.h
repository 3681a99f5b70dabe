#ifndef ONNXIFI_BACKENDS_COMMON_GRAPH_QUERY_H_
#define ONNXIFI_BACKENDS_COMMON_GRAPH_QUERY_H_

#include <onnxifi/onnxifi_ext.h>

#include <string>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/model_loader.h"
#include "backends/common/tensor_descriptor.h"

namespace onnxifi::abi {

// What queryGraph answers. Can be moved, not copied: `nodes` refers to
// `reasons`.
struct GraphAnswer {
  // One for each node of the model's main graph, in its order.
  std::vector<onnxNodeSupport> nodes;
  std::vector<std::string> reasons;

  // Of a model of which nothing has been left.
  explicit GraphAnswer(size_t count);
  GraphAnswer(GraphAnswer&&) = default;
  GraphAnswer& operator=(GraphAnswer&&) = default;
};

// Asks the backend about every node of a model. A model that the backend
// cannot read, but that may be valid elsewhere, is one whose nodes are all
// refused. Copies no weight.
Result<GraphAnswer> QueryModel(const Backend& backend, ModelBytes model,
                               Descriptors weights);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_GRAPH_QUERY_H_
