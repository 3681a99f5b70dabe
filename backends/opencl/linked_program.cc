#include "backends/opencl/linked_program.h"

#include <unordered_map>
#include <utility>

#include "backends/opencl/kernel_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using Command = LinkedProgram::Command;
using Port = LinkedProgram::Port;

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

// A place in a buffer of the device.
struct Place {
  cl_mem memory = nullptr;
  size_t offset = 0;
  Port* port = nullptr;  // whose buffer it is, when not known yet
};

class Linker {
 public:
  Linker(const std::shared_ptr<const ProgramSpec>& spec, const Device& device,
         ProgramCache& programs, ConstantPool& constants, LinkedProgram* to)
      : spec_(spec),
        device_(device),
        programs_(programs),
        constants_(constants),
        to_(*to) {}

  Status Run() {
    ONNXIFI_RETURN_IF_ERROR(MakeMemory());
    ONNXIFI_RETURN_IF_ERROR(GetProgram());
    for (size_t i = 0; i < spec_->steps.size(); ++i) {
      ONNXIFI_RETURN_IF_ERROR(LinkStep(i));
    }
    return Status::Ok();
  }

 private:
  Status MakeMemory();
  Status MakePorts(const std::vector<size_t>& bytes, std::vector<Port>* ports);
  Status GetProgram();
  Status LinkStep(size_t index);
  Status LinkLaunch(size_t index, const Launch& launch);
  Status LinkCopy(size_t index, size_t bytes);
  Status SetArgument(size_t command, cl_uint index, const Place& place);
  Result<Place> Locate(const Location& location);
  Result<Place> LocateArgument(const StepSpec& step,
                               const LaunchArgument& argument);

  const std::shared_ptr<const ProgramSpec>& spec_;
  const Device& device_;
  ProgramCache& programs_;
  ConstantPool& constants_;
  LinkedProgram& to_;
  KernelNames names_;
};

Status Linker::MakeMemory() {
  ONNXIFI_ASSIGN_OR_RETURN(
      to_.arena,
      device_.MakeBuffer(CL_MEM_READ_WRITE, spec_->arena_bytes, nullptr));
  ONNXIFI_ASSIGN_OR_RETURN(
      to_.failure,
      device_.MakeBuffer(CL_MEM_READ_WRITE, sizeof(cl_int), nullptr));
  ONNXIFI_RETURN_IF_ERROR(MakePorts(spec_->input_bytes, &to_.inputs));
  return MakePorts(spec_->output_bytes, &to_.outputs);
}

Status Linker::MakePorts(const std::vector<size_t>& bytes,
                         std::vector<Port>* ports) {
  ports->resize(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    Port& port = (*ports)[i];
    port.bytes = bytes[i];
    // A CPU works in the client's buffers.
    if (device_.facts().is_cpu() && port.bytes > 0) continue;
    ONNXIFI_ASSIGN_OR_RETURN(
        port.own, device_.MakeBuffer(CL_MEM_READ_WRITE, port.bytes, nullptr));
  }
  return Status::Ok();
}

// All kernels of the graph are one program.
Status Linker::GetProgram() {
  for (const StepSpec& step : spec_->steps) {
    const LaunchList* const list = LaunchesOf(step.fn, step.state.get());
    if (list == nullptr) continue;
    for (const Launch& launch : list->launches) names_.NameOf(launch.code);
  }
  if (names_.text().empty()) return Status::Ok();
  const DeviceFacts& facts = device_.facts();
  to_.text = Preamble(facts.has_double, facts.has_half) + names_.text();
  ONNXIFI_ASSIGN_OR_RETURN(to_.program, programs_.Get(to_.text));
  return Status::Ok();
}

Status Linker::LinkStep(size_t index) {
  const StepSpec& step = spec_->steps[index];
  size_t bytes = 0;
  if (const LaunchList* list = LaunchesOf(step.fn, step.state.get())) {
    for (const Launch& launch : list->launches) {
      ONNXIFI_RETURN_IF_ERROR(LinkLaunch(index, launch));
    }
    return Status::Ok();
  }
  if (IsCopyStep(step, &bytes)) return LinkCopy(index, bytes);
  return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                StrCat("node '", step.node_name, "' (", step.op_type,
                       ") left nothing to launch"));
}

Result<Place> Linker::Locate(const Location& location) {
  Place place;
  place.offset = location.offset;
  switch (location.kind) {
    case Location::Kind::kAbsent:
      place.memory = to_.failure.get();  // anything that there is; never read
      break;
    case Location::Kind::kArena:
      place.memory = to_.arena.get();
      break;
    case Location::Kind::kConstant: {
      ONNXIFI_ASSIGN_OR_RETURN(
          ConstantPool::Buffer buffer,
          constants_.Get(location.constant, location.constant_bytes, spec_));
      place.memory = buffer->get();
      to_.kept.push_back(std::move(buffer));
      break;
    }
    case Location::Kind::kInput:
      place.port = &to_.inputs[location.io];
      break;
    case Location::Kind::kOutput:
      place.port = &to_.outputs[location.io];
      break;
  }
  // Until the client's buffer is known, and for good when it is empty.
  if (place.port != nullptr) place.memory = place.port->own.get();
  return place;
}

Result<Place> Linker::LocateArgument(const StepSpec& step,
                                     const LaunchArgument& argument) {
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
          constants_.Get(packed.memory.data(), packed.bytes, argument.packed));
      place.memory = buffer->get();
      to_.kept.push_back(std::move(buffer));
      break;
    }
    case LaunchArgument::Kind::kFailure:
      place.memory = to_.failure.get();
      to_.checks_failure = true;
      break;
  }
  place.offset += argument.offset;
  return place;
}

Status Linker::SetArgument(size_t command, cl_uint index, const Place& place) {
  const ClLibrary& cl = device_.cl();
  const cl_kernel kernel = to_.commands[command].kernel.get();
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

Status Linker::LinkLaunch(size_t index, const Launch& launch) {
  const StepSpec& step = spec_->steps[index];
  Command command;
  command.step = index;
  command.global = launch.global;
  command.local = launch.local;
  ONNXIFI_ASSIGN_OR_RETURN(command.kernel,
                           to_.program->MakeKernel(names_.NameOf(launch.code)));
  to_.commands.push_back(std::move(command));
  cl_uint argument = 0;
  for (const LaunchArgument& each : launch.arguments) {
    ONNXIFI_ASSIGN_OR_RETURN(const Place place, LocateArgument(step, each));
    ONNXIFI_RETURN_IF_ERROR(
        SetArgument(to_.commands.size() - 1, argument, place));
    argument += 2;
  }
  return Status::Ok();
}

Status Linker::LinkCopy(size_t index, size_t bytes) {
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
    from.port->patches.push_back({to_.commands.size(), 0, from.offset});
  }
  if (to.port != nullptr) {
    to.port->patches.push_back({to_.commands.size(), 1, to.offset});
  }
  to_.commands.push_back(std::move(command));
  return Status::Ok();
}

}  // namespace

Result<LinkedProgram> LinkedProgram::Link(
    const std::shared_ptr<const ProgramSpec>& spec, const Device& device,
    ProgramCache& programs, ConstantPool& constants) {
  LinkedProgram linked;
  ONNXIFI_RETURN_IF_ERROR(
      Linker(spec, device, programs, constants, &linked).Run());
  return linked;
}

}  // namespace onnxifi::opencl
