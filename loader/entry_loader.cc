// Entry points of the loader itself, and the look-up of extensions.
#include <onnxifi/onnxifi_ext.h>
#include <onnxifi/onnxifi_loader.h>

#include <string_view>

#include "loader/entry.h"

using onnxifi::loader::CastFunction;
using onnxifi::loader::Device;
using onnxifi::loader::Fail;
using onnxifi::loader::HandleEntry;
using onnxifi::loader::HandleKind;
using onnxifi::loader::Loader;

namespace {

// Extension functions of a plugin take the plugin's handles, so only those
// that the loader translates are offered.
onnxExtensionFunctionPointer FindExtension(const Device& device,
                                           std::string_view name) {
  if (name == "onnxGetExtensionFunctionAddress" ||
      name == "onnxGetExtensionFunctionAddressFunction") {
    return CastFunction<onnxExtensionFunctionPointer>(
        &onnxGetExtensionFunctionAddress);
  }
  if (name == "onnxSetIOAndRunGraph" ||
      name == "onnxSetIOAndRunGraphFunction") {
    return CastFunction<onnxExtensionFunctionPointer>(&onnxSetIOAndRunGraph);
  }
  if (name == ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME) {
    return CastFunction<onnxExtensionFunctionPointer>(&onnxifiGetLastError);
  }
  if ((name == "onnxGetInterface" ||
       name == ONNXIFI_GET_INTERFACE_FUNCTION_NAME) &&
      device.interface.offered()) {
    return CastFunction<onnxExtensionFunctionPointer>(
        &onnxifi::loader::GetInterface);
  }
  return nullptr;
}

}  // namespace

extern "C" {

onnxStatus ONNXIFI_ABI
onnxGetExtensionFunctionAddress(onnxBackendID backendID, const char* name,
                                onnxExtensionFunctionPointer* function) {
  constexpr const char* kFunction = "onnxGetExtensionFunctionAddress";
  if (function == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "function is NULL");
  }
  *function = nullptr;
  HandleEntry id;
  if (!onnxifi::loader::FindHandle(backendID, HandleKind::kId, &id)) {
    return Fail(ONNXIFI_STATUS_INVALID_ID, kFunction, onnxifi::loader::kNoId);
  }
  if (name == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "name is NULL");
  }
  *function = FindExtension(*id.device, name);
  if (*function == nullptr) {
    return Fail(ONNXIFI_STATUS_UNIDENTIFIED_NAME, kFunction,
                "no extension function of this name goes through the loader");
  }
  return ONNXIFI_STATUS_SUCCESS;
}

onnxStatus ONNXIFI_ABI onnxifiGetLoadReport(char* text, size_t* size) {
  constexpr const char* kFunction = "onnxifiGetLoadReport";
  if (size == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "size is NULL");
  }
  Loader* loader = nullptr;
  const onnxStatus status = Loader::Get(kFunction, &loader);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  try {
    return onnxifi::loader::CopyText(
        loader->report().ToJson(loader->environment()), text, size);
  } catch (...) {
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, kFunction,
                "no memory for the report");
  }
}

onnxStatus ONNXIFI_ABI onnxifiGetLoaderVersion(uint64_t* version) {
  if (version == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, "onnxifiGetLoaderVersion",
                "version is NULL");
  }
  *version = ONNXIFI_LOADER_VERSION;
  return ONNXIFI_STATUS_SUCCESS;
}

onnxStatus ONNXIFI_ABI onnxifiGetLastError(char* text, size_t* size) {
  return onnxifi::loader::CopyLastError(text, size);
}

}  // extern "C"
