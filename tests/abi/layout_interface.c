/* The layout of interface 1.1, written down a second time: every size and offset
 * of its structures and every constant. Compiling it is the test. 1.1 is not
 * released: until it is, a member may still be added here in the place that the
 * header gives it; afterwards only at the end. */
#include <onnxifi/onnxifi_ext.h>
#include <stddef.h>

#define FROZEN(what, value) _Static_assert((what) == (value), #what)
#define FROZEN_AT(type, member, offset) FROZEN(offsetof(type, member), offset)

#if !defined(__LP64__)
#error "the table below is for LP64"
#endif

FROZEN(sizeof(onnxStringView), 16);
FROZEN_AT(onnxStringView, data, 0);
FROZEN_AT(onnxStringView, size, 8);

FROZEN(sizeof(onnxValue), 64);
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

FROZEN(sizeof(onnxNodeSupport), 48);
FROZEN_AT(onnxNodeSupport, structSize, 0);
FROZEN_AT(onnxNodeSupport, support, 4);
FROZEN_AT(onnxNodeSupport, status, 8);
FROZEN_AT(onnxNodeSupport, group, 12);
FROZEN_AT(onnxNodeSupport, reason, 16);
FROZEN_AT(onnxNodeSupport, hostInputs, 24);
FROZEN_AT(onnxNodeSupport, costNs, 32);
FROZEN_AT(onnxNodeSupport, workspaceBytes, 40);

FROZEN(sizeof(onnxErrorInfo), 32);
FROZEN_AT(onnxErrorInfo, structSize, 0);
FROZEN_AT(onnxErrorInfo, status, 4);
FROZEN_AT(onnxErrorInfo, text, 8);
FROZEN_AT(onnxErrorInfo, nodeName, 16);
FROZEN_AT(onnxErrorInfo, operatorName, 24);

FROZEN(sizeof(onnxOption), 16);
FROZEN_AT(onnxOption, key, 0);
FROZEN_AT(onnxOption, value, 8);

FROZEN(sizeof(onnxOptionInfo), 32);
FROZEN_AT(onnxOptionInfo, structSize, 0);
FROZEN_AT(onnxOptionInfo, reserved, 4);
FROZEN_AT(onnxOptionInfo, key, 8);
FROZEN_AT(onnxOptionInfo, defaultValue, 16);
FROZEN_AT(onnxOptionInfo, description, 24);

FROZEN(sizeof(onnxInputProfile), 40);
FROZEN_AT(onnxInputProfile, name, 0);
FROZEN_AT(onnxInputProfile, dimensions, 8);
FROZEN_AT(onnxInputProfile, reserved, 12);
FROZEN_AT(onnxInputProfile, minimum, 16);
FROZEN_AT(onnxInputProfile, typical, 24);
FROZEN_AT(onnxInputProfile, maximum, 32);

FROZEN(sizeof(onnxShapeProfile), 16);
FROZEN_AT(onnxShapeProfile, inputs, 0);
FROZEN_AT(onnxShapeProfile, inputsCount, 8);
FROZEN_AT(onnxShapeProfile, reserved, 12);

FROZEN(sizeof(onnxMemory), 40);
FROZEN_AT(onnxMemory, structSize, 0);
FROZEN_AT(onnxMemory, flags, 4);
FROZEN_AT(onnxMemory, memoryType, 8);
FROZEN_AT(onnxMemory, buffer, 16);
FROZEN_AT(onnxMemory, size, 24);
FROZEN_AT(onnxMemory, hostPointer, 32);

FROZEN(sizeof(onnxMemoryCopy), 40);
FROZEN_AT(onnxMemoryCopy, fromType, 0);
FROZEN_AT(onnxMemoryCopy, from, 8);
FROZEN_AT(onnxMemoryCopy, toType, 16);
FROZEN_AT(onnxMemoryCopy, to, 24);
FROZEN_AT(onnxMemoryCopy, size, 32);

FROZEN(sizeof(onnxCopySupport), 24);
FROZEN_AT(onnxCopySupport, structSize, 0);
FROZEN_AT(onnxCopySupport, support, 4);
FROZEN_AT(onnxCopySupport, latencyNs, 8);
FROZEN_AT(onnxCopySupport, bytesPerSecond, 16);

