// Mutants that do not treat runs one by one as they should.
#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {
namespace {

using std::chrono::milliseconds;

// onnxReleaseGraph does not wait for the runs.
class ReleaseDoesNotWait final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxReleaseGraph(onnxGraph graph) override {
    // Whether the handle is live, without a binding for the next run.
    const onnxStatus live = base_.onnxSetGraphIO(graph, 0, nullptr, 0, nullptr);
    if (live == ONNXIFI_STATUS_INVALID_GRAPH) return live;
    const auto done = std::make_shared<std::atomic<bool>>(false);
    std::thread([this, graph, done] {
      Ignore(base_.onnxReleaseGraph(graph));
      *done = true;
    }).detach();
    // A graph without runs is gone at once, as its handle has to be.
    for (int i = 0; i < 100 && !*done; ++i) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    return ONNXIFI_STATUS_SUCCESS;
  }
};

// onnxRunGraph waits for its fence.
class RunBlocks final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      Ignore(base_.onnxWaitEvent(input->event));
    }
    return status;
  }
};

// onnxSetGraphIO waits for the runs that were accepted.
class BindingBlocks final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const onnxStatus status = base_.onnxRunGraph(graph, input, output);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      const std::lock_guard<std::mutex> lock(mutex_);
      last_[graph] = output->event;
    }
    return status;
  }
  onnxStatus onnxSetGraphIO(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs) override {
    onnxEvent last = nullptr;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      last = std::exchange(last_[graph], nullptr);
    }
    if (last != nullptr) Ignore(base_.onnxWaitEvent(last));
    return base_.onnxSetGraphIO(graph, inputs_count, inputs, outputs_count,
                                outputs);
  }

 private:
  std::mutex mutex_;
  std::map<onnxGraph, onnxEvent> last_;  // guarded by mutex_
};

// Runs of all graphs are executed in the order in which they were accepted.
class HeadOfLine final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    const onnxStatus status = base_.onnxInitGraph(backend, properties, size,
                                                  model, count, weights, graph);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      const std::lock_guard<std::mutex> lock(mutex_);
      backends_[*graph] = backend;
    }
    return status;
  }
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    onnxEvent gate = nullptr;
    const auto backend = backends_.find(graph);
    onnxEventState state = 0;
    if (last_ == nullptr || backend == backends_.end() || input == nullptr ||
        base_.onnxGetEventState(last_, &state) != ONNXIFI_STATUS_SUCCESS ||
        state == ONNXIFI_EVENT_STATE_SIGNALLED ||
        base_.onnxInitEvent(backend->second, &gate) != ONNXIFI_STATUS_SUCCESS) {
      const onnxStatus status = base_.onnxRunGraph(graph, input, output);
      if (status == ONNXIFI_STATUS_SUCCESS) last_ = output->event;
      return status;
    }
    onnxMemoryFenceV1 gated = *input;
    gated.event = gate;
    const onnxStatus status = base_.onnxRunGraph(graph, &gated, output);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    std::thread([this, gate, before = last_, own = input->event] {
      Ignore(base_.onnxWaitEvent(before));
      Ignore(base_.onnxWaitEvent(own));
      Ignore(base_.onnxSignalEvent(gate));
    }).detach();
    last_ = output->event;
    return status;
  }

 private:
  std::mutex mutex_;
  std::map<onnxGraph, onnxBackend> backends_;  // guarded by mutex_
  onnxEvent last_ = nullptr;                   // guarded by mutex_
};

// Runs take events of their own backend alone.
class OwnEventsOnly final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    const onnxStatus status = base_.onnxInitGraph(backend, properties, size,
                                                  model, count, weights, graph);
    if (status == ONNXIFI_STATUS_SUCCESS) Remember(*graph, backend);
    return status;
  }
  onnxStatus onnxInitEvent(onnxBackend backend, onnxEvent* event) override {
    const onnxStatus status = base_.onnxInitEvent(backend, event);
    if (status == ONNXIFI_STATUS_SUCCESS) Remember(*event, backend);
    return status;
  }
  onnxStatus onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                          onnxMemoryFenceV1* output) override {
    if (input != nullptr && output != nullptr) {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto of_graph = owner_.find(graph);
      const auto of_event = owner_.find(input->event);
      if (of_graph != owner_.end() && of_event != owner_.end() &&
          of_graph->second != of_event->second) {
        return ONNXIFI_STATUS_INVALID_EVENT;
      }
    }
    return base_.onnxRunGraph(graph, input, output);
  }

 private:
  void Remember(void* handle, onnxBackend backend) {
    const std::lock_guard<std::mutex> lock(mutex_);
    owner_[handle] = backend;
  }
  std::mutex mutex_;
  std::map<void*, onnxBackend> owner_;  // guarded by mutex_
};

