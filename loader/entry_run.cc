// Interface 1.1: runs, contexts and what a graph tells of itself.
#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "loader/entry_interface.h"
#include "loader/run_callbacks.h"

namespace onnxifi::loader {

namespace {

// Events of the client as the plugin's. Their number is bounded by what a
// client can hold, so that nothing is gained by a larger array.
constexpr uint32_t kMaxWaits = 1 << 20;

struct InnerEvents {
  std::unique_ptr<onnxEvent[]> waits;
  onnxEvent cancel = nullptr;
};

}  // namespace

onnxStatus TranslateEvent(onnxEvent event, const Device* device,
                          const char* function, onnxEvent* inner) {
  HandleEntry entry;
  if (!FindHandle(event, HandleKind::kEvent, &entry)) {
    return Fail(ONNXIFI_STATUS_INVALID_EVENT, function, kNoEvent);
  }
  if (entry.device->plugin != device->plugin) {
    return Fail(ONNXIFI_STATUS_INVALID_EVENT, function,
                "an event belongs to another plugin than the object: wait for "
                "it, then use an event of the object's backend");
  }
  *inner = entry.inner;
  return ONNXIFI_STATUS_SUCCESS;
}

onnxStatus TranslateWaits(const onnxEvent* events, uint32_t count,
                          const Device* device, const char* function,
                          std::unique_ptr<onnxEvent[]>* inner) {
  if (count == 0) return ONNXIFI_STATUS_SUCCESS;
  if (events == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, function,
                "waitEvents is NULL although waitCount is not 0");
  }
  if (count > kMaxWaits) {
    return Fail(ONNXIFI_STATUS_INVALID_SIZE, function,
                "waitCount is beyond any number of events");
  }
  inner->reset(new (std::nothrow) onnxEvent[count]);
  if (*inner == nullptr) {
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, function,
                "no memory for the wait events");
  }
  for (uint32_t i = 0; i < count; ++i) {
    const onnxStatus status =
        TranslateEvent(events[i], device, function, &(*inner)[i]);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
  }
  return ONNXIFI_STATUS_SUCCESS;
}

onnxStatus PublishEvent(onnxStatus status, const char* function,
                        const HandleEntry& owner, uint32_t backend_slot,
                        uint32_t slot, onnxEvent inner, onnxEvent* event) {
  HandleTable& handles = Loader::IfStarted()->handles();
  status = CheckNewHandle(status, function, owner.device, inner);
  if (status == ONNXIFI_STATUS_FALLBACK) {
    status = FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, function, owner.device,
                          "its status is not one of this function");
  }
  if (status != ONNXIFI_STATUS_SUCCESS) {
    handles.Free(slot);
    return status;
  }
  handles.AddReference(backend_slot);
  *event = handles.Publish(slot, HandleKind::kEvent,
                           {.device = owner.device,
                            .inner = inner,
                            .companion = nullptr,
                            .parent = backend_slot});
  return status;
}

namespace {

onnxStatus CheckRun(const onnxStartRunArguments& arguments, HandleEntry* graph,
                    InnerEvents* events) {
  constexpr const char* kFunction = "startRun";
  if (arguments.event != nullptr) *arguments.event = nullptr;
  if (!FindHandle(arguments.graph, HandleKind::kGraph, graph)) {
    return Fail(ONNXIFI_STATUS_INVALID_GRAPH, kFunction, kNoGraph);
  }
  if (arguments.event == nullptr && arguments.done == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction,
                "event and done are NULL: nobody would know of the end");
  }
  if ((arguments.inputsCount > 0 && arguments.inputDescriptors == nullptr) ||
      (arguments.outputsCount > 0 && arguments.outputDescriptors == nullptr)) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction,
                "descriptors are NULL although their count is not 0");
  }
  if (arguments.cancelEvent != nullptr) {
    const onnxStatus status = TranslateEvent(
        arguments.cancelEvent, graph->device, kFunction, &events->cancel);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
  }
  return TranslateWaits(arguments.waitEvents, arguments.waitCount,
                        graph->device, kFunction, &events->waits);
}

