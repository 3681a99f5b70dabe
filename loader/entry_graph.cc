// Entry points on graphs: creation, binding, runs, release.
#include "loader/entry.h"
#include "loader/run_emulation.h"

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

struct GraphArguments {
  const uint64_t* properties;
  size_t model_size;
  const void* model;
  uint32_t weights_count;
  const onnxTensorDescriptorV1* weights;
};

onnxStatus MakeGraph(HandleTable& handles, uint32_t backend_slot,
                     const GraphArguments& arguments, onnxGraph* graph) {
  constexpr const char* kFunction = "onnxInitGraph";
  const HandleEntry backend = handles.Peek(backend_slot);
  uint32_t slot = 0;
  if (!handles.Reserve(&slot)) {
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, kFunction, kNoSlot);
  }
  onnxGraph inner = nullptr;
  onnxStatus status =
      CallPlugin(backend.device, kFunction, [&](const DispatchTable& table) {
        return table.onnxInitGraph(backend.inner, arguments.properties,
                                   arguments.model_size, arguments.model,
                                   arguments.weights_count, arguments.weights,
                                   &inner);
      });
  status =
      onnxifi::loader::CheckNewHandle(status, kFunction, backend.device, inner);
  if (status != ONNXIFI_STATUS_SUCCESS && status != ONNXIFI_STATUS_FALLBACK) {
    handles.Free(slot);
    return status;
  }
  *graph = handles.Publish(slot, HandleKind::kGraph,
                           {.device = backend.device,
                            .inner = inner,
                            .companion = nullptr,
                            .parent = backend_slot});
  return status;
}

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
  if (graph == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "graph is NULL");
  }
  *graph = nullptr;
  Loader* loader = Loader::IfStarted();
  HandleEntry entry;
  if (!FindHandle(backend, HandleKind::kBackend, &entry)) {
    return Fail(ONNXIFI_STATUS_INVALID_BACKEND, kFunction,
                onnxifi::loader::kNoBackend);
  }
  if (onnxModel == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "onnxModel is NULL");
  }
  if (weightsCount > 0 && weightDescriptors == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction,
                "weightDescriptors is NULL although weightsCount is not 0");
  }
  if (onnxModelSize == 0) {
    return Fail(ONNXIFI_STATUS_INVALID_SIZE, kFunction, "onnxModelSize is 0");
  }
  if (!loader->handles().AddReference(backend, HandleKind::kBackend)) {
    return Fail(ONNXIFI_STATUS_INVALID_BACKEND, kFunction,
                onnxifi::loader::kNoBackend);
  }
  const uint32_t slot = HandleTable::SlotOf(backend);
  // The pointer is not to be read when the count is 0: spare plugins the trap.
  const GraphArguments arguments = {
      auxPropertiesList, onnxModelSize, onnxModel, weightsCount,
      weightsCount == 0 ? nullptr : weightDescriptors};
  const onnxStatus status =
      MakeGraph(loader->handles(), slot, arguments, graph);
  if (*graph == nullptr) DropBackendReference(loader->handles(), slot);
  return status;
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
