// The table of interface 1.1: onnxGetInterface and the functions behind it.
#include <mutex>
#include <string>
#include <string_view>

#include "backends/common/abi_api.h"
#include "backends/common/abi_arguments.h"
#include "backends/common/abi_guard.h"
#include "backends/common/abi_interface.h"
#include "backends/common/abi_models.h"
#include "backends/common/graph_object.h"
#include "base/log.h"
#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

constexpr uint32_t kMinVersion = ONNXIFI_INTERFACE_VERSION_1_1;
constexpr uint32_t kMaxVersion = ONNXIFI_INTERFACE_VERSION_1_1;

constexpr onnxPluginInterface MakeTable() {
  onnxPluginInterface table = {};
  table.structSize = sizeof(table);
  table.version = kMaxVersion;
#define ONNXIFI_INTERFACE_FUNCTION(member, Name, since) \
  table.member = &Interface##Name;
#include "abi/onnxifi_interface.inc"
  table.allocateMemory = &InterfaceAllocateMemory;
  table.freeMemory = &InterfaceFreeMemory;
  table.importMemory = &InterfaceImportMemory;
  table.exportMemory = &InterfaceExportMemory;
  table.copyMemory = &InterfaceCopyMemory;
  table.queryCopy = &InterfaceQueryCopy;
  return table;
}

constexpr onnxPluginInterface kInterface = MakeTable();

// Where the log goes once a host wants it. The lock is held during the host's
// function, so that a replaced one is never called again.
constinit std::mutex g_log_mutex;
constinit onnxLogCallback g_log = nullptr;
constinit void* g_log_context = nullptr;

void LogToHost(void*, LogLevel level, std::string_view text) {
  const std::string terminated(text);
  const std::lock_guard<std::mutex> lock(g_log_mutex);
  g_log(g_log_context, static_cast<uint32_t>(level), terminated.c_str());
}

void SendLogTo(const onnxHostInterface& host) {
  {
    const std::lock_guard<std::mutex> lock(g_log_mutex);
    g_log = host.log;
    g_log_context = host.logContext;
  }
  SetLogSink(&LogToHost, nullptr);
}

}  // namespace

onnxStatus ONNXIFI_ABI
InterfaceCheckModel(const onnxCheckModelArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    return CheckModelFor(arguments->backendID, arguments->onnxModelSize,
                         arguments->onnxModel, Carrier::kValues);
  });
}

onnxStatus ONNXIFI_ABI
InterfaceInitGraph(const onnxInitGraphArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    return MakeGraph({arguments->backend, arguments->auxPropertiesList,
                      arguments->onnxModelSize, arguments->onnxModel,
                      arguments->weightsCount, arguments->weightDescriptors},
                     Carrier::kValues, arguments->graph);
  });
}

onnxStatus ONNXIFI_ABI
InterfaceRunValues(const onnxRunValuesArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    const Ref<GraphObject> object =
        GraphObject::Table().Acquire(arguments->graph);
    if (!object) return DeadGraph();
    if (arguments->receive == nullptr) return NullPointer("receive");
    ONNXIFI_ASSIGN_OR_RETURN(
        const ValueArray values,
        ValueArray::Make(arguments->inputs, arguments->inputsCount));
    return object->RunValues(values,
                             {arguments->receive, arguments->receiveContext});
  });
}

onnxStatus ONNXIFI_ABI
InterfaceQueryGraph(const onnxQueryGraphArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    return QueryGraphFor(*arguments);
  });
}

onnxStatus GetInterface(onnxBackendID id, const onnxHostInterface* host,
                        const onnxPluginInterface** plugin) {
  return Guard([&]() -> Status {
    if (plugin == nullptr) return NullPointer("plugin");
    *plugin = nullptr;
    if (Library::Get().FindId(id) == nullptr) return DeadId();
    if (host == nullptr) return NullPointer("host");
    ONNXIFI_RETURN_IF_ERROR(
        CheckStructSize(host->structSize, sizeof(*host), "the host's table"));
    if (host->minVersion > host->maxVersion || host->minVersion > kMaxVersion ||
        host->maxVersion < kMinVersion) {
      return Status(
          ONNXIFI_STATUS_UNSUPPORTED_VERSION,
          StrCat("the host can use interface versions ", host->minVersion,
                 " to ", host->maxVersion, ", this library has ", kMinVersion,
                 " to ", kMaxVersion, " (major * 65536 + minor)"));
    }
    if (host->log != nullptr) SendLogTo(*host);
    *plugin = &kInterface;
    return Status::Ok();
  });
}

}  // namespace onnxifi::abi
