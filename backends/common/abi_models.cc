#include "backends/common/abi_models.h"

#include <utility>

#include "backends/common/abi_arguments.h"
#include "backends/common/backend_object.h"
#include "backends/common/graph_object.h"
#include "backends/common/graph_options.h"
#include "backends/common/graph_query.h"
#include "backends/common/model_loader.h"
#include "backends/common/properties.h"
#include "backends/common/tensor_descriptor.h"
#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

Status EmptyModel() {
  return Status(ONNXIFI_STATUS_INVALID_SIZE, "onnxModelSize is 0");
}

// The pointer of an empty array is not looked at.
Descriptors WeightsOf(const onnxTensorDescriptorV1* first, uint32_t count) {
  return count == 0 ? Descriptors() : Descriptors(first, count);
}

}  // namespace

Status CheckModelFor(onnxBackendID id, size_t model_size, const void* model,
                     Carrier carrier) {
  const Device* device = Library::Get().FindId(id);
  if (device == nullptr) return DeadId();
  if (model == nullptr) return NullPointer("onnxModel");
  if (model_size == 0) return EmptyModel();
  return CheckModel(*device->backend,
                    {static_cast<const std::byte*>(model), model_size},
                    carrier);
}

Status MakeGraph(const GraphRequest& request, Carrier carrier,
                 onnxGraph* graph) {
  if (graph == nullptr) return NullPointer("graph");
  *graph = nullptr;
  Ref<BackendObject> owner = BackendObject::Table().Acquire(request.backend);
  if (!owner) return DeadBackend();
  if (request.model == nullptr) return NullPointer("onnxModel");
  if (request.weights_count > 0 && request.weights == nullptr) {
    return NullPointer("weightDescriptors");
  }
  if (request.model_size == 0) return EmptyModel();
  // Rule L-2 of the tolerant mode: they may not be read at all.
  if (!owner->tolerant()) {
    ONNXIFI_RETURN_IF_ERROR(
        CheckTags(WeightsOf(request.weights, request.weights_count), "weight"));
  }
  if ((request.flags & ~uint64_t{ONNXIFI_INIT_KEEPS_WEIGHTS}) != 0) {
    return Status(
        ONNXIFI_STATUS_INVALID_PROPERTY,
        StrCat("flags are ", request.flags, "; unknown bits are set"));
  }
  ONNXIFI_RETURN_IF_ERROR(CheckGraphProperties(request.properties));
  GraphSettings settings;
  settings.profiles = request.profiles;
  settings.options = owner->options();
  ONNXIFI_ASSIGN_OR_RETURN(settings.options.values,
                           ReadOptions(request.options, owner->backend()));
  ONNXIFI_ASSIGN_OR_RETURN(settings.exportable,
                           TakeExportable(&settings.options.values));
  ModelSource source;
  source.model = {static_cast<const std::byte*>(request.model),
                  request.model_size};
  source.weights = WeightsOf(request.weights, request.weights_count);
  source.tolerant = owner->tolerant();
  source.carrier = carrier;
  source.stays = (request.flags & ONNXIFI_INIT_KEEPS_WEIGHTS) != 0;
  if (request.external_data_directory != nullptr) {
    source.external_data_directory = request.external_data_directory;
  }
  ONNXIFI_ASSIGN_OR_RETURN(graph::Graph loaded,
                           LoadModel(owner->backend(), source));
  ONNXIFI_ASSIGN_OR_RETURN(
      const Ref<GraphObject> object,
      GraphObject::Create(std::move(owner), std::move(loaded), settings));
  *graph = Hand(object);
  return Status::Ok();
}

Status QueryGraphFor(const onnxQueryGraphArguments& arguments) {
  const Device* device = Library::Get().FindId(arguments.backendID);
  if (device == nullptr) return DeadId();
  if (arguments.onnxModel == nullptr) return NullPointer("onnxModel");
  if (arguments.weightsCount > 0 && arguments.weightDescriptors == nullptr) {
    return NullPointer("weightDescriptors");
  }
  if (arguments.receive == nullptr) return NullPointer("receive");
  if (arguments.onnxModelSize == 0) return EmptyModel();
  ONNXIFI_ASSIGN_OR_RETURN(
      const GraphAnswer answer,
      QueryModel(
          *device->backend,
          {static_cast<const std::byte*>(arguments.onnxModel),
           arguments.onnxModelSize},
          WeightsOf(arguments.weightDescriptors, arguments.weightsCount)));
  return ReceiveStatus(arguments.receive(
      arguments.receiveContext, static_cast<uint32_t>(answer.nodes.size()),
      answer.nodes.data()));
}

}  // namespace onnxifi::abi
