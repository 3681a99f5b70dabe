/* The released layout: every size, offset and constant of 1.0, written down a
 * second time. Compiling it is the test; it changes only with a new major
 * version. [R-001..R-012] */
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>
#include <onnxifi/onnxifi_loader.h>
#include <stddef.h>

#define FROZEN(what, value) _Static_assert((what) == (value), #what)
#define FROZEN_AT(type, member, offset) FROZEN(offsetof(type, member), offset)

#if !defined(__LP64__)
#error "the table below is for LP64"
#endif

FROZEN(sizeof(onnxStatus), 4);
FROZEN(sizeof(onnxEventState), 4);
FROZEN(sizeof(onnxBackendInfo), 4);
FROZEN(sizeof(onnxEnum), 8);
FROZEN(sizeof(onnxBitfield), 8);
FROZEN(sizeof(onnxPointer), 8);
_Static_assert((onnxStatus)-1 < 0, "onnxStatus is signed");
_Static_assert((onnxEventState)-1 < 0, "onnxEventState is signed");
_Static_assert((onnxBackendInfo)-1 < 0, "onnxBackendInfo is signed");
_Static_assert((onnxEnum)-1 > 0, "onnxEnum is unsigned");
_Static_assert((onnxBitfield)-1 > 0, "onnxBitfield is unsigned");
_Static_assert((onnxPointer)-1 > 0, "onnxPointer is unsigned");

FROZEN(sizeof(onnxTensorDescriptorV1), 56);
FROZEN(_Alignof(onnxTensorDescriptorV1), 8);
FROZEN_AT(onnxTensorDescriptorV1, tag, 0);
FROZEN_AT(onnxTensorDescriptorV1, name, 8);
FROZEN_AT(onnxTensorDescriptorV1, dataType, 16);
FROZEN_AT(onnxTensorDescriptorV1, memoryType, 24);
FROZEN_AT(onnxTensorDescriptorV1, dimensions, 32);
FROZEN_AT(onnxTensorDescriptorV1, shape, 40);
FROZEN_AT(onnxTensorDescriptorV1, buffer, 48);

FROZEN(sizeof(onnxMemoryFenceV1), 24);
FROZEN(_Alignof(onnxMemoryFenceV1), 8);
FROZEN_AT(onnxMemoryFenceV1, tag, 0);
FROZEN_AT(onnxMemoryFenceV1, type, 8);
FROZEN_AT(onnxMemoryFenceV1, event, 16);

#ifdef ONNXIFI_ENABLE_EXT
FROZEN(sizeof(struct onnxifi_library), 144);
FROZEN(ONNXIFI_LOADER_FUNCTION_COUNT, 16);
FROZEN_AT(struct onnxifi_library, onnxGetExtensionFunctionAddress, 136);
#else
FROZEN(sizeof(struct onnxifi_library), 136);
FROZEN(ONNXIFI_LOADER_FUNCTION_COUNT, 15);
#endif
FROZEN_AT(struct onnxifi_library, handle, 0);
FROZEN_AT(struct onnxifi_library, flags, 8);
FROZEN_AT(struct onnxifi_library, functions, 16);
FROZEN_AT(struct onnxifi_library, onnxGetBackendIDs, 16);
FROZEN_AT(struct onnxifi_library, onnxReleaseBackendID, 24);
FROZEN_AT(struct onnxifi_library, onnxGetBackendInfo, 32);
FROZEN_AT(struct onnxifi_library, onnxGetBackendCompatibility, 40);
FROZEN_AT(struct onnxifi_library, onnxInitBackend, 48);
FROZEN_AT(struct onnxifi_library, onnxReleaseBackend, 56);
FROZEN_AT(struct onnxifi_library, onnxInitEvent, 64);
FROZEN_AT(struct onnxifi_library, onnxSignalEvent, 72);
FROZEN_AT(struct onnxifi_library, onnxGetEventState, 80);
FROZEN_AT(struct onnxifi_library, onnxWaitEvent, 88);
FROZEN_AT(struct onnxifi_library, onnxReleaseEvent, 96);
FROZEN_AT(struct onnxifi_library, onnxInitGraph, 104);
FROZEN_AT(struct onnxifi_library, onnxSetGraphIO, 112);
FROZEN_AT(struct onnxifi_library, onnxRunGraph, 120);
FROZEN_AT(struct onnxifi_library, onnxReleaseGraph, 128);

