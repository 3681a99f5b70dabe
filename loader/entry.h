#ifndef ONNXIFI_LOADER_ENTRY_H_
#define ONNXIFI_LOADER_ENTRY_H_

// What the entry points share: looking handles up and calling into plugins.
// An entry point is noexcept, checks in the order of the ABI's conventions,
// and leaves a sentence for onnxifiGetLastError on every failure.
#include <onnxifi/onnxifi.h>

#include <utility>

#include "loader/dispatch.h"
#include "loader/handle_table.h"
#include "loader/last_error.h"
#include "loader/loader.h"

namespace onnxifi::loader {

inline constexpr const char kNoId[] =
    "backendID is not a live backend ID (NULL, released or of another kind)";
inline constexpr const char kNoBackend[] =
    "backend is not a live backend (NULL, released or of another kind)";
inline constexpr const char kNoGraph[] =
    "graph is not a live graph (NULL, released or of another kind)";
inline constexpr const char kNoEvent[] =
    "event is not a live event (NULL, released or of another kind)";
inline constexpr const char kNoSlot[] = "no memory for another handle";
inline constexpr const char kNullHandle[] =
    "reported success without a handle: report this to the plugin's vendor";

// Finds a live handle; false also before the loader has started.
inline bool FindHandle(const void* handle, HandleKind kind,
                       HandleEntry* entry) {
  Loader* loader = Loader::IfStarted();
  return loader != nullptr && loader->handles().Find(handle, kind, entry);
}

// Calls a plugin function. Exceptions and status values that the interface
// does not know become INTERNAL_ERROR.
template <bool (*kKnown)(onnxStatus) = &IsKnownStatus, typename Call>
onnxStatus CallPlugin(const Device* device, const char* function,
                      Call&& call) noexcept {
  onnxStatus status;
  try {
    status = call(device->plugin->table());
  } catch (...) {
    return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, function, device,
                        "it throws an exception");
  }
  if (status == ONNXIFI_STATUS_SUCCESS || status == ONNXIFI_STATUS_FALLBACK) {
    return status;
  }
  if (!kKnown(status)) {
    return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, function, device,
                        "its status is not one of the interface");
  }
  return FailInPlugin(status, function, device);
}

// Ends what a plugin reported as a new handle: keeps SUCCESS or FALLBACK only
// when there is one.
inline onnxStatus CheckNewHandle(onnxStatus status, const char* function,
                                 const Device* device, const void* inner) {
  const bool made =
      status == ONNXIFI_STATUS_SUCCESS || status == ONNXIFI_STATUS_FALLBACK;
  if (!made || inner != nullptr || device->plugin->allows_null_handles()) {
    return status;
  }
  return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, function, device,
                      kNullHandle);
}

// The checks of a model that every function has that takes one.
inline onnxStatus CheckModelBytes(const char* function, const void* model,
                                  size_t size) {
  if (model == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, function, "onnxModel is NULL");
  }
  if (size == 0) {
    return Fail(ONNXIFI_STATUS_INVALID_SIZE, function, "onnxModelSize is 0");
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// What onnxInitGraph and initGraph check.
struct GraphSource {
  onnxBackend backend;
  size_t model_size;
  const void* model;
  uint32_t weights_count;
  const onnxTensorDescriptorV1* weights;
};
// Sets *graph to NULL, checks the arguments in the order of the ABI and finds
// the backend.
onnxStatus StartGraph(const char* function, const GraphSource& source,
                      onnxGraph* graph, HandleEntry* backend);

// Ends what StartGraph began: reserves a handle, has the plugin make the graph
// by `init(onnxGraph* made)`, and publishes it.
template <typename Init>
onnxStatus MakeGraph(const char* function, onnxBackend backend,
                     onnxGraph* graph, Init&& init);

// Gives back the reference that an object held on its backend, and ends the
// backend in the plugin when it was the last.
void DropBackendReference(HandleTable& handles, uint32_t slot);

// The same for another graph of the backend in `backend_slot`, on which a live
// graph hangs.
template <typename Init>
onnxStatus PublishGraph(const char* function, uint32_t backend_slot,
                        onnxGraph* graph, Init&& init) {
  HandleTable& handles = Loader::IfStarted()->handles();
  handles.AddReference(backend_slot);
  const HandleEntry entry = handles.Peek(backend_slot);
  uint32_t slot = 0;
  if (!handles.Reserve(&slot)) {
    DropBackendReference(handles, backend_slot);
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, function, kNoSlot);
  }
  onnxGraph inner = nullptr;
  onnxStatus status = init(&inner);
  status = CheckNewHandle(status, function, entry.device, inner);
  if (status != ONNXIFI_STATUS_SUCCESS && status != ONNXIFI_STATUS_FALLBACK) {
    handles.Free(slot);
    DropBackendReference(handles, backend_slot);
    return status;
  }
  *graph = handles.Publish(slot, HandleKind::kGraph,
                           {.device = entry.device,
                            .inner = inner,
                            .companion = nullptr,
                            .parent = backend_slot});
  return status;
}

template <typename Init>
onnxStatus MakeGraph(const char* function, onnxBackend backend,
                     onnxGraph* graph, Init&& init) {
  HandleTable& handles = Loader::IfStarted()->handles();
  if (!handles.AddReference(backend, HandleKind::kBackend)) {
    return Fail(ONNXIFI_STATUS_INVALID_BACKEND, function, kNoBackend);
  }
  const uint32_t backend_slot = HandleTable::SlotOf(backend);
  const onnxStatus status =
      PublishGraph(function, backend_slot, graph, std::forward<Init>(init));
  DropBackendReference(handles, backend_slot);
  return status;
}

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_ENTRY_H_
