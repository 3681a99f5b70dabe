// Interface 1.1: memory.
#include <cstdint>

#include "loader/entry_interface.h"

namespace onnxifi::loader {

namespace {

// Finds the backend of a memory function.
template <typename Arguments>
onnxStatus FindBackend(const Arguments* arguments, const char* function,
                       HandleEntry* backend) {
  const onnxStatus status = CheckArguments(arguments, function);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (FindHandle(arguments->backend, HandleKind::kBackend, backend)) {
    return ONNXIFI_STATUS_SUCCESS;
  }
  return Fail(ONNXIFI_STATUS_INVALID_BACKEND, function, kNoBackend);
}

// Calls `call` with the arguments and the plugin's backend in them.
template <typename Arguments, typename Call>
onnxStatus CallWith(const Arguments& arguments, const char* function,
                    const HandleEntry& backend, Call call) {
  if (call == nullptr) return NotOffered(function);
  Arguments inner = CopyOf(arguments);
  inner.backend = backend.inner;
  const onnxStatus status =
      CallPlugin(backend.device, function,
                 [&](const DispatchTable&) { return call(&inner); });
  if (status != ONNXIFI_STATUS_FALLBACK) return status;
  return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, function, backend.device,
                      "its status is not one of this function");
}

// What is wrong with a memory of at least `size` bytes; NULL when nothing is.
const char* Judge(const onnxMemory& memory, size_t size) {
  switch (memory.memoryType) {
    case ONNXIFI_MEMORY_TYPE_CPU:
    case ONNXIFI_MEMORY_TYPE_CUDA_BUFFER:
    case ONNXIFI_MEMORY_TYPE_OPENCL_BUFFER:
    case ONNXIFI_MEMORY_TYPE_DEVICE:
      break;
    default:
      return "the type of its memory is not one that a buffer can have";
  }
  if (memory.buffer == 0) return "its memory has no buffer";
  if (memory.size < size) return "its memory is smaller than what was asked";
  if ((memory.flags & ~uint32_t{ONNXIFI_MEMORY_HOST_VISIBLE}) != 0) {
    return "its memory has unknown flags";
  }
  const bool visible = (memory.flags & ONNXIFI_MEMORY_HOST_VISIBLE) != 0;
  if (visible != (memory.hostPointer != nullptr)) {
    return "hostPointer and HOST_VISIBLE of its memory contradict each other";
  }
  return nullptr;
}

// Has the plugin make a memory by `make(onnxMemory* made)`.
template <typename Make>
onnxStatus TakeMemory(const char* function, const HandleEntry& backend,
                      size_t size, onnxMemory* memory, Make&& make) {
  onnxMemory made = {};
  made.structSize = sizeof(made);
  const onnxStatus status = make(&made);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (const char* lie = Judge(made, size)) {
    return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, function, backend.device,
                        lie);
  }
  GiveResult(made, memory);
  return status;
}

}  // namespace

onnxStatus ONNXIFI_ABI
EntryAllocateMemory(const onnxAllocateMemoryArguments* arguments) {
  constexpr const char* kFunction = "allocateMemory";
  HandleEntry backend;
  onnxStatus status = FindBackend(arguments, kFunction, &backend);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  status = CheckResult(arguments->memory, kFunction, "memory is NULL");
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  return TakeMemory(kFunction, backend, arguments->size, arguments->memory,
                    [&](onnxMemory* made) {
                      onnxAllocateMemoryArguments inner = *arguments;
                      inner.memory = made;
                      return CallWith(
                          inner, kFunction, backend,
                          backend.device->interface.inner.allocateMemory);
                    });
}

onnxStatus ONNXIFI_ABI
EntryFreeMemory(const onnxFreeMemoryArguments* arguments) {
  constexpr const char* kFunction = "freeMemory";
  HandleEntry backend;
  const onnxStatus status = FindBackend(arguments, kFunction, &backend);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  return CallWith(*arguments, kFunction, backend,
                  backend.device->interface.inner.freeMemory);
}

