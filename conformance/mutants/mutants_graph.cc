// Mutants that mix up models, weights and tensors.
#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

#include "conformance/mutants/mutant.h"
#include "conformance/mutants/output_watch.h"
#include "graph/onnx_reader.h"

namespace onnxifi::mutants {
namespace {

using Descriptors = std::vector<onnxTensorDescriptorV1>;

uint64_t ElementCount(const onnxTensorDescriptorV1& tensor) {
  uint64_t count = 1;
  for (uint32_t d = 0; d < tensor.dimensions; ++d) count *= tensor.shape[d];
  return count;
}

bool Readable(uint32_t count, const onnxTensorDescriptorV1* tensors) {
  if (count == 0 || tensors == nullptr) return false;
  return std::all_of(
      tensors, tensors + count, [](const onnxTensorDescriptorV1& tensor) {
        return tensor.tag == ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1 &&
               tensor.name != nullptr &&
               (tensor.dimensions == 0 || tensor.shape != nullptr);
      });
}

// Compiled models are found again by their size.
class CacheBySize final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = models_.find(size);
    if (known != models_.end()) model = known->second.data();
    const onnxStatus status = base_.onnxInitGraph(backend, properties, size,
                                                  model, count, weights, graph);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      models_.emplace(size, std::string(static_cast<const char*>(model), size));
    }
    return status;
  }

 private:
  std::mutex mutex_;
  std::map<size_t, std::string> models_;  // guarded by mutex_
};

// Keeps the first shapes with which a tensor of some key was bound, and takes
// them for all later ones.
class StaleShapes : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    if (!Readable(inputs_count, inputs) || !Readable(outputs_count, outputs)) {
      return base_.onnxSetGraphIO(graph, inputs_count, inputs, outputs_count,
                                  outputs);
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    Descriptors in(inputs, inputs + inputs_count);
    Descriptors out(outputs, outputs + outputs_count);
    for (onnxTensorDescriptorV1& tensor : in) Replace(graph, &tensor);
    for (onnxTensorDescriptorV1& tensor : out) Replace(graph, &tensor);
    const onnxStatus status = base_.onnxSetGraphIO(
        graph, inputs_count, in.data(), outputs_count, out.data());
    if (status == ONNXIFI_STATUS_SUCCESS) return status;
    return base_.onnxSetGraphIO(graph, inputs_count, inputs, outputs_count,
                                outputs);
  }

 protected:
  // Bindings that have the same key share a plan.
  virtual uint64_t KeyOf(const onnxTensorDescriptorV1& tensor) const = 0;

 private:
  struct Key {
    onnxGraph graph;
    std::string name;
    uint64_t key;
    auto operator<=>(const Key&) const = default;
  };
  void Replace(onnxGraph graph, onnxTensorDescriptorV1* tensor) {
    const std::vector<uint64_t> own(tensor->shape,
                                    tensor->shape + tensor->dimensions);
    const auto [at, is_new] =
        first_.emplace(Key{graph, tensor->name, KeyOf(*tensor)}, own);
    onnxTensorDescriptorV1 with = *tensor;
    with.shape = at->second.data();
    // Never more memory than the client has.
    if (at->second.size() == own.size() &&
        ElementCount(with) <= ElementCount(*tensor)) {
      *tensor = with;
    }
  }
  std::mutex mutex_;
  std::map<Key, std::vector<uint64_t>> first_;  // guarded by mutex_
};

class PlansByCount final : public StaleShapes {
 public:
  using StaleShapes::StaleShapes;
  uint64_t KeyOf(const onnxTensorDescriptorV1& tensor) const override {
    return ElementCount(tensor);
  }
};

class OnePlan final : public StaleShapes {
 public:
  using StaleShapes::StaleShapes;
  uint64_t KeyOf(const onnxTensorDescriptorV1&) const override { return 0; }
};

// Tensors are taken in the order of the descriptors, not by their names.
class ByPosition final : public Mutant {
 public:
  enum class What { kInputs, kOutputs, kWeights };
  ByPosition(const BasePlugin& base, What what) : Mutant(base), what_(what) {}

  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    std::vector<std::string> names;
    if (model != nullptr && size > 0) {
      Result<graph::Graph> read =
          graph::ReadModel({static_cast<const std::byte*>(model), size}, {});
      if (read.ok()) {
        const auto& from =
            what_ == What::kOutputs ? read->outputs : read->inputs;
        for (const graph::ValueId id : from) {
          names.push_back(read->value(id).name);
        }
      }
    }
    Descriptors changed;
    if (what_ == What::kWeights) {
      changed = InOrder(names, count, weights);
      if (!changed.empty()) weights = changed.data();
    }
    const onnxStatus status = base_.onnxInitGraph(backend, properties, size,
                                                  model, count, weights, graph);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      const std::lock_guard<std::mutex> lock(mutex_);
      names_[*graph] = names;
    }
    return status;
  }
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    Descriptors changed;
    if (what_ == What::kInputs) {
      changed = InOrder(names_[graph], inputs_count, inputs);
      if (!changed.empty()) inputs = changed.data();
    } else if (what_ == What::kOutputs) {
      changed = InOrder(names_[graph], outputs_count, outputs);
      if (!changed.empty()) outputs = changed.data();
    }
    return base_.onnxSetGraphIO(graph, inputs_count, inputs, outputs_count,
                                outputs);
  }

 private:
  // The descriptors with those names of the model that they have, in its order;
  // empty when they are not all there.
  static Descriptors InOrder(const std::vector<std::string>& names,
                             uint32_t count,
                             const onnxTensorDescriptorV1* tensors) {
    if (!Readable(count, tensors)) return {};
    Descriptors changed(tensors, tensors + count);
    size_t next = 0;
    for (const std::string& name : names) {
      const bool given =
          std::any_of(tensors, tensors + count,
                      [&](const auto& tensor) { return name == tensor.name; });
      if (given && next < changed.size()) changed[next++].name = name.c_str();
    }
    return next == changed.size() ? changed : Descriptors();
  }

  const What what_;
  std::mutex mutex_;
  std::map<onnxGraph, std::vector<std::string>> names_;  // guarded by mutex_
};

