// Entry points on backend IDs and backends.
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/str_cat.h"
#include "loader/entry.h"

namespace onnxifi::loader {

namespace {

// The extensions that the loader offers on every backend.
constexpr std::string_view kOwnExtensions[] = {
    "onnx_extension_function", "onnxSetIOAndRunGraphFunction",
    ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME};

bool HasToken(const std::string& list, std::string_view token) {
  const std::string padded = StrCat(" ", list, " ");
  return padded.find(StrCat(" ", token, " ")) != std::string::npos;
}

// The list without a token.
std::string WithoutToken(std::string_view list, std::string_view token) {
  std::string kept;
  while (!list.empty()) {
    const size_t end = std::min(list.find(' '), list.size());
    const std::string_view word = list.substr(0, end);
    if (word != token) kept += StrCat(kept.empty() ? "" : " ", word);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return kept;
}

onnxStatus CopyExtensions(const Device* device, void* value, size_t* size) {
  std::string list =
      device->plugin->InfoText(device->inner, ONNXIFI_BACKEND_EXTENSIONS);
  const auto add = [&](std::string_view token) {
    if (!HasToken(list, token)) list += StrCat(list.empty() ? "" : " ", token);
  };
  for (const auto token : kOwnExtensions) add(token);
  // A table that the loader refuses is not there for clients.
  if (device->interface.offered()) {
    add(ONNXIFI_GET_INTERFACE_FUNCTION_NAME);
  } else {
    list = WithoutToken(list, ONNXIFI_GET_INTERFACE_FUNCTION_NAME);
  }
  return CopyText(list, static_cast<char*>(value), size);
}

onnxStatus ListIds(onnxBackendID* ids, size_t* count) {
  constexpr const char* kFunction = "onnxGetBackendIDs";
  Loader* loader = nullptr;
  onnxStatus status = Loader::Get(kFunction, &loader);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  std::vector<Device*> devices;
  status = loader->ListDevices(kFunction, &devices);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  const bool fits = ids != nullptr && *count >= devices.size();
  *count = devices.size();
  if (!fits) return ONNXIFI_STATUS_FALLBACK;
  loader->HandOut(devices, ids);
  return ONNXIFI_STATUS_SUCCESS;
}

onnxStatus CopyInfo(const Device* device, onnxBackendInfo info, void* value,
                    size_t* size) {
  constexpr const char* kFunction = "onnxGetBackendInfo";
  size_t room = value == nullptr ? 0 : *size;
  const size_t capacity = room;
  const onnxStatus status =
      CallPlugin(device, kFunction, [&](const DispatchTable& table) {
        return table.onnxGetBackendInfo(device->inner, info, value, &room);
      });
  // Old libraries say SUCCESS to a size query.
  if (status == ONNXIFI_STATUS_SUCCESS && value == nullptr) {
    *size = room;
    return ONNXIFI_STATUS_FALLBACK;
  }
  if (status == ONNXIFI_STATUS_SUCCESS && room > capacity) {
    return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, kFunction, device,
                        "it stored more bytes than there is room for");
  }
  if (status == ONNXIFI_STATUS_SUCCESS || status == ONNXIFI_STATUS_FALLBACK) {
    *size = room;
  }
  return status;
}

onnxStatus MakeBackend(HandleTable& handles, const HandleEntry& id,
                       const uint64_t* properties, onnxBackend* backend) {
  constexpr const char* kFunction = "onnxInitBackend";
  uint32_t slot = 0;
  if (!handles.Reserve(&slot)) {
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, kFunction, kNoSlot);
  }
  onnxBackend inner = nullptr;
  onnxStatus status =
      CallPlugin(id.device, kFunction, [&](const DispatchTable& table) {
        return table.onnxInitBackend(id.inner, properties, &inner);
      });
  status = CheckNewHandle(status, kFunction, id.device, inner);
  if (status != ONNXIFI_STATUS_SUCCESS && status != ONNXIFI_STATUS_FALLBACK) {
    handles.Free(slot);
    return status;
  }
  *backend = handles.Publish(slot, HandleKind::kBackend,
                             {.device = id.device, .inner = inner});
  // The function has no FALLBACK; a plugin that says it made a backend.
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

void DropBackendReference(HandleTable& handles, uint32_t slot) {
  const HandleEntry backend = handles.Peek(slot);
  if (!handles.DropReference(slot)) return;
  (void)CallPlugin(backend.device, "onnxReleaseBackend",
                   [&](const DispatchTable& table) {
                     return table.onnxReleaseBackend(backend.inner);
                   });
  handles.Free(slot);
}

}  // namespace onnxifi::loader

using onnxifi::loader::CallPlugin;
using onnxifi::loader::DispatchTable;
using onnxifi::loader::Fail;
using onnxifi::loader::FindHandle;
using onnxifi::loader::HandleEntry;
using onnxifi::loader::HandleKind;
using onnxifi::loader::Loader;

extern "C" {

onnxStatus ONNXIFI_ABI onnxGetBackendIDs(onnxBackendID* backendIDs,
                                         size_t* numBackends) {
  if (numBackends == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, "onnxGetBackendIDs",
                "numBackends is NULL");
  }
  try {
    return onnxifi::loader::ListIds(backendIDs, numBackends);
  } catch (...) {
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, "onnxGetBackendIDs",
                "no memory for the list of backends");
  }
}