// After onnxSetIOAndRunGraph the graph has no binding.
class BindRunDropsBinding final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxSetIOAndRunGraph(onnxGraph graph, uint32_t inputs_count,
                                  const onnxTensorDescriptorV1* inputs,
                                  uint32_t outputs_count,
                                  const onnxTensorDescriptorV1* outputs,
                                  onnxMemoryFenceV1* output) override {
    const onnxStatus status = base_.onnxSetIOAndRunGraph(
        graph, inputs_count, inputs, outputs_count, outputs, output);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      Ignore(base_.onnxSetGraphIO(graph, 0, nullptr, 0, nullptr));
    }
    return status;
  }
};

// onnxSetIOAndRunGraph binds, and then runs: another thread comes between.
class BindRunInTwoSteps final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxInitGraph(onnxBackend backend, const uint64_t* properties,
                           size_t size, const void* model, uint32_t count,
                           const onnxTensorDescriptorV1* weights,
                           onnxGraph* graph) override {
    const onnxStatus status = base_.onnxInitGraph(backend, properties, size,
                                                  model, count, weights, graph);
    onnxEvent event = nullptr;
    if (status == ONNXIFI_STATUS_SUCCESS &&
        base_.onnxInitEvent(backend, &event) == ONNXIFI_STATUS_SUCCESS) {
      Ignore(base_.onnxSignalEvent(event));
      const std::lock_guard<std::mutex> lock(mutex_);
      signalled_[*graph] = event;
    }
    return status;
  }
  onnxStatus onnxReleaseGraph(onnxGraph graph) override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto found = signalled_.find(graph);
      if (found != signalled_.end()) {
        Ignore(base_.onnxReleaseEvent(found->second));
        signalled_.erase(found);
      }
    }
    return base_.onnxReleaseGraph(graph);
  }
  onnxStatus onnxSetIOAndRunGraph(onnxGraph graph, uint32_t inputs_count,
                                  const onnxTensorDescriptorV1* inputs,
                                  uint32_t outputs_count,
                                  const onnxTensorDescriptorV1* outputs,
                                  onnxMemoryFenceV1* output) override {
    onnxMemoryFenceV1 from = {};
    from.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
    from.type = ONNXIFI_SYNCHRONIZATION_EVENT;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      from.event = signalled_[graph];
    }
    if (from.event == nullptr || output == nullptr) {
      return base_.onnxSetIOAndRunGraph(graph, inputs_count, inputs,
                                        outputs_count, outputs, output);
    }
    const onnxStatus status = base_.onnxSetGraphIO(graph, inputs_count, inputs,
                                                   outputs_count, outputs);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    std::this_thread::yield();
    return base_.onnxRunGraph(graph, &from, output);
  }

 private:
  std::mutex mutex_;
  std::map<onnxGraph, onnxEvent> signalled_;  // guarded by mutex_
};

}  // namespace

void AddRunMutants(std::vector<MutantInfo>* list) {
  const auto add = [list](const char* name, const char* what,
                          std::unique_ptr<Mutant> (*make)(const BasePlugin&)) {
    list->push_back({name, Area::kRun, what, make});
  };
  add("release_does_not_wait", "releasing a graph does not wait for its runs",
      &MakeMutant<ReleaseDoesNotWait>);
  add("run_blocks", "onnxRunGraph waits for its input event",
      &MakeMutant<RunBlocks>);
  add("binding_blocks", "onnxSetGraphIO waits for accepted runs",
      &MakeMutant<BindingBlocks>);
  add("head_of_line", "a run that is not ready holds up those of other graphs",
      &MakeMutant<HeadOfLine>);
  add("own_events_only", "an event of another backend is refused",
      &MakeMutant<OwnEventsOnly>);
  add("bind_run_drops_binding", "onnxSetIOAndRunGraph leaves no binding",
      &MakeMutant<BindRunDropsBinding>);
  add("bind_run_in_two_steps", "calls of onnxSetIOAndRunGraph mix",
      &MakeMutant<BindRunInTwoSteps>);
}

}  // namespace onnxifi::mutants
