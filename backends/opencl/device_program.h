#ifndef ONNXIFI_BACKENDS_OPENCL_DEVICE_PROGRAM_H_
#define ONNXIFI_BACKENDS_OPENCL_DEVICE_PROGRAM_H_

#include <memory>
#include <span>
#include <vector>

#include "backends/common/flat_program.h"
#include "backends/common/plan.h"
#include "backends/opencl/constant_pool.h"
#include "backends/opencl/device.h"
#include "backends/opencl/device_memory.h"
#include "backends/opencl/linked_program.h"
#include "backends/opencl/program_cache.h"

namespace onnxifi::opencl {

// A compiled graph on a device: kernels in the order of the program, on a queue
// of its own, over one arena. A run puts all of them into the queue and waits
// once, at its end. Not thread-safe.
class DeviceProgram final : public Executable {
 public:
  static Result<std::unique_ptr<DeviceProgram>> Create(
      std::shared_ptr<const ProgramSpec> spec,
      std::shared_ptr<const Device> device,
      std::shared_ptr<ProgramCache> programs,
      std::shared_ptr<ConstantPool> constants,
      std::shared_ptr<const BufferBlocks> blocks);
  ~DeviceProgram() override;

  const std::vector<graph::Shape>& output_shapes() const override {
    return spec_->output_shapes;
  }
  std::span<const graph::DataType> output_types() const override {
    return spec_->output_types;
  }
  onnxStatus Run(std::span<const void* const> inputs,
                 std::span<void* const> outputs) override;
  int64_t workspace_bytes() const override {
    return static_cast<int64_t>(spec_->arena_bytes);
  }

 private:
  using Command = LinkedProgram::Command;
  using Patch = LinkedProgram::Patch;
  using Port = LinkedProgram::Port;

  DeviceProgram(std::shared_ptr<const ProgramSpec> spec,
                std::shared_ptr<const Device> device,
                std::shared_ptr<ProgramCache> programs,
                std::shared_ptr<ConstantPool> constants,
                std::shared_ptr<const BufferBlocks> blocks);
  onnxStatus Bind(Port& port, const void* buffer);
  bool UsesHost(const Port& port, const void* buffer) const;
  onnxStatus BindHost(Port& port, const void* buffer);
  void ReleaseHost();
  onnxStatus Patched(Port& port, cl_mem memory, size_t offset);
  onnxStatus BindAll(std::span<const void* const> inputs,
                     std::span<void* const> outputs);
  onnxStatus Begin(std::span<const void* const> inputs);
  onnxStatus FetchOutput(const Port& port, void* output);
  onnxStatus Enqueue();
  onnxStatus EnqueueCommand(const Command& command);
  onnxStatus Finish(std::span<void* const> outputs);
  onnxStatus Fail(const char* call, cl_int error, const Command* command);

  const std::shared_ptr<const ProgramSpec> spec_;
  const std::shared_ptr<const Device> device_;
  const std::shared_ptr<ProgramCache> programs_;
  const std::shared_ptr<ConstantPool> constants_;
  const std::shared_ptr<const BufferBlocks> blocks_;
  LinkedProgram linked_;
  // The last member: what is in it uses all others.
  ClOwned<cl_command_queue> queue_;
  cl_int failed_ = 0;  // read back from failure_
  bool has_run_ = false;
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_DEVICE_PROGRAM_H_