FROZEN(sizeof(onnxProfileEvent), 48);
FROZEN_AT(onnxProfileEvent, structSize, 0);
FROZEN_AT(onnxProfileEvent, kind, 4);
FROZEN_AT(onnxProfileEvent, correlationId, 8);
FROZEN_AT(onnxProfileEvent, startNs, 16);
FROZEN_AT(onnxProfileEvent, durationNs, 24);
FROZEN_AT(onnxProfileEvent, name, 32);
FROZEN_AT(onnxProfileEvent, operatorName, 40);

FROZEN(sizeof(onnxGraphStatistics), 48);
FROZEN_AT(onnxGraphStatistics, structSize, 0);
FROZEN_AT(onnxGraphStatistics, reserved, 4);
FROZEN_AT(onnxGraphStatistics, weightBytes, 8);
FROZEN_AT(onnxGraphStatistics, workspaceBytes, 16);
FROZEN_AT(onnxGraphStatistics, plans, 24);
FROZEN_AT(onnxGraphStatistics, runsCompleted, 32);
FROZEN_AT(onnxGraphStatistics, runsFailed, 40);

FROZEN(sizeof(onnxCheckModelArguments), 40);
FROZEN_AT(onnxCheckModelArguments, structSize, 0);
FROZEN_AT(onnxCheckModelArguments, reserved, 4);
FROZEN_AT(onnxCheckModelArguments, next, 8);
FROZEN_AT(onnxCheckModelArguments, backendID, 16);
FROZEN_AT(onnxCheckModelArguments, onnxModel, 24);
FROZEN_AT(onnxCheckModelArguments, onnxModelSize, 32);

FROZEN(sizeof(onnxInitGraphArguments), 104);
FROZEN_AT(onnxInitGraphArguments, structSize, 0);
FROZEN_AT(onnxInitGraphArguments, weightsCount, 4);
FROZEN_AT(onnxInitGraphArguments, next, 8);
FROZEN_AT(onnxInitGraphArguments, backend, 16);
FROZEN_AT(onnxInitGraphArguments, auxPropertiesList, 24);
FROZEN_AT(onnxInitGraphArguments, onnxModel, 32);
FROZEN_AT(onnxInitGraphArguments, onnxModelSize, 40);
FROZEN_AT(onnxInitGraphArguments, weightDescriptors, 48);
FROZEN_AT(onnxInitGraphArguments, graph, 56);
FROZEN_AT(onnxInitGraphArguments, flags, 64);
FROZEN_AT(onnxInitGraphArguments, externalDataDirectory, 72);
FROZEN_AT(onnxInitGraphArguments, options, 80);
FROZEN_AT(onnxInitGraphArguments, optionsCount, 88);
FROZEN_AT(onnxInitGraphArguments, profilesCount, 92);
FROZEN_AT(onnxInitGraphArguments, profiles, 96);

FROZEN(sizeof(onnxRunValuesArguments), 104);
FROZEN_AT(onnxRunValuesArguments, structSize, 0);
FROZEN_AT(onnxRunValuesArguments, inputsCount, 4);
FROZEN_AT(onnxRunValuesArguments, next, 8);
FROZEN_AT(onnxRunValuesArguments, graph, 16);
FROZEN_AT(onnxRunValuesArguments, inputs, 24);
FROZEN_AT(onnxRunValuesArguments, receive, 32);
FROZEN_AT(onnxRunValuesArguments, receiveContext, 40);
FROZEN_AT(onnxRunValuesArguments, allocate, 48);
FROZEN_AT(onnxRunValuesArguments, allocateContext, 56);
FROZEN_AT(onnxRunValuesArguments, deadlineNs, 64);
FROZEN_AT(onnxRunValuesArguments, cancelEvent, 72);
FROZEN_AT(onnxRunValuesArguments, correlationId, 80);
FROZEN_AT(onnxRunValuesArguments, profile, 88);
FROZEN_AT(onnxRunValuesArguments, profileContext, 96);

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

FROZEN(sizeof(onnxGetErrorArguments), 40);
FROZEN_AT(onnxGetErrorArguments, structSize, 0);
FROZEN_AT(onnxGetErrorArguments, reserved, 4);
FROZEN_AT(onnxGetErrorArguments, next, 8);
FROZEN_AT(onnxGetErrorArguments, backendID, 16);
FROZEN_AT(onnxGetErrorArguments, event, 24);
FROZEN_AT(onnxGetErrorArguments, error, 32);

