#include "backends/common/abi_models.h"

#include <utility>

#include "backends/common/abi_arguments.h"
#include "backends/common/backend_object.h"
#include "backends/common/graph_object.h"
#include "backends/common/model_loader.h"
#include "backends/common/properties.h"

namespace onnxifi::abi {

Status CheckModelFor(onnxBackendID id, size_t model_size, const void* model,
                     Carrier carrier) {
  const Device* device = Library::Get().FindId(id);
  if (device == nullptr) return DeadId();
  if (model == nullptr) return NullPointer("onnxModel");
  if (model_size == 0) {
    return Status(ONNXIFI_STATUS_INVALID_SIZE, "onnxModelSize is 0");
  }
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
  if (request.model_size == 0) {
    return Status(ONNXIFI_STATUS_INVALID_SIZE, "onnxModelSize is 0");
  }
  ONNXIFI_RETURN_IF_ERROR(CheckGraphProperties(request.properties));
  // The pointer of an empty array is not looked at.
  const Descriptors weights =
      request.weights_count == 0
          ? Descriptors()
          : Descriptors(request.weights, request.weights_count);
  ONNXIFI_ASSIGN_OR_RETURN(
      graph::Graph loaded,
      LoadModel(
          owner->backend(),
          {static_cast<const std::byte*>(request.model), request.model_size},
          weights, owner->tolerant(), carrier));
  ONNXIFI_ASSIGN_OR_RETURN(
      const Ref<GraphObject> object,
      GraphObject::Create(std::move(owner), std::move(loaded)));
  *graph = Hand(object);
  return Status::Ok();
}

}  // namespace onnxifi::abi
