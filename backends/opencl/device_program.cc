#include "backends/opencl/device_program.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "backends/common/run_control.h"
#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

constexpr char kNameMark[] = "KERNEL";

// The kernel's text under a name of its own.
std::string Named(const std::string& code, const std::string& name) {
  std::string text = code;
  const size_t at = text.find(kNameMark);
  if (at != std::string::npos) text.replace(at, sizeof(kNameMark) - 1, name);
  return text;
}

// The kernels of a program, each text once.
class KernelNames {
 public:
  const std::string& NameOf(const std::string& code) {
    const auto [found, added] =
        names_.try_emplace(code, StrCat("k", names_.size()));
    if (added) text_ += Named(code, found->second);
    return found->second;
  }
  const std::string& text() const { return text_; }

 private:
  std::unordered_map<std::string, std::string> names_;
  std::string text_;
};

}  // namespace

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
  ONNXIFI_RETURN_IF_ERROR(program->Link());
  return program;
}

Status DeviceProgram::MakeMemory() {
  ONNXIFI_ASSIGN_OR_RETURN(
      arena_,
      device_->MakeBuffer(CL_MEM_READ_WRITE, spec_->arena_bytes, nullptr));
  ONNXIFI_ASSIGN_OR_RETURN(
      failure_,
      device_->MakeBuffer(CL_MEM_READ_WRITE, sizeof(cl_int), nullptr));
  const auto make_ports = [&](const std::vector<size_t>& bytes,
                              std::vector<Port>* ports) -> Status {
    ports->resize(bytes.size());
    for (size_t i = 0; i < bytes.size(); ++i) {
      Port& port = (*ports)[i];
      port.bytes = bytes[i];
      // A CPU works in the client's buffers.
      if (device_->facts().is_cpu() && port.bytes > 0) continue;
      ONNXIFI_ASSIGN_OR_RETURN(
          port.own,
          device_->MakeBuffer(CL_MEM_READ_WRITE, port.bytes, nullptr));
    }
    return Status::Ok();
  };
  ONNXIFI_RETURN_IF_ERROR(make_ports(spec_->input_bytes, &inputs_));
  return make_ports(spec_->output_bytes, &outputs_);
}

Status DeviceProgram::Link() {
  ONNXIFI_ASSIGN_OR_RETURN(queue_, device_->MakeQueue());
  ONNXIFI_RETURN_IF_ERROR(MakeMemory());
  KernelNames names;
  for (const StepSpec& step : spec_->steps) {
    const LaunchList* const list = LaunchesOf(step.fn, step.state.get());
    if (list == nullptr) continue;
    for (const Launch& launch : list->launches) names.NameOf(launch.code);
  }
  if (!names.text().empty()) {
    const DeviceFacts& facts = device_->facts();
    text_ = Preamble(facts.has_double, facts.has_half) + names.text();
    ONNXIFI_ASSIGN_OR_RETURN(program_, programs_->Get(text_));
  }
  for (size_t i = 0; i < spec_->steps.size(); ++i) {
    const StepSpec& step = spec_->steps[i];
    size_t bytes = 0;
    if (const LaunchList* list = LaunchesOf(step.fn, step.state.get())) {
      for (const Launch& launch : list->launches) {
        Command command;
        command.step = i;
        command.global = launch.global;
        command.local = launch.local;
        ONNXIFI_ASSIGN_OR_RETURN(
            command.kernel, program_->MakeKernel(names.NameOf(launch.code)));
        commands_.push_back(std::move(command));
        ONNXIFI_RETURN_IF_ERROR(LinkLaunch(i, launch));
      }
    } else if (IsCopyStep(step, &bytes)) {
      ONNXIFI_RETURN_IF_ERROR(LinkCopy(i, bytes));
    } else {
      return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                    StrCat("node '", step.node_name, "' (", step.op_type,
                           ") left nothing to launch"));
    }
  }
  return Status::Ok();
}

