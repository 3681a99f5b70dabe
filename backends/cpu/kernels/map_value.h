#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_MAP_VALUE_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_MAP_VALUE_H_

#include "backends/common/evaluate_context.h"

namespace onnxifi::cpu {

// A map as its two lists, which have the same length.
struct MapView {
  const graph::TensorData* keys = nullptr;
  const graph::TensorData* values = nullptr;
  int64_t size = 0;
};

// Input i as a map; an error that names it when it is something else.
Result<MapView> ReadMap(const EvaluateContext& ctx, size_t i);

// Refuses unless input i is a map, as far as the model tells.
Reject RequireMap(const NodeView& node, size_t i);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_MAP_VALUE_H_