onnxStatus ONNXIFI_ABI onnxReleaseBackendID(onnxBackendID backendID) {
  Loader* loader = Loader::IfStarted();
  if (loader == nullptr || !loader->ReleaseId(backendID)) {
    return Fail(ONNXIFI_STATUS_INVALID_ID, "onnxReleaseBackendID",
                onnxifi::loader::kNoId);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

onnxStatus ONNXIFI_ABI onnxGetBackendInfo(onnxBackendID backendID,
                                          onnxBackendInfo infoType,
                                          void* infoValue,
                                          size_t* infoValueSize) {
  constexpr const char* kFunction = "onnxGetBackendInfo";
  if (infoValueSize == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction,
                "infoValueSize is NULL");
  }
  HandleEntry id;
  if (!FindHandle(backendID, HandleKind::kId, &id)) {
    return Fail(ONNXIFI_STATUS_INVALID_ID, kFunction, onnxifi::loader::kNoId);
  }
  if (infoType == ONNXIFI_BACKEND_EXTENSIONS) {
    try {
      return onnxifi::loader::CopyExtensions(id.device, infoValue,
                                             infoValueSize);
    } catch (...) {
      return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, kFunction,
                  "no memory for the list of extensions");
    }
  }
  return onnxifi::loader::CopyInfo(id.device, infoType, infoValue,
                                   infoValueSize);
}

onnxStatus ONNXIFI_ABI onnxGetBackendCompatibility(onnxBackendID backendID,
                                                   size_t onnxModelSize,
                                                   const void* onnxModel) {
  constexpr const char* kFunction = "onnxGetBackendCompatibility";
  HandleEntry id;
  if (!FindHandle(backendID, HandleKind::kId, &id)) {
    return Fail(ONNXIFI_STATUS_INVALID_ID, kFunction, onnxifi::loader::kNoId);
  }
  const onnxStatus status =
      onnxifi::loader::CheckModelBytes(kFunction, onnxModel, onnxModelSize);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  return CallPlugin(id.device, kFunction, [&](const DispatchTable& table) {
    return table.onnxGetBackendCompatibility(id.inner, onnxModelSize,
                                             onnxModel);
  });
}

onnxStatus ONNXIFI_ABI onnxInitBackend(onnxBackendID backendID,
                                       const uint64_t* auxPropertiesList,
                                       onnxBackend* backend) {
  constexpr const char* kFunction = "onnxInitBackend";
  if (backend == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "backend is NULL");
  }
  *backend = nullptr;
  HandleEntry id;
  if (!FindHandle(backendID, HandleKind::kId, &id)) {
    return Fail(ONNXIFI_STATUS_INVALID_ID, kFunction, onnxifi::loader::kNoId);
  }
  return onnxifi::loader::MakeBackend(Loader::IfStarted()->handles(), id,
                                      auxPropertiesList, backend);
}

onnxStatus ONNXIFI_ABI onnxReleaseBackend(onnxBackend backend) {
  Loader* loader = Loader::IfStarted();
  HandleEntry entry;
  if (loader == nullptr ||
      !loader->handles().Claim(backend, HandleKind::kBackend, &entry)) {
    return Fail(ONNXIFI_STATUS_INVALID_BACKEND, "onnxReleaseBackend",
                onnxifi::loader::kNoBackend);
  }
  onnxifi::loader::DropBackendReference(
      loader->handles(), onnxifi::loader::HandleTable::SlotOf(backend));
  return ONNXIFI_STATUS_SUCCESS;
}

}  // extern "C"
