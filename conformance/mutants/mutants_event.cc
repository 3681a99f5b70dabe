// Mutants that do not keep the order of events and runs.
#include <mutex>
#include <set>

#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {
namespace {

// Runs begin before their input event is signalled.
class IgnoresInput final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      Ignore(base_.onnxSignalEvent(input->event));
    }
    return status;
  }
  // The client's own signal then comes second.
  onnxStatus onnxSignalEvent(onnxEvent event) override {
    const onnxStatus status = base_.onnxSignalEvent(event);
    return status == ONNXIFI_STATUS_INVALID_STATE ? ONNXIFI_STATUS_SUCCESS
                                                  : status;
  }
};

// Waits return at once.
class DoesNotWait final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxWaitEvent(onnxEvent event) override {
    onnxEventState state = 0;
    return base_.onnxGetEventState(event, &state);
  }
};

class AlwaysSignalled final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetEventState(onnxEvent event,
                               onnxEventState* state) override {
    const onnxStatus status = base_.onnxGetEventState(event, state);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      *state = ONNXIFI_EVENT_STATE_SIGNALLED;
    }
    return status;
  }
};

class NeverSignalled final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetEventState(onnxEvent event,
                               onnxEventState* state) override {
    const onnxStatus status = base_.onnxGetEventState(event, state);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      *state = ONNXIFI_EVENT_STATE_NONSIGNALLED;
    }
    return status;
  }
};

class StateUntouched final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetEventState(onnxEvent event,
                               onnxEventState* state) override {
    onnxEventState ignored = 0;
    return base_.onnxGetEventState(event, state == nullptr ? state : &ignored);
  }
};

// onnxSignalEvent does nothing.
class LostSignal final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxSignalEvent(onnxEvent event) override {
    onnxEventState state = 0;
    const onnxStatus status = base_.onnxGetEventState(event, &state);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    return state == ONNXIFI_EVENT_STATE_SIGNALLED ? ONNXIFI_STATUS_INVALID_STATE
                                                  : ONNXIFI_STATUS_SUCCESS;
  }
};

// Events come into the world signalled.
class BornSignalled final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitEvent(onnxBackend backend, onnxEvent* event) override {
    const onnxStatus status = base_.onnxInitEvent(backend, event);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      Ignore(base_.onnxSignalEvent(*event));
    }
    return status;
  }
  onnxStatus onnxSignalEvent(onnxEvent event) override {
    const onnxStatus status = base_.onnxSignalEvent(event);
    return status == ONNXIFI_STATUS_INVALID_STATE ? ONNXIFI_STATUS_SUCCESS
                                                  : status;
  }
};

// The output event is the input event.
class SameEvent final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (status == ONNXIFI_STATUS_SUCCESS) output->event = input->event;
    return status;
  }
};

class NoOutputEvent final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (status == ONNXIFI_STATUS_SUCCESS) output->event = nullptr;
    return status;
  }
};

// Later bindings are accepted, and the first one that was used stays in force.
class FirstBindingOnly final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      const std::lock_guard<std::mutex> lock(mutex_);
      ran_.insert(graph);
    }
    return status;
  }
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ran_.count(graph) != 0) return ONNXIFI_STATUS_SUCCESS;
    return base_.onnxSetGraphIO(graph, inputs_count, inputs, outputs_count,
                                outputs);
  }
  onnxStatus onnxReleaseGraph(onnxGraph graph) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    ran_.erase(graph);
    return base_.onnxReleaseGraph(graph);
  }

 private:
  std::mutex mutex_;
  std::set<onnxGraph> ran_;  // guarded by mutex_
};

// Releasing an event that a run waits for lets the run begin.
class ReleaseSignals final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxReleaseEvent(onnxEvent event) override {
    Ignore(base_.onnxSignalEvent(event));
    return base_.onnxReleaseEvent(event);
  }
};

// Inputs are copied when they are bound, not when a run begins.
class StaleInputs final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    if (inputs == nullptr) {
      return base_.onnxSetGraphIO(graph, inputs_count, inputs, outputs_count,
                                  outputs);
    }
    std::vector<onnxTensorDescriptorV1> copies(inputs, inputs + inputs_count);
    for (onnxTensorDescriptorV1& copy : copies) {
      if (copy.dataType != ONNXIFI_DATATYPE_FLOAT32 || copy.buffer == 0 ||
          copy.shape == nullptr || copy.dimensions == 0) {
        continue;
      }
      size_t count = 1;
      for (uint32_t d = 0; d < copy.dimensions; ++d) count *= copy.shape[d];
      if (count > (size_t{1} << 24)) continue;
      const auto* from = reinterpret_cast<const float*>(copy.buffer);
      // Kept for ever: a run may come at any time.
      auto* const kept = new std::vector<float>(from, from + count);
      copy.buffer = reinterpret_cast<onnxPointer>(kept->data());
    }
    return base_.onnxSetGraphIO(graph, inputs_count, copies.data(),
                                outputs_count, outputs);
  }
};

}  // namespace

void AddEventMutants(std::vector<MutantInfo>* list) {
  const auto add = [list](const char* name, const char* what,
                          std::unique_ptr<Mutant> (*make)(const BasePlugin&)) {
    list->push_back({name, Area::kRun, what, make});
  };
  add("ignores_input_event", "runs begin before their input is valid",
      &MakeMutant<IgnoresInput>);
  add("does_not_wait", "onnxWaitEvent returns at once",
      &MakeMutant<DoesNotWait>);
  add("always_signalled", "every event counts as signalled",
      &MakeMutant<AlwaysSignalled>);
  add("never_signalled", "no event counts as signalled",
      &MakeMutant<NeverSignalled>);
  add("state_untouched", "the state of an event is not stored",
      &MakeMutant<StateUntouched>);
  add("lost_signal", "a client's signal does nothing", &MakeMutant<LostSignal>);
  add("born_signalled", "events are signalled from the start",
      &MakeMutant<BornSignalled>);
  add("same_event", "the output event is the input event",
      &MakeMutant<SameEvent>);
  add("no_output_event", "a run has no output event",
      &MakeMutant<NoOutputEvent>);
  add("first_binding_only", "a binding after the first run is not used",
      &MakeMutant<FirstBindingOnly>);
  add("release_signals", "releasing an event signals it",
      &MakeMutant<ReleaseSignals>);
  add("stale_inputs", "inputs are read when they are bound",
      &MakeMutant<StaleInputs>);
}

}  // namespace onnxifi::mutants
