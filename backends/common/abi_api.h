#ifndef ONNXIFI_BACKENDS_COMMON_ABI_API_H_
#define ONNXIFI_BACKENDS_COMMON_ABI_API_H_

#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>

// The entry points of the interface, as they are described in onnxifi.h and
// onnxifi_ext.h, under names that are private to the plugin: what abi_main.h
// exports forwards here.
// Thread-safe; none lets an exception out.
namespace onnxifi::abi {

onnxStatus ONNXIFI_ABI GetBackendIDs(onnxBackendID* ids, size_t* count);
onnxStatus ONNXIFI_ABI ReleaseBackendID(onnxBackendID id);
onnxStatus ONNXIFI_ABI GetBackendInfo(onnxBackendID id, onnxBackendInfo query,
                                      void* value, size_t* size);
onnxStatus ONNXIFI_ABI GetBackendCompatibility(onnxBackendID id,
                                               size_t model_size,
                                               const void* model);
onnxStatus ONNXIFI_ABI InitBackend(onnxBackendID id, const uint64_t* properties,
                                   onnxBackend* backend);
onnxStatus ONNXIFI_ABI ReleaseBackend(onnxBackend backend);

onnxStatus ONNXIFI_ABI InitEvent(onnxBackend backend, onnxEvent* event);
onnxStatus ONNXIFI_ABI SignalEvent(onnxEvent event);
onnxStatus ONNXIFI_ABI GetEventState(onnxEvent event, onnxEventState* state);
onnxStatus ONNXIFI_ABI WaitEvent(onnxEvent event);
onnxStatus ONNXIFI_ABI ReleaseEvent(onnxEvent event);

onnxStatus ONNXIFI_ABI InitGraph(onnxBackend backend,
                                 const uint64_t* properties, size_t model_size,
                                 const void* model, uint32_t weights_count,
                                 const onnxTensorDescriptorV1* weights,
                                 onnxGraph* graph);
onnxStatus ONNXIFI_ABI SetGraphIO(onnxGraph graph, uint32_t inputs_count,
                                  const onnxTensorDescriptorV1* inputs,
                                  uint32_t outputs_count,
                                  const onnxTensorDescriptorV1* outputs);
onnxStatus ONNXIFI_ABI RunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                                onnxMemoryFenceV1* output);
onnxStatus ONNXIFI_ABI ReleaseGraph(onnxGraph graph);

onnxStatus ONNXIFI_ABI GetExtensionFunctionAddress(
    onnxBackendID id, const char* name, onnxExtensionFunctionPointer* function);
onnxStatus ONNXIFI_ABI SetIOAndRunGraph(onnxGraph graph, uint32_t inputs_count,
                                        const onnxTensorDescriptorV1* inputs,
                                        uint32_t outputs_count,
                                        const onnxTensorDescriptorV1* outputs,
                                        onnxMemoryFenceV1* output_fence);
onnxStatus ONNXIFI_ABI GetLastError(char* text, size_t* size);
onnxStatus ONNXIFI_ABI WhyNoBackends(char* text, size_t* size);
onnxStatus ONNXIFI_ABI GetInterface(onnxBackendID id,
                                    const onnxHostInterface* host,
                                    const onnxPluginInterface** plugin);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_ABI_API_H_
