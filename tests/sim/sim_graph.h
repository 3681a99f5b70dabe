#ifndef ONNXIFI_TESTS_SIM_SIM_GRAPH_H_
#define ONNXIFI_TESTS_SIM_SIM_GRAPH_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "backends/common/backend.h"
#include "tests/sim/device_state.h"
#include "tests/sim/machine.h"

namespace onnxifi::sim {

// How long runs of one graph take on the simulated device. Immutable.
class RunTime {
 public:
  RunTime(const DeviceSpec& spec, const graph::Graph& graph);

  bool real() const { return real_; }
  // With so many bytes from and to the host's memory.
  int64_t Ns(uint64_t input_bytes, uint64_t output_bytes) const;

 private:
  double fixed_ns_ = 0;  // the start and all nodes
  uint64_t read_bandwidth_ = 0;
  uint64_t write_bandwidth_ = 0;
  bool real_ = false;
};

// What SimGraph has to know of a graph, which the backend below takes away.
struct SimGraphFacts {
  std::vector<graph::DataType> input_types;
  std::vector<graph::DataType> output_types;
  RunTime time;

  SimGraphFacts(const DeviceSpec& spec, const graph::Graph& graph);
};

// A graph of the backend that does the work; its runs take the time and have
// the faults of the simulated device. Thread-compatible, like every graph.
class SimGraph final : public CompiledGraph {
 public:
  SimGraph(std::unique_ptr<CompiledGraph> inner, SimGraphFacts facts,
           std::shared_ptr<DeviceState> device, DeviceState::Memory memory)
      : memory_(std::move(memory)),
        device_(std::move(device)),
        facts_(std::move(facts)),
        inner_(std::move(inner)) {}

  bool by_value() const override { return inner_->by_value(); }
  Result<std::unique_ptr<Executable>> Specialize(
      const std::vector<graph::Shape>& input_shapes) override;
  Status RunValues(RunScope& scope, std::vector<RunValue> inputs,
                   std::vector<RunValue>* outputs) override;

 private:
  const DeviceState::Memory memory_;
  const std::shared_ptr<DeviceState> device_;
  const SimGraphFacts facts_;
  const std::unique_ptr<CompiledGraph> inner_;
};

}  // namespace onnxifi::sim

#endif  // ONNXIFI_TESTS_SIM_SIM_GRAPH_H_
