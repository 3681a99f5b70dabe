// Interface 1.1: the loader's own table, whose functions translate handles.
// queryGraph is in entry_query.cc.
#include "loader/entry_interface.h"

#include <atomic>

#include "loader/run_callbacks.h"

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
  if (host->log != nullptr || host->error != nullptr ||
      host->trace != nullptr) {
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

namespace {

// Stands between a plugin and the client's functions in runValues. Lives for
// one call; whatever the client throws ends there.
class ValueClient {
 public:
  explicit ValueClient(const onnxRunValuesArguments& client)
      : client_(client) {}

  static onnxStatus ONNXIFI_ABI Receive(void* context, uint32_t index,
                                        const onnxValue* value) noexcept {
    return static_cast<ValueClient*>(context)->Take(index, value);
  }
  static onnxStatus ONNXIFI_ABI Allocate(void* context, uint32_t index,
                                         const onnxValue* value,
                                         void** data) noexcept {
    return static_cast<ValueClient*>(context)->Give(index, value, data);
  }
  static void ONNXIFI_ABI Profile(void* context, uint32_t count,
                                  const onnxProfileEvent* events) noexcept {
    static_cast<ValueClient*>(context)->TakeProfile(count, events);
  }

  // What the call ends with when the plugin has returned `status`.
  onnxStatus End(onnxStatus status, const char* function,
                 const Device* device) const {
    if (const char* lie = lie_) {
      return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, function, device, lie);
    }
    if (throws_) {
      return Fail(ONNXIFI_STATUS_INTERNAL_ERROR, function,
                  "a function of the client throws an exception");
    }
    if (status != ONNXIFI_STATUS_FALLBACK) return status;
    return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, function, device,
                        "its status is not one of this function");
  }

 private:
  // What is wrong with a value; NULL when nothing is.
  static const char* Judge(const onnxValue* value) {
    if (value == nullptr) return "an output is NULL";
    if (reinterpret_cast<uintptr_t>(value) % alignof(onnxValue) != 0) {
      return "an output is not aligned";
    }
    if (value->structSize < sizeof(onnxValue)) {
      return "the structSize of an output is too small";
    }
    if (value->kind < ONNXIFI_VALUE_KIND_TENSOR ||
        value->kind > ONNXIFI_VALUE_KIND_MAP) {
      return "the kind of an output is none of ONNXIFI_VALUE_KIND_*";
    }
    if (value->dimensions > 0 && value->shape == nullptr) {
      return "an output has dimensions, but no shape";
    }
    if (value->elementCount > 0 && value->elements == nullptr) {
      return "an output has elements, but gives none";
    }
    return nullptr;
  }

  onnxStatus Take(uint32_t index, const onnxValue* value) noexcept {
    const char* lie = Judge(value);
    if (lie == nullptr && value->dataSize > 0 && value->data == nullptr) {
      lie = "an output has bytes, but gives none";
    }
    if (lie != nullptr) {
      lie_ = lie;
      return ONNXIFI_STATUS_INTERNAL_ERROR;
    }
    try {
      return client_.receive(client_.receiveContext, index, value);
    } catch (...) {
      throws_ = true;
      return ONNXIFI_STATUS_INTERNAL_ERROR;
    }
  }

  onnxStatus Give(uint32_t index, const onnxValue* value,
                  void** data) noexcept {
    const char* lie = Judge(value);
    if (lie == nullptr && data == nullptr) lie = "data is NULL in allocate";
    if (lie != nullptr) {
      lie_ = lie;
      return ONNXIFI_STATUS_INTERNAL_ERROR;
    }
    try {
      return client_.allocate(client_.allocateContext, index, value, data);
    } catch (...) {
      throws_ = true;
      return ONNXIFI_STATUS_INTERNAL_ERROR;
    }
  }

  void TakeProfile(uint32_t count, const onnxProfileEvent* events) noexcept {
    if (const char* lie = JudgeProfile(count, events)) {
      lie_ = lie;
      return;
    }
    try {
      client_.profile(client_.profileContext, count, events);
    } catch (...) {
      throws_ = true;
    }
  }

  const onnxRunValuesArguments& client_;
  // The profile may come from another thread than the outputs.
  std::atomic<const char*> lie_ = nullptr;
  std::atomic<bool> throws_ = false;
};

onnxStatus CheckRunValues(const onnxRunValuesArguments& arguments,
                          HandleEntry* graph, onnxEvent* cancel) {
  constexpr const char* kFunction = "runValues";
  if (!FindHandle(arguments.graph, HandleKind::kGraph, graph)) {
    return Fail(ONNXIFI_STATUS_INVALID_GRAPH, kFunction, kNoGraph);
  }
  if (arguments.receive == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "receive is NULL");
  }
  if (arguments.inputsCount > 0 && arguments.inputs == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction,
                "inputs is NULL although inputsCount is not 0");
  }
  if (arguments.cancelEvent == nullptr) return ONNXIFI_STATUS_SUCCESS;
  return TranslateEvent(arguments.cancelEvent, graph->device, kFunction,
                        cancel);
}

}  // namespace

onnxStatus ONNXIFI_ABI EntryRunValues(const onnxRunValuesArguments* arguments) {
  constexpr const char* kFunction = "runValues";
  onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry graph;
  onnxRunValuesArguments inner = CopyOf(*arguments);
  status = CheckRunValues(*arguments, &graph, &inner.cancelEvent);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  const onnxRunValuesCall run = graph.device->interface.inner.runValues;
  if (run == nullptr) return NotOffered(kFunction);
  ValueClient client(*arguments);
  inner.graph = graph.inner;
  inner.receive = &ValueClient::Receive;
  inner.receiveContext = &client;
  if (arguments->allocate != nullptr) {
    inner.allocate = &ValueClient::Allocate;
    inner.allocateContext = &client;
  }
  if (arguments->profile != nullptr) {
    inner.profile = &ValueClient::Profile;
    inner.profileContext = &client;
  }
  status = CallPlugin<&IsRunStatus>(
      graph.device, kFunction,
      [&](const DispatchTable&) { return run(&inner); });
  return client.End(status, kFunction, graph.device);
}

}  // namespace onnxifi::loader