Result<DeviceProgram::Place> DeviceProgram::Locate(const Location& location) {
  Place place;
  place.offset = location.offset;
  switch (location.kind) {
    case Location::Kind::kAbsent:
      place.memory = failure_.get();  // anything that there is; never read
      break;
    case Location::Kind::kArena:
      place.memory = arena_.get();
      break;
    case Location::Kind::kConstant: {
      ONNXIFI_ASSIGN_OR_RETURN(
          ConstantPool::Buffer buffer,
          constants_->Get(location.constant, location.constant_bytes, spec_));
      place.memory = buffer->get();
      kept_.push_back(std::move(buffer));
      break;
    }
    case Location::Kind::kInput:
      place.port = &inputs_[location.io];
      break;
    case Location::Kind::kOutput:
      place.port = &outputs_[location.io];
      break;
  }
  // Until the client's buffer is known, and for good when it is empty.
  if (place.port != nullptr) place.memory = place.port->own.get();
  return place;
}

Result<DeviceProgram::Place> DeviceProgram::LocateArgument(
    const StepSpec& step, const LaunchArgument& argument) {
  Place place;
  switch (argument.kind) {
    case LaunchArgument::Kind::kInput: {
      ONNXIFI_ASSIGN_OR_RETURN(place, Locate(step.inputs[argument.index]));
      break;
    }
    case LaunchArgument::Kind::kOutput: {
      ONNXIFI_ASSIGN_OR_RETURN(place, Locate(step.outputs[argument.index]));
      break;
    }
    case LaunchArgument::Kind::kScratch: {
      ONNXIFI_ASSIGN_OR_RETURN(place, Locate(step.scratch));
      break;
    }
    case LaunchArgument::Kind::kPacked: {
      const PackedBytes& packed = *argument.packed;
      ONNXIFI_ASSIGN_OR_RETURN(
          ConstantPool::Buffer buffer,
          constants_->Get(packed.memory.data(), packed.bytes, argument.packed));
      place.memory = buffer->get();
      kept_.push_back(std::move(buffer));
      break;
    }
    case LaunchArgument::Kind::kFailure:
      place.memory = failure_.get();
      checks_failure_ = true;
      break;
  }
  place.offset += argument.offset;
  return place;
}

Status DeviceProgram::SetArgument(size_t command, cl_uint index,
                                  const Place& place) {
  const ClLibrary& cl = device_->cl();
  const cl_kernel kernel = commands_[command].kernel.get();
  if (place.port != nullptr) {
    place.port->patches.push_back({command, index, place.offset});
  }
  if (place.memory != nullptr) {
    ONNXIFI_CL_RETURN_IF_ERROR(
        "clSetKernelArg",
        cl.clSetKernelArg(kernel, index, sizeof(cl_mem), &place.memory));
  }
  const cl_ulong offset = place.offset;
  ONNXIFI_CL_RETURN_IF_ERROR(
      "clSetKernelArg",
      cl.clSetKernelArg(kernel, index + 1, sizeof(offset), &offset));
  return Status::Ok();
}

Status DeviceProgram::LinkLaunch(size_t index, const Launch& launch) {
  const StepSpec& step = spec_->steps[index];
  cl_uint argument = 0;
  for (const LaunchArgument& each : launch.arguments) {
    ONNXIFI_ASSIGN_OR_RETURN(const Place place, LocateArgument(step, each));
    ONNXIFI_RETURN_IF_ERROR(SetArgument(commands_.size() - 1, argument, place));
    argument += 2;
  }
  return Status::Ok();
}

Status DeviceProgram::LinkCopy(size_t index, size_t bytes) {
  if (bytes == 0) return Status::Ok();
  const StepSpec& step = spec_->steps[index];
  ONNXIFI_ASSIGN_OR_RETURN(const Place from, Locate(step.inputs[0]));
  ONNXIFI_ASSIGN_OR_RETURN(const Place to, Locate(step.outputs[0]));
  Command command;
  command.step = index;
  command.from = from.memory;
  command.to = to.memory;
  command.from_offset = from.offset;
  command.to_offset = to.offset;
  command.bytes = bytes;
  if (from.port != nullptr) {
    from.port->patches.push_back({commands_.size(), 0, from.offset});
  }
  if (to.port != nullptr) {
    to.port->patches.push_back({commands_.size(), 1, to.offset});
  }
  commands_.push_back(std::move(command));
  return Status::Ok();
}

