// Entry points on graphs: creation, binding, runs, release.
#include "loader/entry.h"
#include "loader/run_emulation.h"

namespace onnxifi::loader {

onnxStatus StartGraph(const char* function, const GraphSource& source,
                      onnxGraph* graph, HandleEntry* backend) {
  if (graph == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, function, "graph is NULL");
  }
  *graph = nullptr;
  if (!FindHandle(source.backend, HandleKind::kBackend, backend)) {
    return Fail(ONNXIFI_STATUS_INVALID_BACKEND, function, kNoBackend);
  }
  if (source.model != nullptr && source.weights_count > 0 &&
      source.weights == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, function,
                "weightDescriptors is NULL although weightsCount is not 0");
  }
  return CheckModelBytes(function, source.model, source.model_size);
}

}  // namespace onnxifi::loader

using onnxifi::loader::CallPlugin;
using onnxifi::loader::Device;
using onnxifi::loader::DispatchTable;
using onnxifi::loader::DropBackendReference;
using onnxifi::loader::EmulatedRun;
using onnxifi::loader::Fail;
using onnxifi::loader::FindHandle;
using onnxifi::loader::HandleEntry;
using onnxifi::loader::HandleKind;
using onnxifi::loader::HandleTable;
using onnxifi::loader::kNoGraph;
using onnxifi::loader::kNoSlot;
using onnxifi::loader::Loader;

namespace {

// Runs with the plugin's output fence in `made`, and turns its event into one
// of ours. `run` accepts the run in the plugin and may set the companion.
template <typename Run>
onnxStatus AcceptRun(const HandleEntry& graph, const char* function,
                     onnxMemoryFenceV1* output, Run&& run) {
  HandleTable& handles = Loader::IfStarted()->handles();
  uint32_t slot = 0;
  if (!handles.Reserve(&slot)) {
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, function, kNoSlot);
  }
  // Only the tag of a fence with another tag is known to be readable.
  onnxMemoryFenceV1 made = {};
  if (output->tag == ONNXIFI_TAG_MEMORY_FENCE_V1) made = *output;
  made.tag = output->tag;
  const bool wants_event = made.tag == ONNXIFI_TAG_MEMORY_FENCE_V1 &&
                           made.type == ONNXIFI_SYNCHRONIZATION_EVENT;
  if (wants_event) made.event = nullptr;
  onnxEvent companion = nullptr;
  onnxStatus status = run(&made, &companion);
  if (status == ONNXIFI_STATUS_SUCCESS && wants_event) {
    status = onnxifi::loader::CheckNewHandle(status, function, graph.device,
                                             made.event);
  }
  if (status != ONNXIFI_STATUS_SUCCESS || !wants_event) {
    handles.Free(slot);
    if (status == ONNXIFI_STATUS_SUCCESS) *output = made;
    return status;
  }
  handles.AddReference(graph.parent);
  output->event = handles.Publish(slot, HandleKind::kEvent,
                                  {.device = graph.device,
                                   .inner = made.event,
                                   .companion = companion,
                                   .parent = graph.parent});
  return ONNXIFI_STATUS_SUCCESS;
}

