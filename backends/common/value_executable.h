#ifndef ONNXIFI_BACKENDS_COMMON_VALUE_EXECUTABLE_H_
#define ONNXIFI_BACKENDS_COMMON_VALUE_EXECUTABLE_H_

#include <vector>

#include "backends/common/backend.h"

namespace onnxifi {

// A graph that runs value by value, behind the interface of one that is
// planned by shapes: for clients that bind buffers of fixed sizes. A run whose
// results have other shapes than the buffers fails and writes nothing.
// Thread-compatible.
class ValueExecutable final : public Executable {
 public:
  // `graph` outlives it; `inputs` and `outputs` say what the buffers hold.
  ValueExecutable(CompiledGraph& graph, std::vector<graph::TensorData> inputs,
                  std::vector<graph::TensorData> outputs);

  const std::vector<graph::Shape>& output_shapes() const override {
    return output_shapes_;
  }
  onnxStatus Run(std::span<const void* const> inputs,
                 std::span<void* const> outputs) override;

 private:
  CompiledGraph& graph_;
  std::vector<graph::TensorData> inputs_;
  std::vector<graph::TensorData> outputs_;
  std::vector<graph::Shape> output_shapes_;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_VALUE_EXECUTABLE_H_
