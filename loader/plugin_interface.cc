#include "loader/plugin_interface.h"

#include <cstddef>
#include <cstdint>

namespace onnxifi::loader {

namespace {

// The versions that the loader can pass on: it copies the arguments.
constexpr uint32_t kMinVersion = ONNXIFI_INTERFACE_VERSION_1_1;
constexpr uint32_t kMaxVersion = ONNXIFI_INTERFACE_VERSION_1_1;

// What is wrong with a table; NULL when nothing is.
const char* Judge(const onnxPluginInterface* table) {
  if (table == nullptr) return "it gives no table";
  if (reinterpret_cast<uintptr_t>(table) % alignof(onnxPluginInterface) != 0) {
    return "its table is not aligned";
  }
  if (table->structSize < offsetof(onnxPluginInterface, checkModel)) {
    return "the structSize of its table is too small";
  }
  if (table->version < kMinVersion || table->version > kMaxVersion) {
    return "its table has a version that was not asked for";
  }
  return nullptr;
}

}  // namespace

void BindInterface(onnxGetInterfaceFunction get, onnxBackendID id,
                   PluginInterface* interface) {
  if (get == nullptr) return;
  onnxHostInterface host = {};
  host.structSize = sizeof(host);
  host.minVersion = kMinVersion;
  host.maxVersion = kMaxVersion;
  const onnxPluginInterface* table = nullptr;
  try {
    if (get(id, &host, &table) != ONNXIFI_STATUS_SUCCESS) {
      interface->refusal = "it has no version in common with this loader";
      return;
    }
  } catch (...) {
    interface->refusal = "it throws an exception";
    return;
  }
  interface->refusal = Judge(table);
  if (interface->refusal != nullptr) return;
  onnxPluginInterface& inner = interface->inner;
  onnxPluginInterface own = {};
  bool any = false;
  // Only whole members inside structSize are there.
#define ONNXIFI_INTERFACE_FUNCTION(member, Name, since)                    \
  if (table->structSize >=                                                 \
          offsetof(onnxPluginInterface, member) + sizeof(table->member) && \
      table->member != nullptr) {                                          \
    inner.member = table->member;                                          \
    own.member = &Entry##Name;                                             \
    any = true;                                                            \
  }
#include "abi/onnxifi_interface.inc"
#ifndef ONNXIFI_INTERFACE_WHOLE
#define ONNXIFI_MEMORY_FUNCTION(member, Name)                              \
  if (table->structSize >=                                                 \
          offsetof(onnxPluginInterface, member) + sizeof(table->member) && \
      table->member != nullptr) {                                          \
    inner.member = table->member;                                          \
    own.member = &Entry##Name;                                             \
  }
  ONNXIFI_MEMORY_FUNCTION(allocateMemory, AllocateMemory)
  ONNXIFI_MEMORY_FUNCTION(freeMemory, FreeMemory)
  ONNXIFI_MEMORY_FUNCTION(importMemory, ImportMemory)
  ONNXIFI_MEMORY_FUNCTION(exportMemory, ExportMemory)
  ONNXIFI_MEMORY_FUNCTION(copyMemory, CopyMemory)
  ONNXIFI_MEMORY_FUNCTION(queryCopy, QueryCopy)
#undef ONNXIFI_MEMORY_FUNCTION
#endif
  if (!any) {
    interface->refusal = "its table has no function";
    return;
  }
  own.structSize = sizeof(own);
  own.version = table->version;
  interface->get = get;
  interface->own = own;
}

}  // namespace onnxifi::loader
