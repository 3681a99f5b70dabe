#include "backends/opencl/device_program.h"

#include <cstdint>
#include <utility>

#include "backends/common/run_control.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

DeviceProgram::DeviceProgram(std::shared_ptr<const ProgramSpec> spec,
                             std::shared_ptr<const Device> device,
                             std::shared_ptr<ProgramCache> programs,
                             std::shared_ptr<ConstantPool> constants,
                             std::shared_ptr<const BufferBlocks> blocks)
    : spec_(std::move(spec)),
      device_(std::move(device)),
      programs_(std::move(programs)),
      constants_(std::move(constants)),
      blocks_(std::move(blocks)) {}

DeviceProgram::~DeviceProgram() {
  // After a failure commands may still be in the queue.
  if (queue_) device_->cl().clFinish(queue_.get());
}

Result<std::unique_ptr<DeviceProgram>> DeviceProgram::Create(
    std::shared_ptr<const ProgramSpec> spec,
    std::shared_ptr<const Device> device,
    std::shared_ptr<ProgramCache> programs,
    std::shared_ptr<ConstantPool> constants,
    std::shared_ptr<const BufferBlocks> blocks) {
  std::unique_ptr<DeviceProgram> program(
      new DeviceProgram(std::move(spec), std::move(device), std::move(programs),
                        std::move(constants), std::move(blocks)));
  ONNXIFI_ASSIGN_OR_RETURN(program->queue_, program->device_->MakeQueue());
  ONNXIFI_ASSIGN_OR_RETURN(
      program->linked_,
      LinkedProgram::Link(program->spec_, *program->device_,
                          *program->programs_, *program->constants_));
  return program;
}

// Lets the kernels have `memory` from `offset` on as the port's tensor.
onnxStatus DeviceProgram::Patched(Port& port, cl_mem memory, size_t offset) {
  const ClLibrary& cl = device_->cl();
  port.stale = true;  // until all parameters are changed
  for (const Patch& patch : port.patches) {
    Command& command = linked_.commands[patch.command];
    const cl_ulong at = patch.offset + offset;
    if (!command.kernel) {
      (patch.argument == 0 ? command.from : command.to) = memory;
      (patch.argument == 0 ? command.from_offset : command.to_offset) = at;
      continue;
    }
    const cl_kernel kernel = command.kernel.get();
    cl_int error =
        cl.clSetKernelArg(kernel, patch.argument, sizeof(memory), &memory);
    if (error == CL_SUCCESS) {
      error = cl.clSetKernelArg(kernel, patch.argument + 1, sizeof(at), &at);
    }
    if (error != CL_SUCCESS) return Fail("clSetKernelArg", error, &command);
  }
  port.stale = false;
  return ONNXIFI_STATUS_SUCCESS;
}

// Whether the device works in the client's memory.
bool DeviceProgram::UsesHost(const Port& port, const void* buffer) const {
  const DeviceFacts& facts = device_->facts();
  if (facts.is_cpu()) return true;
  // Drivers copy what lies elsewhere themselves, and making a buffer costs as much
  // as copying a small one.
  constexpr uintptr_t kPage = 4096;
  constexpr size_t kLeast = size_t{64} << 10;
  return facts.shares_memory && port.bytes >= kLeast &&
         reinterpret_cast<uintptr_t>(buffer) % kPage == 0;
}

// A buffer over the client's memory, in which the device works.
onnxStatus DeviceProgram::BindHost(Port& port, const void* buffer) {
  if (port.over_host && port.bound == buffer && !port.stale) {
    return ONNXIFI_STATUS_SUCCESS;
  }
  Result<ClOwned<cl_mem>> memory =
      device_->MakeBuffer(CL_MEM_READ_WRITE | CL_MEM_USE_HOST_PTR, port.bytes,
                          const_cast<void*>(buffer));
  if (!memory.ok()) {
    NoteRunFailure(memory.status());
    return memory.status().code();
  }
  port.over_host = std::move(memory.value());
  port.block = nullptr;
  port.bound = buffer;
  return Patched(port, port.over_host.get(), 0);
}

