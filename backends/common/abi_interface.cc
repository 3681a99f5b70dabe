// The table of interface 1.1: onnxGetInterface and the functions behind it.
#include "backends/common/abi_interface.h"
#include "backends/common/abi_api.h"
#include "backends/common/abi_arguments.h"
#include "backends/common/abi_guard.h"
#include "backends/common/abi_models.h"
#include "backends/common/graph_object.h"
#include "backends/common/host_callbacks.h"
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
  table.getError = &InterfaceGetError;
  table.createContext = &InterfaceCreateContext;
  table.startRun = &InterfaceStartRun;
  table.getStatistics = &InterfaceGetStatistics;
  return table;
}

constexpr onnxPluginInterface kInterface = MakeTable();

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
    HostCallbacks::Get().Set(*host);
    *plugin = &kInterface;
    return Status::Ok();
  });
}

}  // namespace onnxifi::abi
