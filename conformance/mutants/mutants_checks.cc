// Mutants that read arguments in a wrong way, or refuse what they must take.
#include <map>
#include <mutex>
#include <set>

#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {
namespace {

bool Odd(const void* pointer) {
  return reinterpret_cast<uintptr_t>(pointer) % 2 != 0;
}
bool Odd(uint32_t count, const onnxTensorDescriptorV1* tensors) {
  for (uint32_t i = 0; tensors != nullptr && i < count; ++i) {
    if (tensors[i].tag == ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1 &&
        tensors[i].buffer % 2 != 0) {
      return true;
    }
  }
  return false;
}
// Reads what a descriptor points to before anything is checked.
void ReadNames(uint32_t count, const onnxTensorDescriptorV1* tensors) {
  for (uint32_t i = 0; tensors != nullptr && i < count; ++i) {
    if (tensors[i].name == nullptr) continue;
    static_cast<void>(*static_cast<const volatile char*>(tensors[i].name));
  }
}

class InfoAligned final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetBackendInfo(onnxBackendID id, onnxBackendInfo selector,
                                void* value, size_t* size) override {
    if (Odd(value)) return ONNXIFI_STATUS_INVALID_POINTER;
    return base_.onnxGetBackendInfo(id, selector, value, size);
  }
};

class ModelAligned final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetBackendCompatibility(onnxBackendID id, size_t size,
                                         const void* model) override {
    if (Odd(model)) return ONNXIFI_STATUS_INVALID_PROTOBUF;
    return base_.onnxGetBackendCompatibility(id, size, model);
  }
};

class TensorsAligned final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    if (Odd(inputs_count, inputs) || Odd(outputs_count, outputs)) {
      return ONNXIFI_STATUS_INVALID_MEMORY_LOCATION;
    }
    return base_.onnxSetGraphIO(graph, inputs_count, inputs, outputs_count,
                                outputs);
  }
};

class ReadsBeforeTag final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    ReadNames(count, weights);
    return base_.onnxInitGraph(backend, properties, size, model, count, weights,
                               graph);
  }
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    ReadNames(inputs_count, inputs);
    ReadNames(outputs_count, outputs);
    return base_.onnxSetGraphIO(graph, inputs_count, inputs, outputs_count,
                                outputs);
  }
};

class ReadsAbsentWeights final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    if (count == 0) ReadNames(1, weights);
    return base_.onnxInitGraph(backend, properties, size, model, count, weights,
                               graph);
  }
};

// The descriptors are looked at once more when a run is started.
class KeepsDescriptors final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    const onnxStatus status = base_.onnxSetGraphIO(graph, inputs_count, inputs,
                                                   outputs_count, outputs);
    const std::lock_guard<std::mutex> lock(mutex_);
    kept_.erase(graph);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      kept_[graph] = {inputs_count, inputs, outputs_count, outputs};
    }
    return status;
  }
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = kept_.find(graph);
    if (found != kept_.end()) {
      const Kept& kept = found->second;
      Ignore(base_.onnxSetGraphIO(graph, kept.inputs_count, kept.inputs,
                                  kept.outputs_count, kept.outputs));
    }
    return base_.onnxRunGraph(graph, input, output);
  }

 private:
  struct Kept {
    uint32_t inputs_count;
    const onnxTensorDescriptorV1* inputs;
    uint32_t outputs_count;
    const onnxTensorDescriptorV1* outputs;
  };
  std::mutex mutex_;
  std::map<onnxGraph, Kept> kept_;  // guarded by mutex_
};

class NoBool final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    const onnxStatus status = base_.onnxSetGraphIO(graph, inputs_count, inputs,
                                                   outputs_count, outputs);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    for (uint32_t i = 0; i < outputs_count; ++i) {
      if (outputs[i].dataType == 9) {
        Ignore(base_.onnxSetGraphIO(graph, 0, nullptr, 0, nullptr));
        return ONNXIFI_STATUS_INVALID_DATATYPE;
      }
    }
    return status;
  }
};

