#include "backends/opencl/opencl_backend.h"

#include <utility>

#include "backends/common/value_graph.h"
#include "backends/opencl/constant_pool.h"
#include "backends/opencl/device_program.h"
#include "backends/opencl/fuse.h"
#include "backends/opencl/native_handle.h"
#include "backends/opencl/reorder.h"
#include "base/log.h"
#include "base/str_cat.h"
#include "base/thread_pool.h"

namespace onnxifi::opencl {
namespace {

constexpr size_t kMaxDeviceBytes = 63;  // clients bring 64-byte buffers

// Makes the programs of one graph, which share its constants.
class Linker final : public ProgramLinker {
 public:
  Linker(std::shared_ptr<const Device> device,
         std::shared_ptr<ProgramCache> programs,
         std::shared_ptr<const BufferBlocks> blocks)
      : device_(std::move(device)),
        programs_(std::move(programs)),
        blocks_(std::move(blocks)),
        constants_(std::make_shared<ConstantPool>(device_)) {}

  Result<std::unique_ptr<Executable>> Link(
      std::shared_ptr<const ProgramSpec> spec) override {
    ONNXIFI_ASSIGN_OR_RETURN(
        std::unique_ptr<DeviceProgram> program,
        DeviceProgram::Create(std::move(spec), device_, programs_, constants_,
                              blocks_));
    return std::unique_ptr<Executable>(std::move(program));
  }

 private:
  const std::shared_ptr<const Device> device_;
  const std::shared_ptr<ProgramCache> programs_;
  const std::shared_ptr<const BufferBlocks> blocks_;
  const std::shared_ptr<ConstantPool> constants_;
};

uint64_t DeviceTypeOf(cl_device_type type) {
  if ((type & CL_DEVICE_TYPE_GPU) != 0) return ONNXIFI_DEVICE_TYPE_GPU;
  if ((type & CL_DEVICE_TYPE_CPU) != 0) return ONNXIFI_DEVICE_TYPE_CPU;
  return ONNXIFI_DEVICE_TYPE_NPU;
}

bool IsDouble(const graph::Value& value) {
  return value.type == graph::DataType::kDouble;
}

// A node with a double anywhere.
bool UsesDouble(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (node.HasInput(i) && IsDouble(node.input(i))) return true;
  }
  for (size_t i = 0; i < node.output_count(); ++i) {
    if (node.HasOutput(i) && IsDouble(node.output(i))) return true;
  }
  return false;
}

}  // namespace

OpenClBackend::OpenClBackend(std::shared_ptr<const Device> device)
    : device_(std::move(device)),
      programs_(std::make_shared<ProgramCache>(device_, DefaultCacheFolder())),
      memory_(device_),
      registry_(kAllOps) {
  const DeviceFacts& facts = device_->facts();
  info_.name = "ONNXIFI OpenCL";
  info_.vendor = "ONNXIFI project";
  info_.version = ONNXIFI_PROJECT_VERSION;
  info_.device = facts.name.empty() ? "OpenCL device" : facts.name;
  if (info_.device.size() > kMaxDeviceBytes) {
    info_.device.resize(kMaxDeviceBytes);
  }
  info_.ir_versions = "3 4 5 6 7 8 9 10 11 12 13 14";
  info_.opset_versions = "ai.onnx:28";
  info_.device_type = DeviceTypeOf(facts.type);
  info_.capabilities = ONNXIFI_CAPABILITY_THREAD_SAFE |
                       ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE |
                       ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS;
  info_.memory_types = ONNXIFI_MEMORY_TYPE_OPENCL_BUFFER;
  info_.opencl_platform_id = reinterpret_cast<uintptr_t>(device_->platform());
  info_.opencl_device_id = reinterpret_cast<uintptr_t>(device_->id());
  info_.memory_size = facts.memory_bytes;
  info_.max_graph_size = facts.memory_bytes;
  info_.max_graph_count = UINT32_MAX;
}

Reject OpenClBackend::Supports(const NodeView& node) const {
  if (!device_->facts().has_double && UsesDouble(node)) {
    return {RejectReason::kDataType, "the device has no double"};
  }
  return registry_.Supports(node);
}

CompilerHooks MakeCompilerHooks(std::shared_ptr<const Device> device,
                                std::shared_ptr<ProgramCache> programs,
                                std::shared_ptr<const BufferBlocks> blocks) {
  CompilerHooks hooks;
  hooks.rewrite = &FuseGraph;
  hooks.make_reorder = &MakeReorder;
  hooks.device = device.get();
  hooks.linker = std::make_shared<Linker>(
      std::move(device), std::move(programs), std::move(blocks));
  return hooks;
}

Result<std::unique_ptr<CompiledGraph>> OpenClBackend::Compile(
    graph::Graph graph, const CompileOptions&) {
  return CompileGraph(std::move(graph), registry_,
                      MakeCompilerHooks(device_, programs_, memory_.blocks()),
                      ThreadPool::Global());
}

Result<std::unique_ptr<Backend>> OpenClBackend::Open(
    const NativeHandles& handles) const {
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const Device> device,
                           ShareDevice(*device_, handles));
  return std::unique_ptr<Backend>(
      std::make_unique<OpenClBackend>(std::move(device)));
}

BackendInfo OpenClBackend::MeasuredInfo() const {
  BackendInfo info = info_;
  std::call_once(measured_,
                 [this] { rates_ = MeasureRates(device_, *programs_); });
  info.macs_fp32 = rates_.macs_fp32;
  info.macs_fp16 = rates_.macs_fp16;
  info.memory_bandwidth = rates_.memory_bandwidth;
  info.cpu_read_bandwidth = rates_.cpu_read_bandwidth;
  info.cpu_write_bandwidth = rates_.cpu_write_bandwidth;
  return info;
}

Result<std::vector<std::unique_ptr<Backend>>> CreateOpenClBackends(
    std::string* why_none) {
  std::vector<std::string> reasons;
  std::vector<std::unique_ptr<Backend>> backends;
  Result<std::vector<std::shared_ptr<Device>>> devices =
      Device::FindAll(&reasons);
  if (!devices.ok()) reasons.push_back(devices.status().message());
  for (const std::string& reason : reasons) {
    Log(LogLevel::kInfo, "opencl: ", reason);
  }
  if (!devices.ok() || devices->empty()) {
    for (const std::string& reason : reasons) {
      *why_none += StrCat(why_none->empty() ? "" : "; ", reason);
    }
    return backends;
  }
  for (std::shared_ptr<Device>& device : *devices) {
    backends.push_back(std::make_unique<OpenClBackend>(std::move(device)));
  }
  return backends;
}

}  // namespace onnxifi::opencl
