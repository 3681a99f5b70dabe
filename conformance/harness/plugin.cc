#include "conformance/harness/plugin.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>

#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::conformance {
namespace {

// Longer texts are cut: they are for people.
constexpr size_t kMaxText = 16 * 1024;

}  // namespace

Result<Plugin> Plugin::Open(const std::string& path) {
  Plugin plugin;
  plugin.path_ = path;
  plugin.library_ = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (plugin.library_ == nullptr) {
    const char* why = ::dlerror();
    return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
                  StrCat("cannot load '", path,
                         "': ", client::EscapeText(why == nullptr ? "" : why)));
  }
#define ONNXIFI_FUNCTION(fn, since, kind)                                    \
  plugin.fn = reinterpret_cast<fn##Function>(::dlsym(plugin.library_, #fn)); \
  if (plugin.fn == nullptr && std::strcmp(#kind, "CORE") == 0)               \
    plugin.missing_.push_back(#fn);
#include "abi/onnxifi_functions.inc"
  return plugin;
}

void* Plugin::FindExtension(onnxBackendID id, const char* name) const {
  if (onnxGetExtensionFunctionAddress == nullptr) return nullptr;
  onnxExtensionFunctionPointer found = nullptr;
  if (onnxGetExtensionFunctionAddress(id, name, &found) !=
      ONNXIFI_STATUS_SUCCESS) {
    return nullptr;
  }
  return reinterpret_cast<void*>(found);
}

std::optional<onnxPluginInterface> Plugin::Interface(onnxBackendID id) const {
  const auto get = Extension<onnxGetInterfaceFunction>(
      id, ONNXIFI_GET_INTERFACE_FUNCTION_NAME);
  if (get == nullptr) return std::nullopt;
  onnxHostInterface host = {};
  host.structSize = sizeof(host);
  host.minVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  host.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  const onnxPluginInterface* table = nullptr;
  if (get(id, &host, &table) != ONNXIFI_STATUS_SUCCESS || table == nullptr ||
      table->structSize < offsetof(onnxPluginInterface, checkModel)) {
    return std::nullopt;
  }
  onnxPluginInterface known = {};
  std::memcpy(&known, table,
              std::min(sizeof(known), size_t{table->structSize}));
  return known;
}

std::string Plugin::LastError(onnxBackendID id) const {
  const auto get = Extension<onnxGetLastErrorFunction>(
      id, ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME);
  if (get == nullptr) return "";
  size_t size = 0;
  if (get(nullptr, &size) != ONNXIFI_STATUS_FALLBACK || size <= 1) return "";
  size = std::min(size, kMaxText);
  std::string text(size, '\0');
  if (get(text.data(), &size) != ONNXIFI_STATUS_SUCCESS) return "";
  text.resize(std::strlen(text.c_str()));
  return client::EscapeText(text);
}

}  // namespace onnxifi::conformance