FROZEN(sizeof(onnxDescribeOptionsArguments), 40);
FROZEN_AT(onnxDescribeOptionsArguments, structSize, 0);
FROZEN_AT(onnxDescribeOptionsArguments, reserved, 4);
FROZEN_AT(onnxDescribeOptionsArguments, next, 8);
FROZEN_AT(onnxDescribeOptionsArguments, backendID, 16);
FROZEN_AT(onnxDescribeOptionsArguments, receive, 24);
FROZEN_AT(onnxDescribeOptionsArguments, receiveContext, 32);

FROZEN(sizeof(onnxCreateContextArguments), 32);
FROZEN_AT(onnxCreateContextArguments, structSize, 0);
FROZEN_AT(onnxCreateContextArguments, reserved, 4);
FROZEN_AT(onnxCreateContextArguments, next, 8);
FROZEN_AT(onnxCreateContextArguments, graph, 16);
FROZEN_AT(onnxCreateContextArguments, context, 24);

FROZEN(sizeof(onnxStartRunArguments), 120);
FROZEN_AT(onnxStartRunArguments, structSize, 0);
FROZEN_AT(onnxStartRunArguments, waitCount, 4);
FROZEN_AT(onnxStartRunArguments, next, 8);
FROZEN_AT(onnxStartRunArguments, graph, 16);
FROZEN_AT(onnxStartRunArguments, waitEvents, 24);
FROZEN_AT(onnxStartRunArguments, inputsCount, 32);
FROZEN_AT(onnxStartRunArguments, outputsCount, 36);
FROZEN_AT(onnxStartRunArguments, inputDescriptors, 40);
FROZEN_AT(onnxStartRunArguments, outputDescriptors, 48);
FROZEN_AT(onnxStartRunArguments, deadlineNs, 56);
FROZEN_AT(onnxStartRunArguments, cancelEvent, 64);
FROZEN_AT(onnxStartRunArguments, correlationId, 72);
FROZEN_AT(onnxStartRunArguments, done, 80);
FROZEN_AT(onnxStartRunArguments, doneContext, 88);
FROZEN_AT(onnxStartRunArguments, profile, 96);
FROZEN_AT(onnxStartRunArguments, profileContext, 104);
FROZEN_AT(onnxStartRunArguments, event, 112);

FROZEN(sizeof(onnxAllocateMemoryArguments), 48);
FROZEN_AT(onnxAllocateMemoryArguments, structSize, 0);
FROZEN_AT(onnxAllocateMemoryArguments, flags, 4);
FROZEN_AT(onnxAllocateMemoryArguments, next, 8);
FROZEN_AT(onnxAllocateMemoryArguments, backend, 16);
FROZEN_AT(onnxAllocateMemoryArguments, size, 24);
FROZEN_AT(onnxAllocateMemoryArguments, alignment, 32);
FROZEN_AT(onnxAllocateMemoryArguments, memory, 40);

FROZEN(sizeof(onnxFreeMemoryArguments), 40);
FROZEN_AT(onnxFreeMemoryArguments, structSize, 0);
FROZEN_AT(onnxFreeMemoryArguments, reserved, 4);
FROZEN_AT(onnxFreeMemoryArguments, next, 8);
FROZEN_AT(onnxFreeMemoryArguments, backend, 16);
FROZEN_AT(onnxFreeMemoryArguments, memoryType, 24);
FROZEN_AT(onnxFreeMemoryArguments, buffer, 32);

FROZEN(sizeof(onnxImportMemoryArguments), 48);
FROZEN_AT(onnxImportMemoryArguments, structSize, 0);
FROZEN_AT(onnxImportMemoryArguments, kind, 4);
FROZEN_AT(onnxImportMemoryArguments, next, 8);
FROZEN_AT(onnxImportMemoryArguments, backend, 16);
FROZEN_AT(onnxImportMemoryArguments, external, 24);
FROZEN_AT(onnxImportMemoryArguments, size, 32);
FROZEN_AT(onnxImportMemoryArguments, memory, 40);

