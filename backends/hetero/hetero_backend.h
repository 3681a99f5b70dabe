#ifndef ONNXIFI_BACKENDS_HETERO_HETERO_BACKEND_H_
#define ONNXIFI_BACKENDS_HETERO_HETERO_BACKEND_H_

#include <memory>
#include <vector>

#include "backends/common/backend.h"
#include "backends/hetero/device_set.h"

namespace onnxifi::hetero {

// All other backends of the loader as one: it asks each what it runs and at
// what cost, cuts a graph so that it takes least time, and falls back to the
// host. Thread-safe.
class HeteroBackend final : public Backend {
 public:
  HeteroBackend();

  std::vector<OptionInfo> options() const override;
  const BackendInfo& info() const override { return info_; }
  // Not asked: Query looks at whole graphs.
  Reject Supports(const NodeView& node) const override;
  Result<std::vector<NodeSupport>> Query(
      const graph::Graph& graph) const override;
  bool takes_borrowed_constants() const override { return true; }
  Result<std::unique_ptr<CompiledGraph>> Compile(
      graph::Graph graph, const CompileOptions& options) override;

 private:
  BackendInfo info_;
  mutable DeviceSet devices_;
};

// The plugin's backends: one, always.
Result<std::vector<std::unique_ptr<Backend>>> CreateHeteroBackends();

}  // namespace onnxifi::hetero

#endif  // ONNXIFI_BACKENDS_HETERO_HETERO_BACKEND_H_
