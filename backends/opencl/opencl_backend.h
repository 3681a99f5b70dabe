#ifndef ONNXIFI_BACKENDS_OPENCL_OPENCL_BACKEND_H_
#define ONNXIFI_BACKENDS_OPENCL_OPENCL_BACKEND_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/op_table.h"
#include "backends/common/plan.h"
#include "backends/opencl/device.h"
#include "backends/opencl/device_memory.h"
#include "backends/opencl/device_rates.h"
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
  DeviceMemory* memory() const override { return &memory_; }
  Result<std::unique_ptr<Backend>> Open(
      const NativeHandles& handles) const override;
  BackendInfo MeasuredInfo() const override;
  Result<std::unique_ptr<CompiledGraph>> Compile(
      graph::Graph graph, const CompileOptions& options) override;

 private:
  const std::shared_ptr<const Device> device_;
  const std::shared_ptr<ProgramCache> programs_;
  mutable OpenClMemory memory_;
  mutable std::once_flag measured_;
  mutable DeviceRates rates_;  // written once, when somebody asks
  OpRegistry registry_;
  BackendInfo info_;
};

// Pieces that the compile pipeline takes from this backend. The device must
// outlive all that is compiled.
CompilerHooks MakeCompilerHooks(std::shared_ptr<const Device> device,
                                std::shared_ptr<ProgramCache> programs,
                                std::shared_ptr<const BufferBlocks> blocks);

// The plugin's backends: one for each device, in OpenCL's order. Where OpenCL or
// its drivers are missing, there is none, and the reasons are added to *why_none.
Result<std::vector<std::unique_ptr<Backend>>> CreateOpenClBackends(
    std::string* why_none);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_OPENCL_BACKEND_H_