FROZEN(sizeof(onnxExportMemoryArguments), 48);
FROZEN_AT(onnxExportMemoryArguments, structSize, 0);
FROZEN_AT(onnxExportMemoryArguments, kind, 4);
FROZEN_AT(onnxExportMemoryArguments, next, 8);
FROZEN_AT(onnxExportMemoryArguments, backend, 16);
FROZEN_AT(onnxExportMemoryArguments, memoryType, 24);
FROZEN_AT(onnxExportMemoryArguments, buffer, 32);
FROZEN_AT(onnxExportMemoryArguments, external, 40);

FROZEN(sizeof(onnxCopyMemoryArguments), 56);
FROZEN_AT(onnxCopyMemoryArguments, structSize, 0);
FROZEN_AT(onnxCopyMemoryArguments, waitCount, 4);
FROZEN_AT(onnxCopyMemoryArguments, next, 8);
FROZEN_AT(onnxCopyMemoryArguments, backend, 16);
FROZEN_AT(onnxCopyMemoryArguments, waitEvents, 24);
FROZEN_AT(onnxCopyMemoryArguments, copies, 32);
FROZEN_AT(onnxCopyMemoryArguments, copiesCount, 40);
FROZEN_AT(onnxCopyMemoryArguments, reserved, 44);
FROZEN_AT(onnxCopyMemoryArguments, event, 48);

FROZEN(sizeof(onnxQueryCopyArguments), 48);
FROZEN_AT(onnxQueryCopyArguments, structSize, 0);
FROZEN_AT(onnxQueryCopyArguments, reserved, 4);
FROZEN_AT(onnxQueryCopyArguments, next, 8);
FROZEN_AT(onnxQueryCopyArguments, backendID, 16);
FROZEN_AT(onnxQueryCopyArguments, fromType, 24);
FROZEN_AT(onnxQueryCopyArguments, toType, 32);
FROZEN_AT(onnxQueryCopyArguments, support, 40);

FROZEN(sizeof(onnxExportGraphArguments), 40);
FROZEN_AT(onnxExportGraphArguments, structSize, 0);
FROZEN_AT(onnxExportGraphArguments, reserved, 4);
FROZEN_AT(onnxExportGraphArguments, next, 8);
FROZEN_AT(onnxExportGraphArguments, graph, 16);
FROZEN_AT(onnxExportGraphArguments, receive, 24);
FROZEN_AT(onnxExportGraphArguments, receiveContext, 32);

FROZEN(sizeof(onnxCheckExportedArguments), 48);
FROZEN_AT(onnxCheckExportedArguments, structSize, 0);
FROZEN_AT(onnxCheckExportedArguments, reserved, 4);
FROZEN_AT(onnxCheckExportedArguments, next, 8);
FROZEN_AT(onnxCheckExportedArguments, backendID, 16);
FROZEN_AT(onnxCheckExportedArguments, exported, 24);
FROZEN_AT(onnxCheckExportedArguments, exportedSize, 32);
FROZEN_AT(onnxCheckExportedArguments, verdict, 40);

FROZEN(sizeof(onnxImportGraphArguments), 56);
FROZEN_AT(onnxImportGraphArguments, structSize, 0);
FROZEN_AT(onnxImportGraphArguments, optionsCount, 4);
FROZEN_AT(onnxImportGraphArguments, next, 8);
FROZEN_AT(onnxImportGraphArguments, backend, 16);
FROZEN_AT(onnxImportGraphArguments, exported, 24);
FROZEN_AT(onnxImportGraphArguments, exportedSize, 32);
FROZEN_AT(onnxImportGraphArguments, options, 40);
FROZEN_AT(onnxImportGraphArguments, graph, 48);

FROZEN(sizeof(onnxGetStatisticsArguments), 32);
FROZEN_AT(onnxGetStatisticsArguments, structSize, 0);
FROZEN_AT(onnxGetStatisticsArguments, reserved, 4);
FROZEN_AT(onnxGetStatisticsArguments, next, 8);
FROZEN_AT(onnxGetStatisticsArguments, graph, 16);
FROZEN_AT(onnxGetStatisticsArguments, statistics, 24);

