// Interface 1.1: the loader's own table, whose functions translate handles.
// queryGraph is in entry_query.cc.
#include "loader/entry_interface.h"

namespace onnxifi::loader {

namespace {

onnxStatus CheckVersions(const onnxHostInterface& host, uint32_t version) {
  constexpr const char* kFunction = "onnxGetInterface";
  if (host.structSize < sizeof(host)) {
    return Fail(ONNXIFI_STATUS_INVALID_SIZE, kFunction,
                "structSize of the host's table is smaller than in interface "
                "1.1");
  }
  if (host.minVersion > version || host.maxVersion < version) {
    return Fail(ONNXIFI_STATUS_UNSUPPORTED_VERSION, kFunction,
                "the host and the backend have no version in common");
  }
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

onnxStatus ONNXIFI_ABI GetInterface(onnxBackendID backendID,
                                    const onnxHostInterface* host,
                                    const onnxPluginInterface** plugin) {
  constexpr const char* kFunction = "onnxGetInterface";
  if (plugin == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "plugin is NULL");
  }
  *plugin = nullptr;
  HandleEntry id;
  if (!FindHandle(backendID, HandleKind::kId, &id)) {
    return Fail(ONNXIFI_STATUS_INVALID_ID, kFunction, kNoId);
  }
  if (host == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "host is NULL");
  }
  const PluginInterface& interface = id.device->interface;
  if (!interface.offered()) return NotOffered(kFunction);
  onnxStatus status = CheckVersions(*host, interface.own.version);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (host->log != nullptr) {
    onnxHostInterface inner = *host;
    inner.structSize = sizeof(inner);
    inner.minVersion = inner.maxVersion = interface.own.version;
    const onnxPluginInterface* same = nullptr;
    status = CallPlugin(id.device, kFunction, [&](const DispatchTable&) {
      return interface.get(id.inner, &inner, &same);
    });
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
  }
  *plugin = &interface.own;
  return ONNXIFI_STATUS_SUCCESS;
}

onnxStatus ONNXIFI_ABI
EntryCheckModel(const onnxCheckModelArguments* arguments) {
  constexpr const char* kFunction = "checkModel";
  const onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry id;
  if (!FindHandle(arguments->backendID, HandleKind::kId, &id)) {
    return Fail(ONNXIFI_STATUS_INVALID_ID, kFunction, kNoId);
  }
  const onnxStatus model = CheckModelBytes(kFunction, arguments->onnxModel,
                                           arguments->onnxModelSize);
  if (model != ONNXIFI_STATUS_SUCCESS) return model;
  const onnxCheckModelCall check = id.device->interface.inner.checkModel;
  if (check == nullptr) return NotOffered(kFunction);
  onnxCheckModelArguments inner = CopyOf(*arguments);
  inner.backendID = id.inner;
  return CallPlugin(id.device, kFunction,
                    [&](const DispatchTable&) { return check(&inner); });
}

onnxStatus ONNXIFI_ABI EntryInitGraph(const onnxInitGraphArguments* arguments) {
  constexpr const char* kFunction = "initGraph";
  onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry backend;
  status = StartGraph(
      kFunction,
      {arguments->backend, arguments->onnxModelSize, arguments->onnxModel,
       arguments->weightsCount, arguments->weightDescriptors},
      arguments->graph, &backend);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  const onnxInitGraphCall init = backend.device->interface.inner.initGraph;
  if (init == nullptr) return NotOffered(kFunction);
  onnxInitGraphArguments inner = CopyOf(*arguments);
  inner.backend = backend.inner;
  if (inner.weightsCount == 0) inner.weightDescriptors = nullptr;
  return MakeGraph(
      kFunction, arguments->backend, arguments->graph, [&](onnxGraph* made) {
        inner.graph = made;
        return CallPlugin(backend.device, kFunction,
                          [&](const DispatchTable&) { return init(&inner); });
      });
}

onnxStatus ONNXIFI_ABI EntryRunValues(const onnxRunValuesArguments* arguments) {
  constexpr const char* kFunction = "runValues";
  onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry graph;
  if (!FindHandle(arguments->graph, HandleKind::kGraph, &graph)) {
    return Fail(ONNXIFI_STATUS_INVALID_GRAPH, kFunction, kNoGraph);
  }
  if (arguments->receive == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "receive is NULL");
  }
  if (arguments->inputsCount > 0 && arguments->inputs == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction,
                "inputs is NULL although inputsCount is not 0");
  }
  const onnxRunValuesCall run = graph.device->interface.inner.runValues;
  if (run == nullptr) return NotOffered(kFunction);
  onnxRunValuesArguments inner = CopyOf(*arguments);
  inner.graph = graph.inner;
  status = CallPlugin(graph.device, kFunction,
                      [&](const DispatchTable&) { return run(&inner); });
  if (status != ONNXIFI_STATUS_FALLBACK) return status;
  return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, kFunction, graph.device,
                      "its status is not one of this function");
}

}  // namespace onnxifi::loader
