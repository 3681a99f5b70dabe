// Runs of a HeteroGraph, and what happens when a device fails in one.
#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "backends/common/run_control.h"
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

// Why the client does not want the run any more, or OK.
Status Stopped() {
  RunControl* const control = RunControl::Current();
  return control == nullptr ? Status() : StoppedStatus(control->StopCode());
}

}  // namespace

// A step behind others fails with them, and only they know why.
std::optional<HeteroGraph::Failure> HeteroGraph::Wait(Step& step) {
  if (!step.running) return std::nullopt;
  for (const auto* list : {&step.moves.behind, &step.moves.behind_uploads}) {
    for (const size_t from : *list) {
      if (auto failure = Wait(steps_[from])) return failure;
    }
  }
  step.running = false;
  Status status;
  if (step.uploaded != nullptr) status = step.arena->Wait(step.uploaded);
  const Status run = step.compiled->Wait();
  // Nobody is behind a step that works in host memory: events are used again.
  if (step.arena == nullptr) step.compiled->Release();
  if (status.ok()) status = run;
  if (step.downloaded != nullptr) {
    const Status copied = step.arena->Wait(step.downloaded);
    if (status.ok()) status = copied;
  }
  if (status.ok()) return std::nullopt;
  return Failure{static_cast<size_t>(step.part.device), std::move(status),
                 &step.part};
}

void HeteroGraph::TakeHostPlaces(Step& step) {
  const auto address = [this](graph::ValueId id) {
    return reinterpret_cast<onnxPointer>(where_[Index(id)]);
  };
  for (size_t i = 0; i < step.uploads.size(); ++i) {
    step.uploads[i].from = address(step.moves.uploads[i]);
  }
  for (size_t i = 0; i < step.downloads.size(); ++i) {
    step.downloads[i].to = address(step.moves.downloads[i]);
  }
  if (step.arena != nullptr) return;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    step.inputs[i].buffer = address(step.compiled->inputs()[i]);
  }
  for (size_t i = 0; i < step.outputs.size(); ++i) {
    step.outputs[i].buffer = address(step.compiled->outputs()[i]);
  }
}

// What the step waits for on its device. Whoever has been waited for already
// is done.
void HeteroGraph::FindGates(Step& step) {
  step.gates.clear();
  for (const size_t from : step.moves.behind) {
    if (steps_[from].running) {
      step.gates.push_back(steps_[from].compiled->done());
    }
  }
  for (const size_t from : step.moves.behind_uploads) {
    if (steps_[from].running && steps_[from].uploaded != nullptr) {
      step.gates.push_back(steps_[from].uploaded);
    }
  }
}

// The device does one after the other, without the host: copies of what comes
// from elsewhere, the run, and copies of what others need.
Status HeteroGraph::StartBehind(Step& step) {
  FindGates(step);
  onnxEvent behind = step.gates.size() == 1 ? step.gates.front() : nullptr;
  // A copy of nothing makes one event of several.
  if (!step.uploads.empty() || step.gates.size() > 1) {
    ONNXIFI_RETURN_IF_ERROR(
        step.arena->Copy(step.uploads, step.gates, &step.uploaded));
    behind = step.uploaded;
  }
  ONNXIFI_RETURN_IF_ERROR(
      step.compiled->Start(step.inputs, step.outputs, behind));
  if (step.downloads.empty()) return Status::Ok();
  const onnxEvent done = step.compiled->done();
  return step.arena->Copy(step.downloads, {&done, 1}, &step.downloaded);
}

std::optional<HeteroGraph::Failure> HeteroGraph::Start(Step& step) {
  for (const size_t from : step.moves.waits_for) {
    if (auto failure = Wait(steps_[from])) return failure;
  }
  TakeHostPlaces(step);
  // Also when it fails half-way there is something to wait for.
  step.running = true;
  Status status = step.arena != nullptr
                      ? StartBehind(step)
                      : step.compiled->Start(step.inputs, step.outputs);
  if (status.ok()) return std::nullopt;
  return Failure{static_cast<size_t>(step.part.device), std::move(status),
                 &step.part};
}

void HeteroGraph::Release(Step& step) {
  step.compiled->Release();
  for (onnxEvent* event : {&step.uploaded, &step.downloaded}) {
    if (*event != nullptr) step.arena->Release(*event);
    *event = nullptr;
  }
}

// Steps start in order, each as soon as what it reads is there; devices work
// at the same time. The host's own work is done by whoever waits for it, so
// that it is waited for first.
std::optional<HeteroGraph::Failure> HeteroGraph::RunSteps() {
  std::optional<Failure> failure;
  for (Step& step : steps_) {
    const Status stopped = Stopped();
    failure = stopped.ok() ? Start(step) : Failure{0, stopped, &step.part};
    if (failure.has_value()) break;
  }
  for (const bool host : {true, false}) {
    for (Step& step : steps_) {
      if ((step.part.device == 0) != host) continue;
      auto late = Wait(step);
      if (late.has_value() && !failure.has_value()) failure = std::move(late);
    }
  }
  // Some waits above end early, with the failure of another step.
  for (Step& step : steps_) {
    while (Wait(step).has_value()) {
    }
  }
  for (Step& step : steps_) Release(step);
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
    if (status.ok()) continue;
    NoteRunFailure(status);
    return status.code();
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
    Status status = Stopped();
    if (status.ok()) {
      status = step.control != nullptr ? step.control->Run(scope, slots)
                                       : RunPart(*step.compiled, slots);
    }
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
  if (IsStopped(code)) return failure.status;
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
