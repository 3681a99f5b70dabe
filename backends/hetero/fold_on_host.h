#ifndef ONNXIFI_BACKENDS_HETERO_FOLD_ON_HOST_H_
#define ONNXIFI_BACKENDS_HETERO_FOLD_ON_HOST_H_

#include <memory>

#include "base/status.h"
#include "graph/graph.h"
#include "partitioner/device.h"

namespace onnxifi::hetero {

// Has the host compute what depends on nothing but constants, and puts
// constants in its place: a weight that a model computes must not become
// something that passes between devices. Random nodes, nodes with bodies and
// DequantizeLinear, whose small input devices want to see, stay. On failure the
// graph is as it was.
Status FoldOnHost(const std::shared_ptr<partitioner::Device>& host,
                  graph::Graph* graph);

}  // namespace onnxifi::hetero

#endif  // ONNXIFI_BACKENDS_HETERO_FOLD_ON_HOST_H_