// `slot` is reserved for the output event, when there is one.
onnxStatus Start(const onnxStartRunArguments& arguments,
                 const HandleEntry& graph, const InnerEvents& events,
                 uint32_t slot) {
  constexpr const char* kFunction = "startRun";
  const bool told = arguments.done != nullptr || arguments.profile != nullptr;
  const uint64_t client =
      told ? AddRunClient({arguments.done, arguments.doneContext,
                           arguments.profile, arguments.profileContext})
           : 0;
  HandleTable& handles = Loader::IfStarted()->handles();
  if (told && client == 0) {
    if (arguments.event != nullptr) handles.Free(slot);
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, kFunction,
                "no memory to remember the callbacks");
  }
  onnxStartRunArguments inner = CopyOf(arguments);
  onnxEvent made = nullptr;
  inner.graph = graph.inner;
  inner.waitEvents = events.waits.get();
  inner.cancelEvent = events.cancel;
  // The end of every run that has a client is told, so that it is forgotten.
  if (told) {
    inner.done = &TellDone;
    inner.doneContext = ContextOf(client);
  }
  if (arguments.profile != nullptr) {
    inner.profile = &TellProfile;
    inner.profileContext = ContextOf(client);
  }
  inner.event = arguments.event == nullptr ? nullptr : &made;
  const onnxStartRunCall start = graph.device->interface.inner.startRun;
  onnxStatus status =
      CallPlugin(graph.device, kFunction,
                 [&](const DispatchTable&) { return start(&inner); });
  if (arguments.event != nullptr) {
    status = PublishEvent(status, kFunction, graph, graph.parent, slot, made,
                          arguments.event);
  }
  if (status != ONNXIFI_STATUS_SUCCESS && told) ForgetRunClient(client);
  return status;
}

}  // namespace

onnxStatus ONNXIFI_ABI EntryStartRun(const onnxStartRunArguments* arguments) {
  constexpr const char* kFunction = "startRun";
  onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry graph;
  InnerEvents events;
  status = CheckRun(*arguments, &graph, &events);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (graph.device->interface.inner.startRun == nullptr) {
    return NotOffered(kFunction);
  }
  uint32_t slot = 0;
  if (arguments->event != nullptr &&
      !Loader::IfStarted()->handles().Reserve(&slot)) {
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, kFunction, kNoSlot);
  }
  return Start(*arguments, graph, events, slot);
}

onnxStatus ONNXIFI_ABI
EntryCreateContext(const onnxCreateContextArguments* arguments) {
  constexpr const char* kFunction = "createContext";
  const onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (arguments->context == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "context is NULL");
  }
  *arguments->context = nullptr;
  HandleEntry graph;
  if (!FindHandle(arguments->graph, HandleKind::kGraph, &graph)) {
    return Fail(ONNXIFI_STATUS_INVALID_GRAPH, kFunction, kNoGraph);
  }
  const onnxCreateContextCall create =
      graph.device->interface.inner.createContext;
  if (create == nullptr) return NotOffered(kFunction);
  onnxCreateContextArguments inner = CopyOf(*arguments);
  inner.graph = graph.inner;
  return PublishGraph(
      kFunction, graph.parent, arguments->context, [&](onnxGraph* made) {
        inner.context = made;
        return CallPlugin(graph.device, kFunction,
                          [&](const DispatchTable&) { return create(&inner); });
      });
}

onnxStatus ONNXIFI_ABI
EntryGetStatistics(const onnxGetStatisticsArguments* arguments) {
  constexpr const char* kFunction = "getStatistics";
  onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  onnxGraphStatistics* const statistics = arguments->statistics;
  status = CheckResult(statistics, kFunction, "statistics is NULL");
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry graph;
  if (!FindHandle(arguments->graph, HandleKind::kGraph, &graph)) {
    return Fail(ONNXIFI_STATUS_INVALID_GRAPH, kFunction, kNoGraph);
  }
  const onnxGetStatisticsCall get = graph.device->interface.inner.getStatistics;
  if (get == nullptr) return NotOffered(kFunction);
  onnxGraphStatistics told = {};
  told.structSize = sizeof(told);
  onnxGetStatisticsArguments inner = CopyOf(*arguments);
  inner.graph = graph.inner;
  inner.statistics = &told;
  status = CallPlugin(graph.device, kFunction,
                      [&](const DispatchTable&) { return get(&inner); });
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (told.weightBytes < -1 || told.workspaceBytes < -1) {
    return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, kFunction, graph.device,
                        "a number of bytes is below -1");
  }
  GiveResult(told, statistics);
  return status;
}

}  // namespace onnxifi::loader