FROZEN(ONNXIFI_STATUS_SUCCESS, 0x0000);
FROZEN(ONNXIFI_STATUS_FALLBACK, 0x0001);
FROZEN(ONNXIFI_STATUS_INVALID_ID, 0x0101);
FROZEN(ONNXIFI_STATUS_INVALID_SIZE, 0x0102);
FROZEN(ONNXIFI_STATUS_INVALID_POINTER, 0x0103);
FROZEN(ONNXIFI_STATUS_INVALID_PROTOBUF, 0x0104);
FROZEN(ONNXIFI_STATUS_INVALID_MODEL, 0x0105);
FROZEN(ONNXIFI_STATUS_INVALID_BACKEND, 0x0106);
FROZEN(ONNXIFI_STATUS_INVALID_GRAPH, 0x0107);
FROZEN(ONNXIFI_STATUS_INVALID_EVENT, 0x0108);
FROZEN(ONNXIFI_STATUS_INVALID_STATE, 0x0109);
FROZEN(ONNXIFI_STATUS_INVALID_NAME, 0x010A);
FROZEN(ONNXIFI_STATUS_INVALID_SHAPE, 0x010B);
FROZEN(ONNXIFI_STATUS_INVALID_DATATYPE, 0x010C);
FROZEN(ONNXIFI_STATUS_INVALID_MEMORY_TYPE, 0x010D);
FROZEN(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION, 0x010E);
FROZEN(ONNXIFI_STATUS_INVALID_FENCE_TYPE, 0x010F);
FROZEN(ONNXIFI_STATUS_INVALID_PROPERTY, 0x0110);
FROZEN(ONNXIFI_STATUS_UNSUPPORTED_TAG, 0x0201);
FROZEN(ONNXIFI_STATUS_UNSUPPORTED_VERSION, 0x0202);
FROZEN(ONNXIFI_STATUS_UNSUPPORTED_OPERATOR, 0x0203);
FROZEN(ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE, 0x0204);
FROZEN(ONNXIFI_STATUS_UNSUPPORTED_SHAPE, 0x0205);
FROZEN(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE, 0x0206);
FROZEN(ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE, 0x0207);
FROZEN(ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE, 0x0208);
FROZEN(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY, 0x0209);
FROZEN(ONNXIFI_STATUS_UNIDENTIFIED_NAME, 0x0301);
FROZEN(ONNXIFI_STATUS_MISMATCHING_SHAPE, 0x0302);
FROZEN(ONNXIFI_STATUS_MISMATCHING_DATATYPE, 0x0303);
FROZEN(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, 0x0401);
FROZEN(ONNXIFI_STATUS_NO_DEVICE_MEMORY, 0x0402);
FROZEN(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES, 0x0403);
FROZEN(ONNXIFI_STATUS_NO_DEVICE_RESOURCES, 0x0404);
FROZEN(ONNXIFI_STATUS_BACKEND_UNAVAILABLE, 0x0405);
FROZEN(ONNXIFI_STATUS_INTERNAL_ERROR, 0x0406);
FROZEN(ONNXIFI_EVENT_STATE_INVALID, 0);
FROZEN(ONNXIFI_EVENT_STATE_NONSIGNALLED, 0x16BD);
FROZEN(ONNXIFI_EVENT_STATE_SIGNALLED, 0x3395);
FROZEN(ONNXIFI_DEVICE_TYPE_NPU, 0x01);
FROZEN(ONNXIFI_DEVICE_TYPE_DSP, 0x02);
FROZEN(ONNXIFI_DEVICE_TYPE_GPU, 0x04);
FROZEN(ONNXIFI_DEVICE_TYPE_CPU, 0x08);
FROZEN(ONNXIFI_DEVICE_TYPE_FPGA, 0x10);
FROZEN(ONNXIFI_DEVICE_TYPE_HETEROGENEOUS, 0x20);
FROZEN(ONNXIFI_CAPABILITY_THREAD_SAFE, 0x01);
FROZEN(ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE, 0x02);
FROZEN(ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS, 0x04);
FROZEN(ONNXIFI_CAPABILITY_VARIABLE_BATCH_SIZE, 0x08);
FROZEN(ONNXIFI_CAPABILITY_VARIABLE_SIZE_OUTPUTS, 0x10);
FROZEN(ONNXIFI_CAPABILITY_HOT_PLUGGABLE, 0x20);
FROZEN(ONNXIFI_BACKEND_ONNXIFI_VERSION, 0);
FROZEN(ONNXIFI_BACKEND_MAX_GRAPH_SIZE, 21);
FROZEN(ONNXIFI_BACKEND_NAME, 1);
FROZEN(ONNXIFI_BACKEND_MAX_GRAPH_COUNT, 22);
FROZEN(ONNXIFI_BACKEND_VENDOR, 2);
FROZEN(ONNXIFI_BACKEND_MACS_FP32, 30);
FROZEN(ONNXIFI_BACKEND_VERSION, 3);
FROZEN(ONNXIFI_BACKEND_MACS_FP16, 31);
FROZEN(ONNXIFI_BACKEND_EXTENSIONS, 4);
FROZEN(ONNXIFI_BACKEND_MEMORY_BANDWIDTH, 35);
FROZEN(ONNXIFI_BACKEND_DEVICE, 5);
FROZEN(ONNXIFI_BACKEND_CPU_MEMORY_READ_BANDWIDTH, 36);
FROZEN(ONNXIFI_BACKEND_DEVICE_TYPE, 6);
FROZEN(ONNXIFI_BACKEND_CPU_MEMORY_WRITE_BANDWIDTH, 37);
FROZEN(ONNXIFI_BACKEND_ONNX_IR_VERSION, 7);
FROZEN(ONNXIFI_BACKEND_PCI_BUS_ID, 40);
FROZEN(ONNXIFI_BACKEND_OPSET_VERSION, 8);
FROZEN(ONNXIFI_BACKEND_PCI_DEVICE_ID, 41);
FROZEN(ONNXIFI_BACKEND_CAPABILITIES, 10);
FROZEN(ONNXIFI_BACKEND_PCI_DOMAIN_ID, 42);
FROZEN(ONNXIFI_BACKEND_INIT_PROPERTIES, 11);
FROZEN(ONNXIFI_BACKEND_DIRECTX_ID, 43);
FROZEN(ONNXIFI_BACKEND_MEMORY_TYPES, 12);
FROZEN(ONNXIFI_BACKEND_CUDA_INDEX, 44);
FROZEN(ONNXIFI_BACKEND_GRAPH_INIT_PROPERTIES, 13);
FROZEN(ONNXIFI_BACKEND_OPENCL_PLATFORM_ID, 45);
FROZEN(ONNXIFI_BACKEND_SYNCHRONIZATION_TYPES, 14);
FROZEN(ONNXIFI_BACKEND_OPENCL_DEVICE_ID, 46);
FROZEN(ONNXIFI_BACKEND_MEMORY_SIZE, 20);
FROZEN(ONNXIFI_DATATYPE_UNDEFINED, 0);
FROZEN(ONNXIFI_DATATYPE_FLOAT16, 10);
FROZEN(ONNXIFI_DATATYPE_FLOAT32, 1);
FROZEN(ONNXIFI_DATATYPE_FLOAT64, 11);
FROZEN(ONNXIFI_DATATYPE_UINT8, 2);
FROZEN(ONNXIFI_DATATYPE_UINT32, 12);
FROZEN(ONNXIFI_DATATYPE_INT8, 3);
FROZEN(ONNXIFI_DATATYPE_UINT64, 13);
FROZEN(ONNXIFI_DATATYPE_UINT16, 4);
FROZEN(ONNXIFI_DATATYPE_COMPLEX64, 14);
FROZEN(ONNXIFI_DATATYPE_INT16, 5);
FROZEN(ONNXIFI_DATATYPE_COMPLEX128, 15);
FROZEN(ONNXIFI_DATATYPE_INT32, 6);
FROZEN(ONNXIFI_DATATYPE_BFLOAT16, 16);
FROZEN(ONNXIFI_DATATYPE_INT64, 7);
FROZEN(ONNXIFI_MEMORY_TYPE_CPU, 0);
FROZEN(ONNXIFI_MEMORY_TYPE_CUDA_BUFFER, 1);
FROZEN(ONNXIFI_MEMORY_TYPE_OPENCL_BUFFER, 2);
FROZEN(ONNXIFI_MEMORY_TYPE_OPENGLES_TEXTURE_2D, 4);
FROZEN(ONNXIFI_MEMORY_TYPE_D3D_RESOURCE, 8);
FROZEN(ONNXIFI_BACKEND_PROPERTY_NONE, 0);
FROZEN(ONNXIFI_BACKEND_PROPERTY_OPTIMIZATION, 1);
FROZEN(ONNXIFI_BACKEND_PROPERTY_LOG_LEVEL, 2);
FROZEN(ONNXIFI_BACKEND_CUDA_STREAM, 4);
FROZEN(ONNXIFI_BACKEND_OPENCL_CONTEXT, 8);
FROZEN(ONNXIFI_GRAPH_PROPERTY_NONE, 0);
FROZEN(ONNXIFI_OPTIMIZATION_HIGH_THROUGHPUT, 0);
FROZEN(ONNXIFI_OPTIMIZATION_LOW_LATENCY, 1);
FROZEN(ONNXIFI_OPTIMIZATION_LOW_POWER, 2);
FROZEN(ONNXIFI_OPTIMIZATION_LOW_DELAY, 3);
FROZEN(ONNXIFI_LOG_LEVEL_DEBUG, 1);
FROZEN(ONNXIFI_LOG_LEVEL_INFO, 2);
FROZEN(ONNXIFI_LOG_LEVEL_WARNING, 3);
FROZEN(ONNXIFI_LOG_LEVEL_ERROR, 4);
FROZEN(ONNXIFI_SYNCHRONIZATION_EVENT, 0);
FROZEN(ONNXIFI_SYNCHRONIZATION_IMPLICIT, 2);
FROZEN(ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1, 0x43DFBF69);
FROZEN(ONNXIFI_TAG_MEMORY_FENCE_V1, 0x23E08AAB);
FROZEN(ONNXIFI_LOADER_FLAG_VERSION_MASK, 0xFF);
FROZEN(ONNXIFI_LOADER_FLAG_VERSION_1_0, 0x01);