class ScalarsNeedShape final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    const onnxStatus status = base_.onnxSetGraphIO(graph, inputs_count, inputs,
                                                   outputs_count, outputs);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    for (uint32_t i = 0; i < outputs_count; ++i) {
      if (outputs[i].shape == nullptr) {
        Ignore(base_.onnxSetGraphIO(graph, 0, nullptr, 0, nullptr));
        return ONNXIFI_STATUS_INVALID_SHAPE;
      }
    }
    return status;
  }
};

// An event gates one run, and never another.
class EventOnce final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (input != nullptr && used_.count(input->event) != 0) {
      return ONNXIFI_STATUS_INVALID_EVENT;
    }
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (status == ONNXIFI_STATUS_SUCCESS) used_.insert(input->event);
    return status;
  }
  onnxStatus onnxReleaseEvent(onnxEvent event) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    used_.erase(event);
    return base_.onnxReleaseEvent(event);
  }

 private:
  std::mutex mutex_;
  std::set<onnxEvent> used_;  // guarded by mutex_
};

// An output event is none that a run can wait for.
class NoChains final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (input != nullptr && outputs_.count(input->event) != 0) {
      return ONNXIFI_STATUS_INVALID_EVENT;
    }
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (status == ONNXIFI_STATUS_SUCCESS) outputs_.insert(output->event);
    return status;
  }
  onnxStatus onnxReleaseEvent(onnxEvent event) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    outputs_.erase(event);
    return base_.onnxReleaseEvent(event);
  }

 private:
  std::mutex mutex_;
  std::set<onnxEvent> outputs_;  // guarded by mutex_
};

// A list of properties is read up to the first 0, also one in value position.
class ListEndsAtZero final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitBackend(onnxBackendID id, const uint64_t* properties,
                             onnxBackend* backend) override {
    std::vector<uint64_t> list;
    for (size_t i = 0; properties != nullptr && properties[i] != 0; i += 2) {
      if (properties[i + 1] == 0) break;
      list.insert(list.end(), {properties[i], properties[i + 1]});
    }
    list.push_back(0);
    return base_.onnxInitBackend(id, list.data(), backend);
  }
};

class AlwaysTolerant final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitBackend(onnxBackendID id, const uint64_t* properties,
                             onnxBackend* backend) override {
    std::vector<uint64_t> list;
    for (size_t i = 0; properties != nullptr && properties[i] != 0; i += 2) {
      list.insert(list.end(), {properties[i], properties[i + 1]});
    }
    list.insert(list.end(), {ONNXIFI_BACKEND_PROPERTY_TOLERANT, 1, 0});
    return base_.onnxInitBackend(id, list.data(), backend);
  }
};

// The slot for an ID is written although there is room for none.
class WritesWhenSmall final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxGetBackendIDs(onnxBackendID* ids, size_t* count) override {
    const onnxStatus status = base_.onnxGetBackendIDs(ids, count);
    if (status == ONNXIFI_STATUS_FALLBACK && ids != nullptr) *ids = nullptr;
    return status;
  }
};

// A run that is refused has changed the client's fence.
class FenceOnError final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (status != ONNXIFI_STATUS_SUCCESS && output != nullptr) {
      output->event = nullptr;
    }
    return status;
  }
};

// A call that fails leaves the client's variable as it was.
class StaleOutputs final : public Mutant {
 public:
  enum class What { kBackend, kEvent, kState, kFunction };
  StaleOutputs(const BasePlugin& base, What what) : Mutant(base), what_(what) {}

  onnxStatus onnxInitBackend(onnxBackendID id, const uint64_t* properties,
                             onnxBackend* backend) override {
    return Keep(What::kBackend, backend,
                [&] { return base_.onnxInitBackend(id, properties, backend); });
  }
  onnxStatus onnxInitEvent(onnxBackend backend, onnxEvent* event) override {
    return Keep(What::kEvent, event,
                [&] { return base_.onnxInitEvent(backend, event); });
  }
  onnxStatus onnxGetEventState(onnxEvent event,
                               onnxEventState* state) override {
    return Keep(What::kState, state,
                [&] { return base_.onnxGetEventState(event, state); });
  }
  onnxStatus onnxGetExtensionFunctionAddress(
      onnxBackendID id, const char* name,
      onnxExtensionFunctionPointer* function) override {
    return Keep(What::kFunction, function, [&] {
      return base_.onnxGetExtensionFunctionAddress(id, name, function);
    });
  }

