// Functions of interface 1.1 about graphs as bytes.
#include <utility>

#include "backends/common/abi_guard.h"
#include "backends/common/abi_interface.h"
#include "backends/common/exported_graph.h"
#include "backends/common/graph_object.h"
#include "backends/common/graph_options.h"
#include "backends/common/model_loader.h"

namespace onnxifi::abi {
namespace {

std::span<const std::byte> BytesOf(const void* bytes, size_t size) {
  return {static_cast<const std::byte*>(bytes), size};
}

Status CheckBytes(const void* exported, size_t size) {
  if (exported == nullptr) return NullPointer("exported");
  if (size > 0) return Status::Ok();
  return Status(ONNXIFI_STATUS_INVALID_SIZE, "exportedSize is 0");
}

// Options that the client gives win over those of the exported graph; of the
// latter, what this backend does not know any more is left out.
Result<GraphSettings> SettingsOf(const onnxImportGraphArguments& arguments,
                                 const BackendObject& owner,
                                 const ExportedGraph& exported) {
  if (arguments.optionsCount > 0 && arguments.options == nullptr) {
    return NullPointer("options");
  }
  GraphSettings settings;
  settings.options = owner.options();
  ONNXIFI_ASSIGN_OR_RETURN(
      settings.options.values,
      ReadOptions({arguments.options, arguments.optionsCount},
                  owner.backend()));
  ONNXIFI_ASSIGN_OR_RETURN(settings.exportable,
                           TakeExportable(&settings.options.values));
  for (const OptionInfo& known : owner.backend().options()) {
    const auto at = exported.options.find(known.key);
    if (at != exported.options.end()) settings.options.values.insert(*at);
  }
  return settings;
}

Status Import(const onnxImportGraphArguments& arguments) {
  if (arguments.graph == nullptr) return NullPointer("graph");
  *arguments.graph = nullptr;
  Ref<BackendObject> owner = BackendObject::Table().Acquire(arguments.backend);
  if (!owner) return DeadBackend();
  ONNXIFI_RETURN_IF_ERROR(
      CheckBytes(arguments.exported, arguments.exportedSize));
  ONNXIFI_ASSIGN_OR_RETURN(const ExportedGraph exported,
                           ExportedGraph::Parse(BytesOf(
                               arguments.exported, arguments.exportedSize)));
  if (exported.VerdictOf(owner->backend()) == ONNXIFI_EXPORTED_UNUSABLE) {
    return Status(
        ONNXIFI_STATUS_INVALID_MODEL,
        StrCat("the exported graph is of '", exported.plugin, "', this is '",
               PluginOf(owner->backend()), "'; compile the model again"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const GraphSettings settings,
                           SettingsOf(arguments, *owner, exported));
  ModelSource source;
  source.model = BytesOf(exported.model.data(), exported.model.size());
  source.tolerant = owner->tolerant();
  source.carrier = Carrier::kValues;
  ONNXIFI_ASSIGN_OR_RETURN(graph::Graph loaded,
                           LoadModel(owner->backend(), source));
  ONNXIFI_ASSIGN_OR_RETURN(
      const Ref<GraphObject> object,
      GraphObject::Create(std::move(owner), std::move(loaded), settings));
  *arguments.graph = Hand(object);
  return Status::Ok();
}

}  // namespace

onnxStatus ONNXIFI_ABI
InterfaceExportGraph(const onnxExportGraphArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    const Ref<GraphObject> object =
        GraphObject::Table().Acquire(arguments->graph);
    if (!object) return DeadGraph();
    if (arguments->receive == nullptr) return NullPointer("receive");
    ONNXIFI_ASSIGN_OR_RETURN(const std::string bytes, object->Export());
    return ReceiveStatus(arguments->receive(arguments->receiveContext,
                                            bytes.data(), bytes.size()));
  });
}

onnxStatus ONNXIFI_ABI
InterfaceCheckExported(const onnxCheckExportedArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    const Device* device = Library::Get().FindId(arguments->backendID);
    if (device == nullptr) return DeadId();
    if (arguments->verdict == nullptr) return NullPointer("verdict");
    ONNXIFI_RETURN_IF_ERROR(
        CheckBytes(arguments->exported, arguments->exportedSize));
    const Result<ExportedGraph> exported = ExportedGraph::Parse(
        BytesOf(arguments->exported, arguments->exportedSize));
    *arguments->verdict = exported.ok() ? exported->VerdictOf(*device->backend)
                                        : ONNXIFI_EXPORTED_UNUSABLE;
    return Status::Ok();
  });
}

onnxStatus ONNXIFI_ABI
InterfaceImportGraph(const onnxImportGraphArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    return Import(*arguments);
  });
}

}  // namespace onnxifi::abi