// Lets the kernels have `memory` from `offset` on as the port's tensor.
onnxStatus DeviceProgram::Patched(Port& port, cl_mem memory, size_t offset) {
  const ClLibrary& cl = device_->cl();
  for (const Patch& patch : port.patches) {
    Command& command = commands_[patch.command];
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
  return ONNXIFI_STATUS_SUCCESS;
}

// A buffer over the client's memory, in which the device works.
onnxStatus DeviceProgram::BindHost(Port& port, const void* buffer) {
  if (port.bound == buffer && port.block == nullptr) {
    return ONNXIFI_STATUS_SUCCESS;
  }
  Result<ClOwned<cl_mem>> memory =
      device_->MakeBuffer(CL_MEM_READ_WRITE | CL_MEM_USE_HOST_PTR, port.bytes,
                          const_cast<void*>(buffer));
  if (!memory.ok()) {
    NoteRunFailure(memory.status());
    return memory.status().code();
  }
  port.bound = nullptr;  // until all parameters are changed
  const onnxStatus status = Patched(port, memory->get(), 0);
  port.over_host = std::move(memory.value());
  port.block = nullptr;
  if (status == ONNXIFI_STATUS_SUCCESS) port.bound = buffer;
  return status;
}

onnxStatus DeviceProgram::Bind(Port& port, const void* buffer) {
  BufferPlace place = blocks_->Find(buffer);
  if (place.block == nullptr && device_->facts().is_cpu()) {
    return BindHost(port, buffer);
  }
  if (place.block == nullptr) {
    if (port.is_own()) return ONNXIFI_STATUS_SUCCESS;
    port.bound = nullptr;
    port.block = nullptr;
    return Patched(port, port.own.get(), 0);
  }
  if (port.bound == buffer && port.block == place.block) {
    return ONNXIFI_STATUS_SUCCESS;
  }
  const cl_mem memory = place.block->memory();
  port.bound = nullptr;
  const onnxStatus status = Patched(port, memory, place.offset);
  port.over_host = {};
  // As long as it is bound, its addresses are not another block's.
  port.block = std::move(place.block);
  if (status == ONNXIFI_STATUS_SUCCESS) port.bound = buffer;
  return status;
}

onnxStatus DeviceProgram::BindAll(std::span<const void* const> inputs,
                                  std::span<void* const> outputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs_[i].bytes == 0) continue;
    const onnxStatus status = Bind(inputs_[i], inputs[i]);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs_[i].bytes == 0) continue;
    const onnxStatus status = Bind(outputs_[i], outputs[i]);
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
  for (const Command& command : commands_) {
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
  if (checks_failure_) {
    error =
        cl.clEnqueueReadBuffer(queue_.get(), failure_.get(), CL_FALSE, 0,
                               sizeof(failed_), &failed_, 0, nullptr, nullptr);
    if (error != CL_SUCCESS) return Fail("clEnqueueReadBuffer", error, nullptr);
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const onnxStatus status = FetchOutput(outputs_[i], outputs[i]);
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
    const Port& port = inputs_[i];
    if (port.bytes == 0 || !port.is_own()) continue;
    const cl_int error =
        cl.clEnqueueWriteBuffer(queue_.get(), port.own.get(), CL_FALSE, 0,
                                port.bytes, inputs[i], 0, nullptr, nullptr);
    if (error != CL_SUCCESS) {
      return Fail("clEnqueueWriteBuffer", error, nullptr);
    }
  }
  if (!checks_failure_) return ONNXIFI_STATUS_SUCCESS;
  constexpr cl_int kNone = 0;
  const cl_int error =
      cl.clEnqueueWriteBuffer(queue_.get(), failure_.get(), CL_TRUE, 0,
                              sizeof(kNone), &kNone, 0, nullptr, nullptr);
  return error == CL_SUCCESS ? ONNXIFI_STATUS_SUCCESS
                             : Fail("clEnqueueWriteBuffer", error, nullptr);
}

onnxStatus DeviceProgram::Run(std::span<const void* const> inputs,
                              std::span<void* const> outputs) {
  if (inputs.size() != inputs_.size() || outputs.size() != outputs_.size()) {
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  onnxStatus status = BindAll(inputs, outputs);
  if (status == ONNXIFI_STATUS_SUCCESS) status = Begin(inputs);
  if (status == ONNXIFI_STATUS_SUCCESS) status = Enqueue();
  if (status == ONNXIFI_STATUS_SUCCESS) status = Finish(outputs);
  if (status != ONNXIFI_STATUS_SUCCESS) {
    // The client's buffers are its own again.
    device_->cl().clFinish(queue_.get());
    return status;
  }
  if (!has_run_ && program_ != nullptr) programs_->Keep(text_, *program_);
  has_run_ = true;
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace onnxifi::opencl