 private:
  template <typename Value, typename Call>
  onnxStatus Keep(What what, Value* value, const Call& call) {
    const Value before = value == nullptr ? Value() : *value;
    const onnxStatus status = call();
    if (what == what_ && value != nullptr && status != ONNXIFI_STATUS_SUCCESS) {
      *value = before;
    }
    return status;
  }
  const What what_;
};

template <StaleOutputs::What kWhat>
std::unique_ptr<Mutant> MakeStale(const BasePlugin& base) {
  return std::make_unique<StaleOutputs>(base, kWhat);
}

struct Row {
  const char* name;
  Area area;
  std::unique_ptr<Mutant> (*make)(const BasePlugin&);
  const char* what;
};
using What = StaleOutputs::What;
constexpr Row kRows[] = {
    {"info_wants_alignment", Area::kInfo, &MakeMutant<InfoAligned>,
     "a buffer for a property at an odd address is refused"},
    {"model_wants_alignment", Area::kStatus, &MakeMutant<ModelAligned>,
     "a model at an odd address is refused"},
    {"tensors_want_alignment", Area::kStatus, &MakeMutant<TensorsAligned>,
     "tensors at odd addresses are refused"},
    {"reads_before_tag", Area::kStatus, &MakeMutant<ReadsBeforeTag>,
     "descriptors are read before their tag is checked"},
    {"reads_absent_weights", Area::kStatus, &MakeMutant<ReadsAbsentWeights>,
     "weight descriptors are read although there are none"},
    {"keeps_descriptors", Area::kRun, &MakeMutant<KeepsDescriptors>,
     "descriptors are read after onnxSetGraphIO"},
    {"no_bool", Area::kStatus, &MakeMutant<NoBool>, "bool is refused"},
    {"scalars_need_shape", Area::kStatus, &MakeMutant<ScalarsNeedShape>,
     "the NULL shape of a scalar is refused"},
    {"event_only_once", Area::kRun, &MakeMutant<EventOnce>,
     "an event that has gated a run gates no other"},
    {"no_chains", Area::kRun, &MakeMutant<NoChains>,
     "an output event gates no run"},
    {"list_ends_at_zero", Area::kStatus, &MakeMutant<ListEndsAtZero>,
     "a value 0 ends a list of properties"},
    {"always_tolerant", Area::kStatus, &MakeMutant<AlwaysTolerant>,
     "backends are tolerant unasked"},
    {"writes_ids_when_small", Area::kHandshake, &MakeMutant<WritesWhenSmall>,
     "an array that is too small is written"},
    {"fence_changed_on_error", Area::kRun, &MakeMutant<FenceOnError>,
     "a run that is refused changes the output fence"},
    {"stale_backend_on_error", Area::kLifeCycle, &MakeStale<What::kBackend>,
     "a failing onnxInitBackend does not store NULL"},
    {"stale_event_on_error", Area::kLifeCycle, &MakeStale<What::kEvent>,
     "a failing onnxInitEvent does not store NULL"},
    {"stale_state_on_error", Area::kLifeCycle, &MakeStale<What::kState>,
     "a failing onnxGetEventState does not store INVALID"},
    {"stale_function_on_error", Area::kLifeCycle, &MakeStale<What::kFunction>,
     "a failing onnxGetExtensionFunctionAddress does not store NULL"},
};

}  // namespace

void AddCheckMutants(std::vector<MutantInfo>* list) {
  for (const Row& row : kRows) {
    list->push_back({row.name, row.area, row.what, row.make});
  }
}

}  // namespace onnxifi::mutants