/* The list agrees with the header. */
#define ONNXIFI_STATUS_CODE(name, value) FROZEN(ONNXIFI_STATUS_##name, value);
#include "abi/onnxifi_status.inc"

/* Additive interface 1.1. Its structures grow at the end only: the offsets
 * stay, the sizes are those of 1.1. */
FROZEN(ONNXIFI_BACKEND_PROPERTY_TOLERANT, 0x0000000100000001);
FROZEN(ONNXIFI_INTERFACE_VERSION_1_1, 0x00010001);
FROZEN(ONNXIFI_VALUE_KIND_TENSOR, 1);
FROZEN(ONNXIFI_VALUE_KIND_SEQUENCE, 2);
FROZEN(ONNXIFI_VALUE_KIND_OPTIONAL, 3);
FROZEN(ONNXIFI_VALUE_KIND_MAP, 4);
FROZEN(ONNXIFI_VALUE_MAX_DEPTH, 16);

FROZEN(sizeof(onnxStringView), 16);
FROZEN_AT(onnxStringView, data, 0);
FROZEN_AT(onnxStringView, size, 8);

FROZEN(sizeof(onnxValue), 64);
FROZEN(_Alignof(onnxValue), 8);
FROZEN_AT(onnxValue, structSize, 0);
FROZEN_AT(onnxValue, kind, 4);
FROZEN_AT(onnxValue, name, 8);
FROZEN_AT(onnxValue, dataType, 16);
FROZEN_AT(onnxValue, dimensions, 20);
FROZEN_AT(onnxValue, shape, 24);
FROZEN_AT(onnxValue, data, 32);
FROZEN_AT(onnxValue, dataSize, 40);
FROZEN_AT(onnxValue, elementCount, 48);
FROZEN_AT(onnxValue, elements, 56);

