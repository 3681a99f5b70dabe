#ifndef ONNXIFI_BACKENDS_HETERO_FOLD_ON_HOST_H_
#define ONNXIFI_BACKENDS_HETERO_FOLD_ON_HOST_H_

#include <memory>

#include "base/status.h"
#include "graph/graph.h"
#include "partitioner/device.h"

namespace onnxifi::hetero {

// Constants are computed on the host, as partitioner::FoldConstants says. On
// failure the graph is as it was.
Status FoldOnHost(const std::shared_ptr<partitioner::Device>& host,
                  graph::Graph* graph);

}  // namespace onnxifi::hetero

#endif  // ONNXIFI_BACKENDS_HETERO_FOLD_ON_HOST_H_