FROZEN(sizeof(onnxPluginInterface), 152);
FROZEN_AT(onnxPluginInterface, structSize, 0);
FROZEN_AT(onnxPluginInterface, version, 4);
FROZEN_AT(onnxPluginInterface, checkModel, 8);
FROZEN_AT(onnxPluginInterface, initGraph, 16);
FROZEN_AT(onnxPluginInterface, runValues, 24);
FROZEN_AT(onnxPluginInterface, queryGraph, 32);
FROZEN_AT(onnxPluginInterface, getError, 40);
FROZEN_AT(onnxPluginInterface, describeOptions, 48);
FROZEN_AT(onnxPluginInterface, createContext, 56);
FROZEN_AT(onnxPluginInterface, startRun, 64);
FROZEN_AT(onnxPluginInterface, allocateMemory, 72);
FROZEN_AT(onnxPluginInterface, freeMemory, 80);
FROZEN_AT(onnxPluginInterface, importMemory, 88);
FROZEN_AT(onnxPluginInterface, exportMemory, 96);
FROZEN_AT(onnxPluginInterface, copyMemory, 104);
FROZEN_AT(onnxPluginInterface, queryCopy, 112);
FROZEN_AT(onnxPluginInterface, exportGraph, 120);
FROZEN_AT(onnxPluginInterface, checkExported, 128);
FROZEN_AT(onnxPluginInterface, importGraph, 136);
FROZEN_AT(onnxPluginInterface, getStatistics, 144);

FROZEN(sizeof(onnxHostInterface), 64);
FROZEN_AT(onnxHostInterface, structSize, 0);
FROZEN_AT(onnxHostInterface, minVersion, 4);
FROZEN_AT(onnxHostInterface, maxVersion, 8);
FROZEN_AT(onnxHostInterface, reserved, 12);
FROZEN_AT(onnxHostInterface, log, 16);
FROZEN_AT(onnxHostInterface, logContext, 24);
FROZEN_AT(onnxHostInterface, error, 32);
FROZEN_AT(onnxHostInterface, errorContext, 40);
FROZEN_AT(onnxHostInterface, trace, 48);
FROZEN_AT(onnxHostInterface, traceContext, 56);

FROZEN(ONNXIFI_INTERFACE_VERSION_1_1, 0x00010001);
FROZEN(ONNXIFI_STATUS_CANCELLED, 0x0501);
FROZEN(ONNXIFI_STATUS_DEADLINE_EXCEEDED, 0x0502);
FROZEN(ONNXIFI_VALUE_KIND_TENSOR, 1);
FROZEN(ONNXIFI_VALUE_KIND_SEQUENCE, 2);
FROZEN(ONNXIFI_VALUE_KIND_OPTIONAL, 3);
FROZEN(ONNXIFI_VALUE_KIND_MAP, 4);
FROZEN(ONNXIFI_VALUE_MAX_DEPTH, 16);
FROZEN(ONNXIFI_SUPPORT_NONE, 0);
FROZEN(ONNXIFI_SUPPORT_NATIVE, 1);
FROZEN(ONNXIFI_SUPPORT_EMULATED, 2);
FROZEN(ONNXIFI_MEMORY_TYPE_DEVICE, 16);
FROZEN(ONNXIFI_MEMORY_HOST_VISIBLE, 1);
FROZEN(ONNXIFI_EXTERNAL_HOST_POINTER, 1);
FROZEN(ONNXIFI_EXTERNAL_DLPACK, 2);
FROZEN(ONNXIFI_EXTERNAL_CUDA_POINTER, 3);
FROZEN(ONNXIFI_EXTERNAL_OPENCL_BUFFER, 4);
FROZEN(ONNXIFI_EXTERNAL_DMA_BUFFER, 5);
FROZEN(ONNXIFI_COPY_NONE, 0);
FROZEN(ONNXIFI_COPY_DIRECT, 1);
FROZEN(ONNXIFI_COPY_STAGED, 2);
FROZEN(ONNXIFI_EXPORTED_UNUSABLE, 0);
FROZEN(ONNXIFI_EXPORTED_USABLE, 1);
FROZEN(ONNXIFI_EXPORTED_OPTIMAL, 2);
FROZEN(ONNXIFI_PROFILE_RUN, 1);
FROZEN(ONNXIFI_PROFILE_NODE, 2);
FROZEN(ONNXIFI_PROFILE_COPY, 3);
FROZEN(ONNXIFI_PROFILE_PART, 4);
FROZEN(ONNXIFI_INIT_KEEPS_WEIGHTS, 1);

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
