#include "backends/common/flat_program.h"

#include <cstring>
#include <new>

#include "backends/common/run_control.h"
#include "base/futex.h"
#include "base/str_cat.h"

namespace onnxifi {

FlatProgram::FlatProgram(std::shared_ptr<const ProgramSpec> spec,
                         ThreadPool& pool, RunHooks hooks)
    : spec_(std::move(spec)), pool_(pool), hooks_(hooks) {}

Result<std::unique_ptr<FlatProgram>> FlatProgram::Create(
    std::shared_ptr<const ProgramSpec> spec, ThreadPool& pool, RunHooks hooks) {
  std::unique_ptr<FlatProgram> program(
      new FlatProgram(std::move(spec), pool, hooks));
  ONNXIFI_RETURN_IF_ERROR(program->Link());
  return program;
}

Status FlatProgram::Link() {
  if (spec_->arena_bytes > 0) {
    arena_memory_ = AlignedMemory::Allocate(spec_->arena_bytes);
    arena_ = static_cast<std::byte*>(arena_memory_.data());
    if (arena_ == nullptr) {
      return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                    StrCat("no memory for ", spec_->arena_bytes,
                           " bytes of intermediate tensors"));
    }
  }
  const auto make_ports = [](std::vector<Port>& ports,
                             const std::vector<size_t>& bytes,
                             const std::vector<size_t>& alignment) {
    ports.resize(bytes.size());
    for (size_t i = 0; i < bytes.size(); ++i) {
      ports[i].bytes = bytes[i];
      ports[i].alignment = alignment[i];
    }
  };
  make_ports(inputs_, spec_->input_bytes, spec_->input_alignment);
  make_ports(outputs_, spec_->output_bytes, spec_->output_alignment);

  size_t slots = 0;
  for (const StepSpec& step : spec_->steps) {
    slots += step.inputs.size() + step.outputs.size();
  }
  slots_.resize(slots);
  steps_.reserve(spec_->steps.size());
  size_t slot = 0;
  for (const StepSpec& step : spec_->steps) {
    void** const in = slots_.data() + slot;
    for (const Location& location : step.inputs) {
      slots_[slot] = Resolve(location, slot);
      ++slot;
    }
    void** const out = slots_.data() + slot;
    for (const Location& location : step.outputs) {
      slots_[slot] = Resolve(location, slot);
      ++slot;
    }
    void* const scratch = step.scratch.kind == Location::Kind::kArena
                              ? arena_ + step.scratch.offset
                              : nullptr;
    steps_.push_back({step.fn, step.state.get(), {in, out, scratch, &pool_}});
  }
  return Status::Ok();
}

void* FlatProgram::Resolve(const Location& location, size_t slot) {
  switch (location.kind) {
    case Location::Kind::kAbsent:
      return nullptr;
    case Location::Kind::kArena:
      return arena_ + location.offset;
    case Location::Kind::kConstant:
      // Steps never write through input slots, so dropping const is safe.
      return const_cast<std::byte*>(
          static_cast<const std::byte*>(location.constant) + location.offset);
    case Location::Kind::kInput:
      inputs_[location.io].patches.push_back({slot, location.offset});
      return nullptr;
    case Location::Kind::kOutput:
      outputs_[location.io].patches.push_back({slot, location.offset});
      return nullptr;
  }
  return nullptr;
}

// Points the port's slots at the buffer, or at an aligned stand-in for it.
bool FlatProgram::BindPort(Port& port, const void* buffer) {
  if (port.bound == buffer && port.effective != nullptr) return true;
  port.bound = buffer;
  port.effective = const_cast<void*>(buffer);
  if (reinterpret_cast<uintptr_t>(buffer) % port.alignment != 0) {
    if (port.staging == nullptr) {
      port.staging.reset(new (std::nothrow) std::byte[port.bytes + 1]);
      if (port.staging == nullptr) return false;
    }
    port.effective = port.staging.get();
  }
  for (const Patch& patch : port.patches) {
    slots_[patch.slot] = static_cast<std::byte*>(port.effective) + patch.offset;
  }
  return true;
}

void FlatProgram::NoteFailure(size_t step, onnxStatus status) const noexcept {
  const StepSpec& spec = spec_->steps[step];
  const char* const hint =
      status == ONNXIFI_STATUS_INTERNAL_ERROR
          ? " failed; an index or a size in the data may be out of range"
          : " failed";
  try {
    NoteRunFailure(Status(status, StrCat("node '", spec.node_name, "' (",
                                         spec.op_type, ")", hint))
                       .At({spec.node_name, spec.op_type}));
  } catch (...) {
    // Without memory the run fails all the same.
  }
}

onnxStatus FlatProgram::RunSteps() {
  for (const Step& step : steps_) {
    const onnxStatus status = step.fn(step.state, step.args);
    if (status == ONNXIFI_STATUS_SUCCESS) continue;
    NoteFailure(static_cast<size_t>(&step - steps_.data()), status);
    return status;
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// The same for a run that can be stopped, or that is profiled.
onnxStatus FlatProgram::RunControlled(RunControl& control) {
  for (size_t i = 0; i < steps_.size(); ++i) {
    onnxStatus status = control.StopCode();
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    const int64_t start = control.profiled ? NowNs() : 0;
    status = steps_[i].fn(steps_[i].state, steps_[i].args);
    if (status != ONNXIFI_STATUS_SUCCESS) {
      NoteFailure(i, status);
      return status;
    }
    if (!control.profiled) continue;
    const StepSpec& spec = spec_->steps[i];
    control.AddNode(spec.node_name, spec.op_type, start);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

onnxStatus FlatProgram::Run(std::span<const void* const> inputs,
                            std::span<void* const> outputs) {
  if (inputs.size() != inputs_.size() || outputs.size() != outputs_.size()) {
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    Port& port = inputs_[i];
    if (!BindPort(port, inputs[i])) return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
    if (port.effective != inputs[i]) {
      std::memcpy(port.effective, inputs[i], port.bytes);
    }
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!BindPort(outputs_[i], outputs[i])) {
      return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
    }
  }
  const int token = hooks_.enter != nullptr ? hooks_.enter() : 0;
  RunControl* const control = RunControl::Current();
  const onnxStatus status =
      control == nullptr ? RunSteps() : RunControlled(*control);
  if (hooks_.leave != nullptr) hooks_.leave(token);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs_[i].effective != outputs[i]) {
      std::memcpy(outputs[i], outputs_[i].effective, outputs_[i].bytes);
    }
  }
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace onnxifi
