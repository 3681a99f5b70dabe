// The table of interface 1.1: onnxGetInterface and the functions behind it.
#include "backends/common/abi_interface.h"
#include <vector>

#include "backends/common/abi_api.h"
#include "backends/common/abi_arguments.h"
#include "backends/common/abi_guard.h"
#include "backends/common/abi_models.h"
#include "backends/common/graph_object.h"
#include "backends/common/graph_options.h"
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
    if (arguments->graph == nullptr) return NullPointer("graph");
    *arguments->graph = nullptr;
    if (arguments->optionsCount > 0 && arguments->options == nullptr) {
      return NullPointer("options");
    }
    if (arguments->profilesCount > 0 && arguments->profiles == nullptr) {
      return NullPointer("profiles");
    }
    GraphRequest request;
    request.backend = arguments->backend;
    request.properties = arguments->auxPropertiesList;
    request.model_size = arguments->onnxModelSize;
    request.model = arguments->onnxModel;
    request.weights_count = arguments->weightsCount;
    request.weights = arguments->weightDescriptors;
    request.flags = arguments->flags;
    request.external_data_directory = arguments->externalDataDirectory;
    request.options = {arguments->options, arguments->optionsCount};
    request.profiles = {arguments->profiles, arguments->profilesCount};
    return MakeGraph(request, Carrier::kValues, arguments->graph);
  });
}

onnxStatus ONNXIFI_ABI
InterfaceDescribeOptions(const onnxDescribeOptionsArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    const Device* device = Library::Get().FindId(arguments->backendID);
    if (device == nullptr) return DeadId();
    if (arguments->receive == nullptr) return NullPointer("receive");
    const std::vector<OptionInfo> options = AllOptions(*device->backend);
    std::vector<onnxOptionInfo> infos;
    for (const OptionInfo& option : options) {
      infos.push_back({sizeof(onnxOptionInfo), 0, option.key.c_str(),
                       option.default_value.c_str(),
                       option.description.c_str()});
    }
    return ReceiveStatus(arguments->receive(arguments->receiveContext,
                                            static_cast<uint32_t>(infos.size()),
                                            infos.data()));
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