FROZEN(sizeof(onnxCheckModelArguments), 40);
FROZEN_AT(onnxCheckModelArguments, structSize, 0);
FROZEN_AT(onnxCheckModelArguments, reserved, 4);
FROZEN_AT(onnxCheckModelArguments, next, 8);
FROZEN_AT(onnxCheckModelArguments, backendID, 16);
FROZEN_AT(onnxCheckModelArguments, onnxModel, 24);
FROZEN_AT(onnxCheckModelArguments, onnxModelSize, 32);

FROZEN(sizeof(onnxInitGraphArguments), 64);
FROZEN_AT(onnxInitGraphArguments, structSize, 0);
FROZEN_AT(onnxInitGraphArguments, weightsCount, 4);
FROZEN_AT(onnxInitGraphArguments, next, 8);
FROZEN_AT(onnxInitGraphArguments, backend, 16);
FROZEN_AT(onnxInitGraphArguments, auxPropertiesList, 24);
FROZEN_AT(onnxInitGraphArguments, onnxModel, 32);
FROZEN_AT(onnxInitGraphArguments, onnxModelSize, 40);
FROZEN_AT(onnxInitGraphArguments, weightDescriptors, 48);
FROZEN_AT(onnxInitGraphArguments, graph, 56);

FROZEN(sizeof(onnxRunValuesArguments), 48);
FROZEN_AT(onnxRunValuesArguments, structSize, 0);
FROZEN_AT(onnxRunValuesArguments, inputsCount, 4);
FROZEN_AT(onnxRunValuesArguments, next, 8);
FROZEN_AT(onnxRunValuesArguments, graph, 16);
FROZEN_AT(onnxRunValuesArguments, inputs, 24);
FROZEN_AT(onnxRunValuesArguments, receive, 32);
FROZEN_AT(onnxRunValuesArguments, receiveContext, 40);

