#ifndef ONNXIFI_BACKENDS_COMMON_ABI_MAIN_H_
#define ONNXIFI_BACKENDS_COMMON_ABI_MAIN_H_

// Turns a Backend into a plugin: defines all exported entry points. Include it
// in exactly one source file of the plugin, and write there
//
//   ONNXIFI_DEFINE_PLUGIN(CreateBackends)
//
// where Result<std::vector<std::unique_ptr<Backend>>> CreateBackends() makes
// one Backend for each device. It is called at the first onnxGetBackendIDs;
// no device is a valid answer.

#include "backends/common/abi_api.h"
#include "backends/common/library.h"

#define ONNXIFI_DEFINE_PLUGIN(create)                                 \
  ::onnxifi::Result<std::vector<std::unique_ptr<::onnxifi::Backend>>> \
  onnxifi::abi::CreatePluginBackends() {                              \
    return create();                                                  \
  }

extern "C" {

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI
onnxGetBackendIDs(onnxBackendID* backendIDs, size_t* numBackends) {
  return onnxifi::abi::GetBackendIDs(backendIDs, numBackends);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI
onnxReleaseBackendID(onnxBackendID backendID) {
  return onnxifi::abi::ReleaseBackendID(backendID);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI
onnxGetBackendInfo(onnxBackendID backendID, onnxBackendInfo infoType,
                   void* infoValue, size_t* infoValueSize) {
  return onnxifi::abi::GetBackendInfo(backendID, infoType, infoValue,
                                      infoValueSize);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxGetBackendCompatibility(
    onnxBackendID backendID, size_t onnxModelSize, const void* onnxModel) {
  return onnxifi::abi::GetBackendCompatibility(backendID, onnxModelSize,
                                               onnxModel);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI
onnxInitBackend(onnxBackendID backendID, const uint64_t* auxPropertiesList,
                onnxBackend* backend) {
  return onnxifi::abi::InitBackend(backendID, auxPropertiesList, backend);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxReleaseBackend(onnxBackend backend) {
  return onnxifi::abi::ReleaseBackend(backend);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxInitEvent(onnxBackend backend,
                                                    onnxEvent* event) {
  return onnxifi::abi::InitEvent(backend, event);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxSignalEvent(onnxEvent event) {
  return onnxifi::abi::SignalEvent(event);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxGetEventState(onnxEvent event,
                                                        onnxEventState* state) {
  return onnxifi::abi::GetEventState(event, state);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxWaitEvent(onnxEvent event) {
  return onnxifi::abi::WaitEvent(event);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxReleaseEvent(onnxEvent event) {
  return onnxifi::abi::ReleaseEvent(event);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxInitGraph(
    onnxBackend backend, const uint64_t* auxPropertiesList,
    size_t onnxModelSize, const void* onnxModel, uint32_t weightsCount,
    const onnxTensorDescriptorV1* weightDescriptors, onnxGraph* graph) {
  return onnxifi::abi::InitGraph(backend, auxPropertiesList, onnxModelSize,
                                 onnxModel, weightsCount, weightDescriptors,
                                 graph);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxSetGraphIO(
    onnxGraph graph, uint32_t inputsCount,
    const onnxTensorDescriptorV1* inputDescriptors, uint32_t outputsCount,
    const onnxTensorDescriptorV1* outputDescriptors) {
  return onnxifi::abi::SetGraphIO(graph, inputsCount, inputDescriptors,
                                  outputsCount, outputDescriptors);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI
onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* inputFence,
             onnxMemoryFenceV1* outputFence) {
  return onnxifi::abi::RunGraph(graph, inputFence, outputFence);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxReleaseGraph(onnxGraph graph) {
  return onnxifi::abi::ReleaseGraph(graph);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI
onnxGetExtensionFunctionAddress(onnxBackendID backendID, const char* name,
                                onnxExtensionFunctionPointer* function) {
  return onnxifi::abi::GetExtensionFunctionAddress(backendID, name, function);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxSetIOAndRunGraph(
    onnxGraph graph, uint32_t inputsCount,
    const onnxTensorDescriptorV1* inputDescriptors, uint32_t outputsCount,
    const onnxTensorDescriptorV1* outputDescriptors,
    onnxMemoryFenceV1* outputFence) {
  return onnxifi::abi::SetIOAndRunGraph(graph, inputsCount, inputDescriptors,
                                        outputsCount, outputDescriptors,
                                        outputFence);
}

ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxifiWhyNoBackends(char* text,
                                                           size_t* size) {
  return onnxifi::abi::WhyNoBackends(text, size);
}

}  // extern "C"

#endif  // ONNXIFI_BACKENDS_COMMON_ABI_MAIN_H_