// Checks and translates an input fence.
onnxStatus TranslateInput(const onnxMemoryFenceV1& fence, const Device* device,
                          onnxMemoryFenceV1* inner) {
  constexpr const char* kFunction = "onnxRunGraph";
  if (fence.tag != ONNXIFI_TAG_MEMORY_FENCE_V1) {
    return Fail(ONNXIFI_STATUS_UNSUPPORTED_TAG, kFunction,
                "inputFence->tag is not ONNXIFI_TAG_MEMORY_FENCE_V1");
  }
  *inner = fence;
  if (fence.type != ONNXIFI_SYNCHRONIZATION_EVENT) {
    return ONNXIFI_STATUS_SUCCESS;
  }
  HandleEntry event;
  if (!FindHandle(fence.event, HandleKind::kEvent, &event)) {
    return Fail(ONNXIFI_STATUS_INVALID_EVENT, kFunction,
                "inputFence->event is not a live event");
  }
  if (event.device->plugin != device->plugin) {
    return Fail(ONNXIFI_STATUS_INVALID_EVENT, kFunction,
                "inputFence->event belongs to another plugin than the graph: "
                "wait for it, then use an event of the graph's backend");
  }
  inner->event = event.inner;
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

extern "C" {

onnxStatus ONNXIFI_ABI onnxInitGraph(
    onnxBackend backend, const uint64_t* auxPropertiesList,
    size_t onnxModelSize, const void* onnxModel, uint32_t weightsCount,
    const onnxTensorDescriptorV1* weightDescriptors, onnxGraph* graph) {
  constexpr const char* kFunction = "onnxInitGraph";
  HandleEntry entry;
  const onnxStatus status = onnxifi::loader::StartGraph(
      kFunction,
      {backend, onnxModelSize, onnxModel, weightsCount, weightDescriptors},
      graph, &entry);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  // The pointer is not to be read when the count is 0: spare plugins the trap.
  const onnxTensorDescriptorV1* weights =
      weightsCount == 0 ? nullptr : weightDescriptors;
  return onnxifi::loader::MakeGraph(
      kFunction, backend, graph, [&](onnxGraph* made) {
        return CallPlugin(
            entry.device, kFunction, [&](const DispatchTable& table) {
              return table.onnxInitGraph(entry.inner, auxPropertiesList,
                                         onnxModelSize, onnxModel, weightsCount,
                                         weights, made);
            });
      });
}

// A failing call has to reach the plugin, which then forgets its binding: so
// the arguments are not checked here.
onnxStatus ONNXIFI_ABI onnxSetGraphIO(
    onnxGraph graph, uint32_t inputsCount,
    const onnxTensorDescriptorV1* inputDescriptors, uint32_t outputsCount,
    const onnxTensorDescriptorV1* outputDescriptors) {
  constexpr const char* kFunction = "onnxSetGraphIO";
  HandleEntry entry;
  if (!FindHandle(graph, HandleKind::kGraph, &entry)) {
    return Fail(ONNXIFI_STATUS_INVALID_GRAPH, kFunction, kNoGraph);
  }
  const auto bind = [&](const DispatchTable& table) {
    return table.onnxSetGraphIO(entry.inner, inputsCount, inputDescriptors,
                                outputsCount, outputDescriptors);
  };
  if (entry.device->set_io_and_run != nullptr) {
    return CallPlugin(entry.device, kFunction, bind);
  }
  const std::lock_guard<std::mutex> lock(
      Loader::IfStarted()->handles().SlotMutex(graph));
  return CallPlugin(entry.device, kFunction, bind);
}

onnxStatus ONNXIFI_ABI onnxRunGraph(onnxGraph graph,
                                    const onnxMemoryFenceV1* inputFence,
                                    onnxMemoryFenceV1* outputFence) {
  constexpr const char* kFunction = "onnxRunGraph";
  HandleEntry entry;
  if (!FindHandle(graph, HandleKind::kGraph, &entry)) {
    return Fail(ONNXIFI_STATUS_INVALID_GRAPH, kFunction, kNoGraph);
  }
  if (inputFence == nullptr || outputFence == nullptr) {
    return Fail(
        ONNXIFI_STATUS_INVALID_POINTER, kFunction,
        inputFence == nullptr ? "inputFence is NULL" : "outputFence is NULL");
  }
  if (outputFence->tag != ONNXIFI_TAG_MEMORY_FENCE_V1) {
    return Fail(ONNXIFI_STATUS_UNSUPPORTED_TAG, kFunction,
                "outputFence->tag is not ONNXIFI_TAG_MEMORY_FENCE_V1");
  }
  onnxMemoryFenceV1 input;
  const onnxStatus status = TranslateInput(*inputFence, entry.device, &input);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  return AcceptRun(entry, kFunction, outputFence,
                   [&](onnxMemoryFenceV1* output, onnxEvent*) {
                     return CallPlugin(entry.device, kFunction,
                                       [&](const DispatchTable& table) {
                                         return table.onnxRunGraph(
                                             entry.inner, &input, output);
                                       });
                   });
}

onnxStatus ONNXIFI_ABI onnxSetIOAndRunGraph(
    onnxGraph graph, uint32_t inputsCount,
    const onnxTensorDescriptorV1* inputDescriptors, uint32_t outputsCount,
    const onnxTensorDescriptorV1* outputDescriptors,
    onnxMemoryFenceV1* outputFence) {
  constexpr const char* kFunction = "onnxSetIOAndRunGraph";
  HandleEntry entry;
  if (!FindHandle(graph, HandleKind::kGraph, &entry)) {
    return Fail(ONNXIFI_STATUS_INVALID_GRAPH, kFunction, kNoGraph);
  }
  const onnxifi::loader::Binding binding = {inputsCount, inputDescriptors,
                                            outputsCount, outputDescriptors};
  if (outputFence == nullptr) {
    onnxifi::loader::Unbind(entry, graph);
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction,
                "outputFence is NULL");
  }
  return AcceptRun(
      entry, kFunction, outputFence,
      [&](onnxMemoryFenceV1* output, onnxEvent* companion) {
        if (entry.device->set_io_and_run == nullptr) {
          return EmulatedRun(entry, graph, binding, output, companion);
        }
        return CallPlugin(entry.device, kFunction, [&](const DispatchTable&) {
          return entry.device->set_io_and_run(entry.inner, inputsCount,
                                              inputDescriptors, outputsCount,
                                              outputDescriptors, output);
        });
      });
}

onnxStatus ONNXIFI_ABI onnxReleaseGraph(onnxGraph graph) {
  constexpr const char* kFunction = "onnxReleaseGraph";
  Loader* loader = Loader::IfStarted();
  HandleEntry entry;
  if (loader == nullptr ||
      !loader->handles().Claim(graph, HandleKind::kGraph, &entry)) {
    return Fail(ONNXIFI_STATUS_INVALID_GRAPH, kFunction, kNoGraph);
  }
  const onnxStatus status =
      CallPlugin(entry.device, kFunction, [&](const DispatchTable& table) {
        return table.onnxReleaseGraph(entry.inner);
      });
  HandleTable& handles = loader->handles();
  const uint32_t slot = HandleTable::SlotOf(graph);
  (void)handles.DropReference(slot);
  handles.Free(slot);
  DropBackendReference(handles, entry.parent);
  return status;
}

}  // extern "C"
