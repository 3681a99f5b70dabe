#ifndef ONNXIFI_BACKENDS_OPENCL_OPENCL_BACKEND_H_
#define ONNXIFI_BACKENDS_OPENCL_OPENCL_BACKEND_H_

#include <memory>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/op_table.h"
#include "backends/common/plan.h"
#include "backends/opencl/device.h"
#include "backends/opencl/program_cache.h"

namespace onnxifi::opencl {

// Every operator file of backends/opencl/ops; ends with nullptr.
extern const OpTable* const kAllOps[];

// One device of OpenCL. Graphs run on the device whole: what it cannot do it
// refuses with a reason. Thread-safe.
class OpenClBackend final : public Backend {
 public:
  explicit OpenClBackend(std::shared_ptr<const Device> device);

  const BackendInfo& info() const override { return info_; }
  Reject Supports(const NodeView& node) const override;
  Result<std::unique_ptr<CompiledGraph>> Compile(
      graph::Graph graph, const CompileOptions& options) override;

 private:
  const std::shared_ptr<const Device> device_;
  const std::shared_ptr<ProgramCache> programs_;
  OpRegistry registry_;
  BackendInfo info_;
};

// Pieces that the compile pipeline takes from this backend. The device must
// outlive all that is compiled.
CompilerHooks MakeCompilerHooks(std::shared_ptr<const Device> device,
                                std::shared_ptr<ProgramCache> programs);

// The plugin's backends: one for each device, in OpenCL's order. None, with the
// reasons in the log, where OpenCL or its drivers are missing.
Result<std::vector<std::unique_ptr<Backend>>> CreateOpenClBackends();

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_OPENCL_BACKEND_H_
