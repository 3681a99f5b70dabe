#include "client/interface.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <utility>

#include "base/str_cat.h"
#include "client/abi_value.h"
#include "client/client.h"

namespace onnxifi::client {
namespace {

// What the receiver of one run collects.
struct Collector {
  std::vector<HostValue> outputs;
  Status status;
};

onnxStatus Collect(void* context, uint32_t index, const onnxValue* value) {
  auto* collector = static_cast<Collector*>(context);
  try {
    Result<HostValue> copy =
        index == collector->outputs.size()
            ? CopyAbiValue(value)
            : Result<HostValue>(Status(
                  ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat("the backend delivers output ", index, " after ",
                         collector->outputs.size(), " others: report it")));
    if (copy.ok()) {
      collector->outputs.push_back(std::move(copy).value());
      return ONNXIFI_STATUS_SUCCESS;
    }
    collector->status = copy.status().WithContext(StrCat("output ", index));
  } catch (const std::bad_alloc&) {
    collector->status =
        Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, "no memory for an output");
  }
  return collector->status.code();
}

}  // namespace

std::optional<Interface> Interface::Find(onnxBackendID id) {
  onnxExtensionFunctionPointer found = nullptr;
  if (onnxGetExtensionFunctionAddress(id, ONNXIFI_GET_INTERFACE_FUNCTION_NAME,
                                      &found) != ONNXIFI_STATUS_SUCCESS) {
    return std::nullopt;
  }
  const auto get = reinterpret_cast<onnxGetInterfaceFunction>(
      reinterpret_cast<void (*)()>(found));
  onnxHostInterface host{};
  host.structSize = sizeof(host);
  host.minVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  host.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  const onnxPluginInterface* found_table = nullptr;
  if (get(id, &host, &found_table) != ONNXIFI_STATUS_SUCCESS ||
      found_table == nullptr ||
      found_table->structSize < offsetof(onnxPluginInterface, checkModel)) {
    return std::nullopt;
  }
  // The library may be older than this program, or newer.
  onnxPluginInterface table{};
  std::memcpy(&table, found_table,
              std::min<size_t>(found_table->structSize, sizeof(table)));
  return Interface(id, table);
}

std::string Interface::VersionText() const {
  return StrCat(table_.version >> 16, ".", table_.version & 0xffff);
}

std::string Interface::FunctionsText() const {
  std::string text;
#define ONNXIFI_INTERFACE_FUNCTION(member, Name, since) \
  if (table_.member != nullptr) text += text.empty() ? #member : " " #member;
#include "abi/onnxifi_interface.inc"
  return text;
}

bool Interface::complete() const {
  return table_.checkModel != nullptr && table_.initGraph != nullptr &&
         table_.runValues != nullptr;
}

Status Interface::CheckModel(std::span<const std::byte> model) const {
  onnxCheckModelArguments arguments{};
  arguments.structSize = sizeof(arguments);
  arguments.backendID = id_;
  arguments.onnxModel = model.data();
  arguments.onnxModelSize = model.size();
  return CallStatus(table_.checkModel(&arguments));
}

Result<onnxGraph> Interface::InitGraph(
    onnxBackend backend, std::span<const std::byte> model,
    std::span<const onnxTensorDescriptorV1> weights) const {
  onnxGraph graph{};
  onnxInitGraphArguments arguments{};
  arguments.structSize = sizeof(arguments);
  arguments.backend = backend;
  arguments.onnxModel = model.data();
  arguments.onnxModelSize = model.size();
  arguments.weightsCount = static_cast<uint32_t>(weights.size());
  arguments.weightDescriptors = weights.empty() ? nullptr : weights.data();
  arguments.graph = &graph;
  ONNXIFI_RETURN_IF_ERROR(CallStatus(table_.initGraph(&arguments)));
  return graph;
}

Result<std::vector<HostValue>> Interface::RunValues(
    onnxGraph graph, std::span<const HostValue> inputs) const {
  const AbiValues values(inputs);
  Collector collector;
  onnxRunValuesArguments arguments{};
  arguments.structSize = sizeof(arguments);
  arguments.inputsCount = static_cast<uint32_t>(inputs.size());
  arguments.graph = graph;
  arguments.inputs = values.first();
  arguments.receive = &Collect;
  arguments.receiveContext = &collector;
  const onnxStatus status = table_.runValues(&arguments);
  ONNXIFI_RETURN_IF_ERROR(collector.status);
  ONNXIFI_RETURN_IF_ERROR(CallStatus(status));
  return std::move(collector.outputs);
}

}  // namespace onnxifi::client
