#ifndef ONNXIFI_TESTS_SIM_SIM_BACKEND_H_
#define ONNXIFI_TESTS_SIM_SIM_BACKEND_H_

#include <memory>
#include <string>
#include <vector>

#include "backends/common/backend.h"
#include "tests/sim/device_state.h"
#include "tests/sim/machine.h"
#include "tests/sim/sim_memory.h"

namespace onnxifi::sim {

// Names the file of the machine.
inline constexpr char kSimFileVariable[] = "ONNXIFI_SIM_FILE";
// Names a file that gets what passes between memories.
inline constexpr char kSimTraceVariable[] = "ONNXIFI_SIM_TRACE";

// A device that exists in a file only: another backend computes for it.
// Thread-safe.
class SimBackend final : public Backend {
 public:
  // `inner` may serve several devices. `trace` as in DeviceState.
  SimBackend(DeviceSpec spec, std::shared_ptr<Backend> inner,
             std::string trace = "");

  const BackendInfo& info() const override { return info_; }
  Reject Supports(const NodeView& node) const override;
  Result<std::vector<NodeSupport>> Query(
      const graph::Graph& graph) const override;
  bool takes_borrowed_constants() const override {
    return inner_->takes_borrowed_constants();
  }
  Result<std::unique_ptr<CompiledGraph>> Compile(
      graph::Graph graph, const CompileOptions& options) override;
  DeviceMemory* memory() const override { return memory_.get(); }

 private:
  const DeviceSpec spec_;
  const std::shared_ptr<Backend> inner_;
  const std::shared_ptr<DeviceState> state_;
  const std::unique_ptr<SimMemory> memory_;  // null: none for clients
  BackendInfo info_;
};

// The devices of the machine whose file the environment names, over the CPU
// backend. None without the variable, and none, with a line in the log, when
// the file is no good: a plugin must not keep its host from others.
Result<std::vector<std::unique_ptr<Backend>>> CreateSimBackends();

}  // namespace onnxifi::sim

#endif  // ONNXIFI_TESTS_SIM_SIM_BACKEND_H_
