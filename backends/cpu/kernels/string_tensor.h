#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_STRING_TENSOR_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_STRING_TENSOR_H_

#include <span>

#include "graph/graph.h"

namespace onnxifi::cpu {

// The elements of a tensor whose type is kString.
inline std::span<const graph::StringRef> Strings(
    const graph::TensorData& tensor) {
  return {static_cast<const graph::StringRef*>(tensor.data),
          tensor.bytes / sizeof(graph::StringRef)};
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_STRING_TENSOR_H_