onnxStatus ONNXIFI_ABI
EntryImportMemory(const onnxImportMemoryArguments* arguments) {
  constexpr const char* kFunction = "importMemory";
  HandleEntry backend;
  onnxStatus status = FindBackend(arguments, kFunction, &backend);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  status = CheckResult(arguments->memory, kFunction, "memory is NULL");
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  const size_t size =
      arguments->kind == ONNXIFI_EXTERNAL_DLPACK ? 0 : arguments->size;
  return TakeMemory(
      kFunction, backend, size, arguments->memory, [&](onnxMemory* made) {
        onnxImportMemoryArguments inner = *arguments;
        inner.memory = made;
        return CallWith(inner, kFunction, backend,
                        backend.device->interface.inner.importMemory);
      });
}

onnxStatus ONNXIFI_ABI
EntryExportMemory(const onnxExportMemoryArguments* arguments) {
  constexpr const char* kFunction = "exportMemory";
  HandleEntry backend;
  onnxStatus status = FindBackend(arguments, kFunction, &backend);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (arguments->external == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "external is NULL");
  }
  onnxPointer external = 0;
  onnxExportMemoryArguments inner = *arguments;
  inner.external = &external;
  status = CallWith(inner, kFunction, backend,
                    backend.device->interface.inner.exportMemory);
  if (status == ONNXIFI_STATUS_SUCCESS) *arguments->external = external;
  return status;
}

onnxStatus ONNXIFI_ABI
EntryCopyMemory(const onnxCopyMemoryArguments* arguments) {
  constexpr const char* kFunction = "copyMemory";
  HandleEntry backend;
  onnxStatus status = FindBackend(arguments, kFunction, &backend);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (arguments->event != nullptr) *arguments->event = nullptr;
  if (arguments->copiesCount > 0 && arguments->copies == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction,
                "copies is NULL although copiesCount is not 0");
  }
  const onnxCopyMemoryCall copy = backend.device->interface.inner.copyMemory;
  if (copy == nullptr) return NotOffered(kFunction);
  std::unique_ptr<onnxEvent[]> waits;
  status = TranslateWaits(arguments->waitEvents, arguments->waitCount,
                          backend.device, kFunction, &waits);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  onnxCopyMemoryArguments inner = *arguments;
  inner.waitEvents = waits.get();
  if (arguments->event == nullptr) {
    return CallWith(inner, kFunction, backend, copy);
  }
  uint32_t slot = 0;
  if (!Loader::IfStarted()->handles().Reserve(&slot)) {
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, kFunction, kNoSlot);
  }
  onnxEvent made = nullptr;
  inner.event = &made;
  status = CallWith(inner, kFunction, backend, copy);
  return PublishEvent(status, kFunction, backend,
                      HandleTable::SlotOf(arguments->backend), slot, made,
                      arguments->event);
}

onnxStatus ONNXIFI_ABI EntryQueryCopy(const onnxQueryCopyArguments* arguments) {
  constexpr const char* kFunction = "queryCopy";
  onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry id;
  if (!FindHandle(arguments->backendID, HandleKind::kId, &id)) {
    return Fail(ONNXIFI_STATUS_INVALID_ID, kFunction, kNoId);
  }
  status = CheckResult(arguments->support, kFunction, "support is NULL");
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  const onnxQueryCopyCall query = id.device->interface.inner.queryCopy;
  if (query == nullptr) return NotOffered(kFunction);
  onnxCopySupport told = {};
  told.structSize = sizeof(told);
  onnxQueryCopyArguments inner = CopyOf(*arguments);
  inner.backendID = id.inner;
  inner.support = &told;
  status = CallPlugin(id.device, kFunction,
                      [&](const DispatchTable&) { return query(&inner); });
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (told.support > ONNXIFI_COPY_STAGED || told.latencyNs < -1) {
    return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, kFunction, id.device,
                        "its answer is none that a copy can have");
  }
  GiveResult(told, arguments->support);
  return status;
}

}  // namespace onnxifi::loader