FROZEN(ONNXIFI_SUPPORT_NONE, 0);
FROZEN(ONNXIFI_SUPPORT_NATIVE, 1);
FROZEN(ONNXIFI_SUPPORT_EMULATED, 2);

FROZEN(sizeof(onnxNodeSupport), 48);
FROZEN(_Alignof(onnxNodeSupport), 8);
FROZEN_AT(onnxNodeSupport, structSize, 0);
FROZEN_AT(onnxNodeSupport, support, 4);
FROZEN_AT(onnxNodeSupport, status, 8);
FROZEN_AT(onnxNodeSupport, group, 12);
FROZEN_AT(onnxNodeSupport, reason, 16);
FROZEN_AT(onnxNodeSupport, hostInputs, 24);
FROZEN_AT(onnxNodeSupport, costNs, 32);
FROZEN_AT(onnxNodeSupport, workspaceBytes, 40);

FROZEN(sizeof(onnxQueryGraphArguments), 64);
FROZEN_AT(onnxQueryGraphArguments, structSize, 0);
FROZEN_AT(onnxQueryGraphArguments, weightsCount, 4);
FROZEN_AT(onnxQueryGraphArguments, next, 8);
FROZEN_AT(onnxQueryGraphArguments, backendID, 16);
FROZEN_AT(onnxQueryGraphArguments, onnxModel, 24);
FROZEN_AT(onnxQueryGraphArguments, onnxModelSize, 32);
FROZEN_AT(onnxQueryGraphArguments, weightDescriptors, 40);
FROZEN_AT(onnxQueryGraphArguments, receive, 48);
FROZEN_AT(onnxQueryGraphArguments, receiveContext, 56);

FROZEN(sizeof(onnxHostInterface), 32);
FROZEN_AT(onnxHostInterface, structSize, 0);
FROZEN_AT(onnxHostInterface, minVersion, 4);
FROZEN_AT(onnxHostInterface, maxVersion, 8);
FROZEN_AT(onnxHostInterface, reserved, 12);
FROZEN_AT(onnxHostInterface, log, 16);
FROZEN_AT(onnxHostInterface, logContext, 24);

FROZEN(sizeof(onnxPluginInterface), 40);
FROZEN_AT(onnxPluginInterface, structSize, 0);
FROZEN_AT(onnxPluginInterface, version, 4);
FROZEN_AT(onnxPluginInterface, checkModel, 8);
FROZEN_AT(onnxPluginInterface, initGraph, 16);
FROZEN_AT(onnxPluginInterface, runValues, 24);
FROZEN_AT(onnxPluginInterface, queryGraph, 32);

/* The list has the members of the table, in its order and no others. */
enum {
#define ONNXIFI_INTERFACE_FUNCTION(member, Name, since) k_##member,
#include "abi/onnxifi_interface.inc"
  k_count
};
#define ONNXIFI_INTERFACE_FUNCTION(member, Name, since)       \
  FROZEN_AT(onnxPluginInterface, member, 8 + 8 * k_##member); \
  FROZEN(sizeof(((onnxPluginInterface*)0)->member), sizeof(onnx##Name##Call));
#include "abi/onnxifi_interface.inc"
FROZEN(sizeof(onnxPluginInterface), 8 + 8 * k_count);

int main(void) { return 0; }
