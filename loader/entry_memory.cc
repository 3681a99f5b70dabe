// Interface 1.1: memory and copies.
#include <vector>

#include "loader/entry_interface.h"

namespace onnxifi::loader {
namespace {

// Calls a function that takes a backend and nothing else that is a handle.
template <typename Call, typename Arguments>
onnxStatus CallWithBackend(const char* function,
                           Call onnxPluginInterface::*member,
                           const Arguments* arguments) {
  const onnxStatus status = CheckArguments(arguments, function);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry backend;
  if (!FindHandle(arguments->backend, HandleKind::kBackend, &backend)) {
    return Fail(ONNXIFI_STATUS_INVALID_BACKEND, function, kNoBackend);
  }
  const Call call = backend.device->interface.inner.*member;
  if (call == nullptr) return NotOffered(function);
  Arguments inner = CopyOf(*arguments);
  inner.backend = backend.inner;
  return CallPlugin(backend.device, function,
                    [&](const DispatchTable&) { return call(&inner); });
}

}  // namespace

onnxStatus ONNXIFI_ABI
EntryAllocateMemory(const onnxAllocateMemoryArguments* arguments) {
  return CallWithBackend("allocateMemory", &onnxPluginInterface::allocateMemory,
                         arguments);
}

onnxStatus ONNXIFI_ABI
EntryFreeMemory(const onnxFreeMemoryArguments* arguments) {
  return CallWithBackend("freeMemory", &onnxPluginInterface::freeMemory,
                         arguments);
}

onnxStatus ONNXIFI_ABI
EntryImportMemory(const onnxImportMemoryArguments* arguments) {
  return CallWithBackend("importMemory", &onnxPluginInterface::importMemory,
                         arguments);
}

onnxStatus ONNXIFI_ABI
EntryExportMemory(const onnxExportMemoryArguments* arguments) {
  return CallWithBackend("exportMemory", &onnxPluginInterface::exportMemory,
                         arguments);
}

onnxStatus ONNXIFI_ABI
EntryCopyMemory(const onnxCopyMemoryArguments* arguments) {
  constexpr const char* kFunction = "copyMemory";
  onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (arguments->event != nullptr) *arguments->event = nullptr;
  Loader* loader = Loader::IfStarted();
  HandleEntry backend;
  if (!FindHandle(arguments->backend, HandleKind::kBackend, &backend)) {
    return Fail(ONNXIFI_STATUS_INVALID_BACKEND, kFunction, kNoBackend);
  }
  if (arguments->waitEvents == nullptr && arguments->waitCount > 0) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction,
                "waitEvents is NULL although waitCount is not 0");
  }
  const onnxCopyMemoryCall copy = backend.device->interface.inner.copyMemory;
  if (copy == nullptr) return NotOffered(kFunction);
  onnxEvent few[8];
  std::vector<onnxEvent> many;
  onnxEvent* events = few;
  if (arguments->waitCount > 8) {
    try {
      many.resize(arguments->waitCount);
    } catch (...) {
      return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, kFunction, kNoSlot);
    }
    events = many.data();
  }
  for (uint32_t i = 0; i < arguments->waitCount; ++i) {
    HandleEntry event;
    if (!FindHandle(arguments->waitEvents[i], HandleKind::kEvent, &event) ||
        event.device->plugin != backend.device->plugin) {
      return Fail(ONNXIFI_STATUS_INVALID_EVENT, kFunction, kNoEvent);
    }
    events[i] = event.inner;
  }
  onnxCopyMemoryArguments inner = CopyOf(*arguments);
  inner.backend = backend.inner;
  inner.waitEvents = events;
  const auto call = [&] {
    return CallPlugin(backend.device, kFunction,
                      [&](const DispatchTable&) { return copy(&inner); });
  };
  if (arguments->event == nullptr) return call();
  HandleTable& handles = loader->handles();
  if (!handles.AddReference(arguments->backend, HandleKind::kBackend)) {
    return Fail(ONNXIFI_STATUS_INVALID_BACKEND, kFunction, kNoBackend);
  }
  const uint32_t backend_slot = HandleTable::SlotOf(arguments->backend);
  uint32_t slot = 0;
  onnxEvent made = nullptr;
  inner.event = &made;
  if (!handles.Reserve(&slot)) {
    DropBackendReference(handles, backend_slot);
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, kFunction, kNoSlot);
  }
  status = call();
  status = CheckNewHandle(status, kFunction, backend.device, made);
  if (status != ONNXIFI_STATUS_SUCCESS) {
    handles.Free(slot);
    DropBackendReference(handles, backend_slot);
    return status;
  }
  *arguments->event = handles.Publish(slot, HandleKind::kEvent,
                                      {.device = backend.device,
                                       .inner = made,
                                       .companion = nullptr,
                                       .parent = backend_slot});
  return status;
}

onnxStatus ONNXIFI_ABI EntryQueryCopy(const onnxQueryCopyArguments* arguments) {
  constexpr const char* kFunction = "queryCopy";
  const onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry id;
  if (!FindHandle(arguments->backendID, HandleKind::kId, &id)) {
    return Fail(ONNXIFI_STATUS_INVALID_ID, kFunction, kNoId);
  }
  const onnxQueryCopyCall query = id.device->interface.inner.queryCopy;
  if (query == nullptr) return NotOffered(kFunction);
  onnxQueryCopyArguments inner = CopyOf(*arguments);
  inner.backendID = id.inner;
  return CallPlugin(id.device, kFunction,
                    [&](const DispatchTable&) { return query(&inner); });
}

}  // namespace onnxifi::loader
