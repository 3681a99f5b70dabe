// Runs of a HeteroGraph, and what happens when a device fails in one.
#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "backends/hetero/hetero_graph.h"
#include "base/str_cat.h"

namespace onnxifi::hetero {
namespace {

size_t Index(graph::ValueId id) { return static_cast<size_t>(id); }

// What a run may fail with that another device would not.
bool IsFault(onnxStatus code) {
  switch (code) {
    case ONNXIFI_STATUS_BACKEND_UNAVAILABLE:
    case ONNXIFI_STATUS_INTERNAL_ERROR:
    case ONNXIFI_STATUS_NO_DEVICE_MEMORY:
    case ONNXIFI_STATUS_NO_DEVICE_RESOURCES:
    case ONNXIFI_STATUS_NO_SYSTEM_MEMORY:
    case ONNXIFI_STATUS_NO_SYSTEM_RESOURCES:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<HeteroGraph::Failure> HeteroGraph::Wait(Step& step) {
  if (!step.running) return std::nullopt;
  step.running = false;
  Status status = step.compiled->Wait();
  if (status.ok()) return std::nullopt;
  return Failure{static_cast<size_t>(step.part.device), std::move(status),
                 &step.part};
}

std::optional<HeteroGraph::Failure> HeteroGraph::Start(Step& step) {
  for (const size_t from : step.waits_for) {
    if (auto failure = Wait(steps_[from])) return failure;
  }
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    step.inputs[i] = where_[Index(step.compiled->inputs()[i])];
  }
  for (size_t i = 0; i < step.outputs.size(); ++i) {
    step.outputs[i] = where_[Index(step.compiled->outputs()[i])];
  }
  Status status = step.compiled->Start(step.inputs, step.outputs);
  step.running = status.ok();
  if (status.ok()) return std::nullopt;
  return Failure{static_cast<size_t>(step.part.device), std::move(status),
                 &step.part};
}

// Steps start in order, each as soon as what it reads is there; devices work
// at the same time. The host's own work is done by whoever waits for it, so
// that it is waited for first.
std::optional<HeteroGraph::Failure> HeteroGraph::RunSteps() {
  std::optional<Failure> failure;
  for (Step& step : steps_) {
    failure = Start(step);
    if (failure.has_value()) break;
  }
  for (const bool host : {true, false}) {
    for (Step& step : steps_) {
      if ((step.part.device == 0) != host) continue;
      auto late = Wait(step);
      if (late.has_value() && !failure.has_value()) failure = std::move(late);
    }
  }
  return failure;
}

onnxStatus HeteroGraph::RunPlanned(std::span<const void* const> inputs,
                                   std::span<void* const> outputs) {
  for (;;) {
    // Of a value that is several outputs the last place is written.
    for (size_t i = 0; i < outputs.size(); ++i) {
      where_[Index(graph_.outputs[i])] = outputs[i];
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
      where_[Index(graph_.inputs[i])] = const_cast<void*>(inputs[i]);
    }
    const std::optional<Failure> failure = RunSteps();
    if (!failure.has_value()) break;
    const Status status = Recover(*failure);
    if (!status.ok()) return status.code();
  }
  // The part that is the whole graph has seen to its outputs itself.
  if (steps_.size() == 1) return ONNXIFI_STATUS_SUCCESS;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const graph::Value& value = graph_.value(graph_.outputs[i]);
    const void* from = value.constant != nullptr
                           ? value.constant->data
                           : where_[Index(graph_.outputs[i])];
    const Result<size_t> bytes = graph::ByteSize(value.type, value.dims);
    if (!bytes.ok()) return ONNXIFI_STATUS_INTERNAL_ERROR;
    if (from != outputs[i]) std::memcpy(outputs[i], from, *bytes);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

std::optional<HeteroGraph::Failure> HeteroGraph::RunOnValues(
    RunScope& scope, std::vector<RunValue>* slots) {
  for (Step& step : steps_) {
    const Status status = step.control != nullptr
                              ? step.control->Run(scope, slots)
                              : RunPart(*step.compiled, slots);
    if (status.ok()) continue;
    return Failure{static_cast<size_t>(step.part.device), status, &step.part};
  }
  return std::nullopt;
}

Status HeteroGraph::RunPart(CompiledPart& part, std::vector<RunValue>* slots) {
  std::vector<const RunValue*> inputs;
  for (const graph::ValueId id : part.inputs()) {
    inputs.push_back(&(*slots)[Index(id)]);
  }
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<RunValue> outputs,
                           part.RunValues(inputs));
  for (size_t i = 0; i < outputs.size(); ++i) {
    (*slots)[Index(part.outputs()[i])] = std::move(outputs[i]);
  }
  return Status::Ok();
}

Status HeteroGraph::RunValues(RunScope& scope, std::vector<RunValue> inputs,
                              std::vector<RunValue>* outputs) {
  std::vector<RunValue> slots;
  for (;;) {
    slots.assign(graph_.values.size(), {});
    for (size_t i = 0; i < inputs.size(); ++i) {
      slots[Index(graph_.inputs[i])] = inputs[i];
    }
    const std::optional<Failure> failure = RunOnValues(scope, &slots);
    if (!failure.has_value()) break;
    ONNXIFI_RETURN_IF_ERROR(Recover(*failure));
  }
  for (const graph::ValueId id : graph_.outputs) {
    RunValue& slot = slots[Index(id)];
    const graph::TensorPtr& constant = graph_.value(id).constant;
    outputs->push_back(slot.kind == RunValue::Kind::kNone && constant != nullptr
                           ? RunValue::Tensor(constant)
                           : slot);
  }
  return Status::Ok();
}

// What the model says of the shapes in a body is a promise that a device may
// have relied on, and that the host does not need: whatever goes wrong, the
// node is run whole before the client hears of it.
bool HeteroGraph::CanKeepWhole(const Failure& failure) const {
  const size_t node = failure.part->nodes.front();
  const auto& views = placer_.views();
  return std::any_of(views.begin(), views.end(), [&](const auto& view) {
    return !view.support.empty() && view.support[node].supported;
  });
}

Status HeteroGraph::Recover(const Failure& failure) {
  const onnxStatus code = failure.status.code();
  if (failure.part->split) {
    if (!CanKeepWhole(failure)) return failure.status;
    KeepWhole(failure, "run_failed");
  } else {
    if (failure.device == 0 || !IsFault(code)) return failure.status;
    const bool lost = code == ONNXIFI_STATUS_BACKEND_UNAVAILABLE;
    if (lost) placer_.devices()[failure.device]->SetLost();
    placer_.BanDevice(failure.device);
    report_.Mended(
        lost ? "device_lost" : "run_failed",
        StrCat("runs again without the device: ", failure.status.message()));
  }
  try {
    return Build();
  } catch (const std::bad_alloc&) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                  "no host memory to place the graph anew");
  }
}

}  // namespace onnxifi::hetero
