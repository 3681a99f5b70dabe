#ifndef ONNXIFI_BACKENDS_OPENCL_DEVICE_PROGRAM_H_
#define ONNXIFI_BACKENDS_OPENCL_DEVICE_PROGRAM_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backends/common/flat_program.h"
#include "backends/common/plan.h"
#include "backends/opencl/constant_pool.h"
#include "backends/opencl/device.h"
#include "backends/opencl/device_memory.h"
#include "backends/opencl/launch.h"
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
  // A parameter that follows an input or output of the graph.
  struct Patch {
    size_t command;
    cl_uint argument;  // of a copy: 0 is its source, 1 its target
    size_t offset;     // in the tensor
  };
  // An input or output, and the buffer that kernels have as theirs: the
  // client's block, a buffer over its memory, or one of our own.
  struct Port {
    size_t bytes = 0;
    const void* bound = nullptr;  // where the client has it; of our own: NULL
    std::shared_ptr<const BufferBlock> block;
    ClOwned<cl_mem> over_host;
    ClOwned<cl_mem> own;
    std::vector<Patch> patches;
    bool is_own() const { return bound == nullptr; }
  };
  // A kernel, or a copy when there is none.
  struct Command {
    size_t step = 0;
    ClOwned<cl_kernel> kernel;
    cl_uint dims = 3;
    std::array<size_t, 3> global = {1, 1, 1};
    std::array<size_t, 3> local = {0, 0, 0};
    cl_mem from = nullptr;
    cl_mem to = nullptr;
    size_t from_offset = 0;
    size_t to_offset = 0;
    size_t bytes = 0;
  };
  // A place in a buffer of the device.
  struct Place {
    cl_mem memory = nullptr;
    size_t offset = 0;
    Port* port = nullptr;  // whose buffer it is, when not known yet
  };

  DeviceProgram(std::shared_ptr<const ProgramSpec> spec,
                std::shared_ptr<const Device> device,
                std::shared_ptr<ProgramCache> programs,
                std::shared_ptr<ConstantPool> constants,
                std::shared_ptr<const BufferBlocks> blocks);
  Status Link();
  Status MakeMemory();
  Status LinkStep(size_t index);
  Status LinkLaunch(size_t index, const Launch& launch);
  Status LinkCopy(size_t index, size_t bytes);
  Status SetArgument(size_t command, cl_uint index, const Place& place);
  Result<Place> Locate(const Location& location);
  Result<Place> LocateArgument(const StepSpec& step,
                               const LaunchArgument& argument);
  onnxStatus Bind(Port& port, const void* buffer);
  onnxStatus BindHost(Port& port, const void* buffer);
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
  std::string text_;
  std::shared_ptr<const Program> program_;
  std::vector<ConstantPool::Buffer> kept_;
  ClOwned<cl_mem> arena_;
  ClOwned<cl_mem> failure_;
  std::vector<Port> inputs_;
  std::vector<Port> outputs_;
  std::vector<Command> commands_;
  // The last member: what is in it uses all others.
  ClOwned<cl_command_queue> queue_;
  bool checks_failure_ = false;
  cl_int failed_ = 0;  // read back from failure_
  bool has_run_ = false;
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_DEVICE_PROGRAM_H_
