#ifndef ONNXIFI_LOADER_PLUGIN_INTERFACE_H_
#define ONNXIFI_LOADER_PLUGIN_INTERFACE_H_

#include <onnxifi/onnxifi_ext.h>

namespace onnxifi::loader {

// The table of interface 1.1 of one backend: the plugin's, checked, and the one
// that clients get in its place, whose functions translate handles.
// Threading: constant after BindInterface.
struct PluginInterface {
  onnxGetInterfaceFunction get = nullptr;
  // Functions that the plugin does not offer are NULL in both.
  onnxPluginInterface inner = {};
  onnxPluginInterface own = {};
  // Why there is no table although the plugin has the function.
  const char* refusal = nullptr;

  bool offered() const { return own.structSize != 0; }
};

// Asks the plugin for the table of a backend and trusts nothing in it.
void BindInterface(onnxGetInterfaceFunction get, onnxBackendID id,
                   PluginInterface* interface);

// What clients call; in entry_interface.cc.
onnxStatus ONNXIFI_ABI GetInterface(onnxBackendID backendID,
                                    const onnxHostInterface* host,
                                    const onnxPluginInterface** plugin);
#define ONNXIFI_INTERFACE_FUNCTION(member, Name, since) \
  onnxStatus ONNXIFI_ABI Entry##Name(const onnx##Name##Arguments* arguments);
#include "abi/onnxifi_interface.inc"
#ifndef ONNXIFI_INTERFACE_WHOLE
onnxStatus ONNXIFI_ABI
EntryAllocateMemory(const onnxAllocateMemoryArguments* arguments);
onnxStatus ONNXIFI_ABI
EntryFreeMemory(const onnxFreeMemoryArguments* arguments);
onnxStatus ONNXIFI_ABI
EntryImportMemory(const onnxImportMemoryArguments* arguments);
onnxStatus ONNXIFI_ABI
EntryExportMemory(const onnxExportMemoryArguments* arguments);
onnxStatus ONNXIFI_ABI
EntryCopyMemory(const onnxCopyMemoryArguments* arguments);
onnxStatus ONNXIFI_ABI EntryQueryCopy(const onnxQueryCopyArguments* arguments);
#endif

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_PLUGIN_INTERFACE_H_