onnxStatus DeviceProgram::Bind(Port& port, const void* buffer) {
  BufferPlace place = blocks_->Find(buffer);
  if (place.block == nullptr && UsesHost(port, buffer)) {
    return BindHost(port, buffer);
  }
  if (place.block == nullptr) {
    if (port.is_own() && !port.stale) return ONNXIFI_STATUS_SUCCESS;
    port.bound = nullptr;
    port.over_host = {};
    port.block = nullptr;
    return Patched(port, port.own.get(), 0);
  }
  if (port.bound == buffer && port.block == place.block && !port.stale) {
    return ONNXIFI_STATUS_SUCCESS;
  }
  port.over_host = {};
  // As long as it is bound, its addresses are not another block's.
  port.block = std::move(place.block);
  port.bound = buffer;
  return Patched(port, port.block->memory(), place.offset);
}

// Only a CPU sees at once what the host writes to memory that it has a buffer
// over: others get a new one for each run.
void DeviceProgram::ReleaseHost() {
  if (device_->facts().is_cpu()) return;
  for (std::vector<Port>* ports : {&linked_.inputs, &linked_.outputs}) {
    for (Port& port : *ports) {
      if (!port.over_host) continue;
      port.over_host = {};
      port.stale = true;
    }
  }
}

onnxStatus DeviceProgram::BindAll(std::span<const void* const> inputs,
                                  std::span<void* const> outputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (linked_.inputs[i].bytes == 0) continue;
    const onnxStatus status = Bind(linked_.inputs[i], inputs[i]);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (linked_.outputs[i].bytes == 0) continue;
    const onnxStatus status = Bind(linked_.outputs[i], outputs[i]);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
  }
  return ONNXIFI_STATUS_SUCCESS;
}

onnxStatus DeviceProgram::Fail(const char* call, cl_int error,
                               const Command* command) {
  Status failure = ClError(call, error);
  if (command != nullptr) {
    const StepSpec& step = spec_->steps[command->step];
    failure = failure
                  .WithContext(StrCat("node '", step.node_name, "' (",
                                      step.op_type, ")"))
                  .At({step.node_name, step.op_type});
  }
  NoteRunFailure(failure);
  return failure.code();
}

onnxStatus DeviceProgram::EnqueueCommand(const Command& command) {
  const ClLibrary& cl = device_->cl();
  if (!command.kernel) {
    const cl_int error = cl.clEnqueueCopyBuffer(
        queue_.get(), command.from, command.to, command.from_offset,
        command.to_offset, command.bytes, 0, nullptr, nullptr);
    return error == CL_SUCCESS ? ONNXIFI_STATUS_SUCCESS
                               : Fail("clEnqueueCopyBuffer", error, &command);
  }
  const cl_int error = cl.clEnqueueNDRangeKernel(
      queue_.get(), command.kernel.get(), command.dims, nullptr,
      command.global.data(),
      command.local[0] == 0 ? nullptr : command.local.data(), 0, nullptr,
      nullptr);
  return error == CL_SUCCESS ? ONNXIFI_STATUS_SUCCESS
                             : Fail("clEnqueueNDRangeKernel", error, &command);
}

