// Entry points on events.
#include "loader/entry.h"

using onnxifi::loader::CallPlugin;
using onnxifi::loader::DispatchTable;
using onnxifi::loader::DropBackendReference;
using onnxifi::loader::Fail;
using onnxifi::loader::FindHandle;
using onnxifi::loader::HandleEntry;
using onnxifi::loader::HandleKind;
using onnxifi::loader::HandleTable;
using onnxifi::loader::kNoEvent;
using onnxifi::loader::Loader;

namespace {

// `backend` holds a reference for the new event.
onnxStatus MakeEvent(HandleTable& handles, uint32_t backend_slot,
                     onnxEvent* event) {
  constexpr const char* kFunction = "onnxInitEvent";
  const HandleEntry backend = handles.Peek(backend_slot);
  uint32_t slot = 0;
  if (!handles.Reserve(&slot)) {
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, kFunction,
                onnxifi::loader::kNoSlot);
  }
  onnxEvent inner = nullptr;
  onnxStatus status =
      CallPlugin(backend.device, kFunction, [&](const DispatchTable& table) {
        return table.onnxInitEvent(backend.inner, &inner);
      });
  status =
      onnxifi::loader::CheckNewHandle(status, kFunction, backend.device, inner);
  if (status != ONNXIFI_STATUS_SUCCESS && status != ONNXIFI_STATUS_FALLBACK) {
    handles.Free(slot);
    return status;
  }
  *event = handles.Publish(slot, HandleKind::kEvent,
                           {.device = backend.device,
                            .inner = inner,
                            .companion = nullptr,
                            .parent = backend_slot});
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

extern "C" {

onnxStatus ONNXIFI_ABI onnxInitEvent(onnxBackend backend, onnxEvent* event) {
  constexpr const char* kFunction = "onnxInitEvent";
  if (event == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "event is NULL");
  }
  *event = nullptr;
  Loader* loader = Loader::IfStarted();
  if (loader == nullptr ||
      !loader->handles().AddReference(backend, HandleKind::kBackend)) {
    return Fail(ONNXIFI_STATUS_INVALID_BACKEND, kFunction,
                onnxifi::loader::kNoBackend);
  }
  const uint32_t slot = HandleTable::SlotOf(backend);
  const onnxStatus status = MakeEvent(loader->handles(), slot, event);
  if (status != ONNXIFI_STATUS_SUCCESS) {
    DropBackendReference(loader->handles(), slot);
  }
  return status;
}

onnxStatus ONNXIFI_ABI onnxSignalEvent(onnxEvent event) {
  constexpr const char* kFunction = "onnxSignalEvent";
  HandleEntry entry;
  if (!FindHandle(event, HandleKind::kEvent, &entry)) {
    return Fail(ONNXIFI_STATUS_INVALID_EVENT, kFunction, kNoEvent);
  }
  return CallPlugin(entry.device, kFunction, [&](const DispatchTable& table) {
    return table.onnxSignalEvent(entry.inner);
  });
}

onnxStatus ONNXIFI_ABI onnxGetEventState(onnxEvent event,
                                         onnxEventState* state) {
  constexpr const char* kFunction = "onnxGetEventState";
  if (state == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "state is NULL");
  }
  *state = ONNXIFI_EVENT_STATE_INVALID;
  HandleEntry entry;
  if (!FindHandle(event, HandleKind::kEvent, &entry)) {
    return Fail(ONNXIFI_STATUS_INVALID_EVENT, kFunction, kNoEvent);
  }
  onnxEventState found = ONNXIFI_EVENT_STATE_INVALID;
  const onnxStatus status =
      CallPlugin(entry.device, kFunction, [&](const DispatchTable& table) {
        return table.onnxGetEventState(entry.inner, &found);
      });
  if (status == ONNXIFI_STATUS_SUCCESS) *state = found;
  return status;
}

onnxStatus ONNXIFI_ABI onnxWaitEvent(onnxEvent event) {
  constexpr const char* kFunction = "onnxWaitEvent";
  HandleEntry entry;
  if (!FindHandle(event, HandleKind::kEvent, &entry)) {
    return Fail(ONNXIFI_STATUS_INVALID_EVENT, kFunction, kNoEvent);
  }
  const auto wait = [&](const DispatchTable& table) {
    return table.onnxWaitEvent(entry.inner);
  };
  // Only a run of interface 1.1 can have been cancelled.
  return entry.device->interface.inner.startRun == nullptr
             ? CallPlugin(entry.device, kFunction, wait)
             : CallPlugin<&onnxifi::loader::IsRunStatus>(entry.device,
                                                         kFunction, wait);
}

onnxStatus ONNXIFI_ABI onnxReleaseEvent(onnxEvent event) {
  constexpr const char* kFunction = "onnxReleaseEvent";
  Loader* loader = Loader::IfStarted();
  HandleEntry entry;
  if (loader == nullptr ||
      !loader->handles().Claim(event, HandleKind::kEvent, &entry)) {
    return Fail(ONNXIFI_STATUS_INVALID_EVENT, kFunction, kNoEvent);
  }
  const onnxStatus status =
      CallPlugin(entry.device, kFunction, [&](const DispatchTable& table) {
        const onnxStatus released = table.onnxReleaseEvent(entry.inner);
        if (entry.companion != nullptr) {
          (void)table.onnxReleaseEvent(entry.companion);
        }
        return released;
      });
  HandleTable& handles = loader->handles();
  const uint32_t slot = HandleTable::SlotOf(event);
  (void)handles.DropReference(slot);
  handles.Free(slot);
  DropBackendReference(handles, entry.parent);
  return status;
}

}  // extern "C"