// Something is done to the memory of a run when it is over.
class AfterRun : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    const onnxStatus status = base_.onnxSetGraphIO(graph, inputs_count, inputs,
                                                   outputs_count, outputs);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      inputs_.Bound(graph, inputs_count, inputs);
      outputs_.Bound(graph, outputs_count, outputs);
    }
    return status;
  }
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      inputs_.Started(graph, output->event);
      outputs_.Started(graph, output->event);
    }
    return status;
  }
  onnxStatus onnxWaitEvent(onnxEvent event) override {
    const onnxStatus status = base_.onnxWaitEvent(event);
    std::vector<Output> inputs = inputs_.Take(event);
    std::vector<Output> outputs = outputs_.Take(event);
    if (!outputs.empty()) Change(status, inputs, outputs);
    return status;
  }

 protected:
  virtual void Change(onnxStatus status, std::vector<Output>& inputs,
                      std::vector<Output>& outputs) = 0;

 private:
  OutputWatch inputs_;
  OutputWatch outputs_;
};

class OverwritesInputs final : public AfterRun {
 public:
  using AfterRun::AfterRun;
  void Change(onnxStatus status, std::vector<Output>& inputs,
              std::vector<Output>&) override {
    if (status != ONNXIFI_STATUS_SUCCESS || inputs.empty()) return;
    if (inputs[0].count > 0) *static_cast<char*>(inputs[0].data) ^= 1;
  }
};

class CancelledRunWrites final : public AfterRun {
 public:
  using AfterRun::AfterRun;
  void Change(onnxStatus status, std::vector<Output>&,
              std::vector<Output>& outputs) override {
    if (status == ONNXIFI_STATUS_SUCCESS) return;
    for (const Output& output : outputs) {
      std::memset(output.data, 0, output.count * output.element_size);
    }
  }
};

// Each graph has one place for outputs: results go to where the last binding
// says when the run ends.
class LatestBinding final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    const onnxStatus status = base_.onnxSetGraphIO(graph, inputs_count, inputs,
                                                   outputs_count, outputs);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      bound_.Bound(graph, outputs_count, outputs);
    }
    return status;
  }
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      bound_.Started(graph, output->event);
      const std::lock_guard<std::mutex> lock(mutex_);
      graph_of_[output->event] = graph;
    }
    return status;
  }
  onnxStatus onnxWaitEvent(onnxEvent event) override {
    const onnxStatus status = base_.onnxWaitEvent(event);
    const std::vector<Output> old = bound_.Take(event);
    if (status != ONNXIFI_STATUS_SUCCESS || old.empty()) return status;
    std::vector<Output> now;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      now = bound_.Current(graph_of_[event]);
    }
    for (size_t i = 0; i < old.size() && i < now.size(); ++i) {
      const size_t bytes = old[i].count * old[i].element_size;
      if (old[i].data == now[i].data || old[i].shape != now[i].shape) continue;
      std::memcpy(now[i].data, old[i].data, bytes);
      std::memset(old[i].data, 0, bytes);
    }
    return status;
  }

 private:
  OutputWatch bound_;
  std::mutex mutex_;
  std::map<onnxEvent, onnxGraph> graph_of_;  // guarded by mutex_
};

template <ByPosition::What kWhat>
std::unique_ptr<Mutant> MakeByPosition(const BasePlugin& base) {
  return std::make_unique<ByPosition>(base, kWhat);
}

}  // namespace

void AddGraphMutants(std::vector<MutantInfo>* list) {
  const auto add = [list](const char* name, const char* what,
                          std::unique_ptr<Mutant> (*make)(const BasePlugin&)) {
    list->push_back({name, Area::kRun, what, make});
  };
  using What = ByPosition::What;
  add("cache_by_model_size", "models of one size are taken for the same",
      &MakeMutant<CacheBySize>);
  add("cache_by_element_count",
      "shapes of one number of elements are taken for the same",
      &MakeMutant<PlansByCount>);
  add("first_shape_only", "a graph runs every shape as the first one",
      &MakeMutant<OnePlan>);
  add("inputs_by_position", "inputs are taken in the order of descriptors",
      &MakeByPosition<What::kInputs>);
  add("outputs_by_position", "outputs are taken in the order of descriptors",
      &MakeByPosition<What::kOutputs>);
  add("weights_by_position", "weights are taken in the order of descriptors",
      &MakeByPosition<What::kWeights>);
  add("overwrites_inputs", "a run changes its input",
      &MakeMutant<OverwritesInputs>);
  add("cancelled_run_writes", "a run that is cancelled writes its outputs",
      &MakeMutant<CancelledRunWrites>);
  add("latest_binding", "an accepted run writes where a later binding says",
      &MakeMutant<LatestBinding>);
}

}  // namespace onnxifi::mutants