onnxStatus DeviceProgram::Enqueue() {
  RunControl* const control = RunControl::Current();
  for (const Command& command : linked_.commands) {
    if (control != nullptr) {
      if (const onnxStatus stop = control->StopCode();
          stop != ONNXIFI_STATUS_SUCCESS) {
        return stop;
      }
    }
    const onnxStatus status = EnqueueCommand(command);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// What the client finds in its buffer when the queue is through.
onnxStatus DeviceProgram::FetchOutput(const Port& port, void* output) {
  const ClLibrary& cl = device_->cl();
  if (port.bytes == 0 || port.block != nullptr) return ONNXIFI_STATUS_SUCCESS;
  if (port.is_own()) {
    const cl_int error =
        cl.clEnqueueReadBuffer(queue_.get(), port.own.get(), CL_FALSE, 0,
                               port.bytes, output, 0, nullptr, nullptr);
    return error == CL_SUCCESS ? ONNXIFI_STATUS_SUCCESS
                               : Fail("clEnqueueReadBuffer", error, nullptr);
  }
  // What a kernel has written to memory of the host is certain to be there
  // while it is mapped.
  cl_int error = CL_SUCCESS;
  const cl_mem memory = port.over_host.get();
  void* const mapped =
      cl.clEnqueueMapBuffer(queue_.get(), memory, CL_FALSE, CL_MAP_READ, 0,
                            port.bytes, 0, nullptr, nullptr, &error);
  if (error != CL_SUCCESS) return Fail("clEnqueueMapBuffer", error, nullptr);
  error = cl.clEnqueueUnmapMemObject(queue_.get(), memory, mapped, 0, nullptr,
                                     nullptr);
  return error == CL_SUCCESS ? ONNXIFI_STATUS_SUCCESS
                             : Fail("clEnqueueUnmapMemObject", error, nullptr);
}

// Waits for the queue and brings the results to the client.
onnxStatus DeviceProgram::Finish(std::span<void* const> outputs) {
  const ClLibrary& cl = device_->cl();
  failed_ = 0;
  cl_int error = CL_SUCCESS;
  if (linked_.checks_failure) {
    error =
        cl.clEnqueueReadBuffer(queue_.get(), linked_.failure.get(), CL_FALSE, 0,
                               sizeof(failed_), &failed_, 0, nullptr, nullptr);
    if (error != CL_SUCCESS) return Fail("clEnqueueReadBuffer", error, nullptr);
  }
  for (size_t i = 0; i < linked_.outputs.size(); ++i) {
    const onnxStatus status = FetchOutput(linked_.outputs[i], outputs[i]);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
  }
  error = cl.clFinish(queue_.get());
  if (error != CL_SUCCESS) return Fail("clFinish", error, nullptr);
  if (failed_ == 0) return ONNXIFI_STATUS_SUCCESS;
  NoteRunFailure(Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                        "a kernel refuses the data: an index or a size in it "
                        "is out of range"));
  return ONNXIFI_STATUS_INTERNAL_ERROR;
}

// Brings the inputs to the device that are not there.
onnxStatus DeviceProgram::Begin(std::span<const void* const> inputs) {
  const ClLibrary& cl = device_->cl();
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Port& port = linked_.inputs[i];
    if (port.bytes == 0 || !port.is_own()) continue;
    const cl_int error =
        cl.clEnqueueWriteBuffer(queue_.get(), port.own.get(), CL_FALSE, 0,
                                port.bytes, inputs[i], 0, nullptr, nullptr);
    if (error != CL_SUCCESS) {
      return Fail("clEnqueueWriteBuffer", error, nullptr);
    }
  }
  if (!linked_.checks_failure) return ONNXIFI_STATUS_SUCCESS;
  static constexpr cl_int kNone = 0;
  const cl_int error =
      cl.clEnqueueWriteBuffer(queue_.get(), linked_.failure.get(), CL_FALSE, 0,
                              sizeof(kNone), &kNone, 0, nullptr, nullptr);
  return error == CL_SUCCESS ? ONNXIFI_STATUS_SUCCESS
                             : Fail("clEnqueueWriteBuffer", error, nullptr);
}

onnxStatus DeviceProgram::Run(std::span<const void* const> inputs,
                              std::span<void* const> outputs) {
  if (inputs.size() != linked_.inputs.size() ||
      outputs.size() != linked_.outputs.size()) {
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  onnxStatus status = BindAll(inputs, outputs);
  if (status == ONNXIFI_STATUS_SUCCESS) status = Begin(inputs);
  if (status == ONNXIFI_STATUS_SUCCESS) status = Enqueue();
  if (status == ONNXIFI_STATUS_SUCCESS) status = Finish(outputs);
  // After a failure, too, the client's buffers are its own again.
  if (status != ONNXIFI_STATUS_SUCCESS) device_->cl().clFinish(queue_.get());
  ReleaseHost();
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (!has_run_ && linked_.program != nullptr) {
    programs_->Keep(linked_.text, *linked_.program);
  }
  has_run_ = true;
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace onnxifi::opencl
