#ifndef ONNXIFI_BACKENDS_COMMON_VALUE_RUN_H_
#define ONNXIFI_BACKENDS_COMMON_VALUE_RUN_H_

#include <vector>

#include "backends/common/backend.h"

namespace onnxifi::abi {

// One run of a graph that runs value by value, behind the interface of an
// executable: so it goes through the graph's queue like every other run, and
// whichever thread drains the queue may execute it. Used once. Its results are
// read after the run's event.
class ValueRun final : public Executable {
 public:
  // `graph` outlives it; so does what the inputs refer to.
  ValueRun(CompiledGraph& graph, std::vector<RunValue> inputs)
      : graph_(graph), inputs_(std::move(inputs)) {}

  const std::vector<graph::Shape>& output_shapes() const override {
    return no_shapes_;
  }
  onnxStatus Run(std::span<const void* const> inputs,
                 std::span<void* const> outputs) override;

  // Why the run failed, or OK.
  const Status& status() const { return status_; }
  // Refer to the inputs, but to nothing that another run of the graph could
  // change or free.
  std::vector<RunValue>& outputs() { return outputs_; }

 private:
  Status RunOnce();

  CompiledGraph& graph_;
  const std::vector<graph::Shape> no_shapes_;
  std::vector<RunValue> inputs_;
  std::vector<RunValue> outputs_;
  Status status_;
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_VALUE_RUN_H_
