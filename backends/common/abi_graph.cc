// Entry points about graphs and runs.
#include <utility>

#include "backends/common/abi_api.h"
#include "backends/common/abi_arguments.h"
#include "backends/common/abi_guard.h"
#include "backends/common/abi_models.h"
#include "backends/common/graph_object.h"
#include "backends/common/tensor_descriptor.h"
#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

Status CheckFenceTag(const onnxMemoryFenceV1& fence, const char* role) {
  if (fence.tag == ONNXIFI_TAG_MEMORY_FENCE_V1) return Status::Ok();
  return Status(ONNXIFI_STATUS_UNSUPPORTED_TAG,
                StrCat("the tag of the ", role,
                       " fence is not ONNXIFI_TAG_MEMORY_FENCE_V1"));
}

Status CheckFenceType(const onnxMemoryFenceV1& fence, const char* role) {
  switch (fence.type) {
    case ONNXIFI_SYNCHRONIZATION_EVENT:
      return Status::Ok();
    case ONNXIFI_SYNCHRONIZATION_IMPLICIT:
      return Status(ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE,
                    StrCat("the ", role,
                           " fence has type IMPLICIT, which this backend "
                           "does not offer; use an event"));
    default:
      return Status(
          ONNXIFI_STATUS_INVALID_FENCE_TYPE,
          StrCat("the ", role, " fence has the unknown type ", fence.type));
  }
}

Status CheckDescriptorPointers(uint32_t inputs_count,
                               const onnxTensorDescriptorV1* inputs,
                               const onnxTensorDescriptorV1* outputs) {
  if (inputs_count > 0 && inputs == nullptr) {
    return NullPointer("inputDescriptors");
  }
  if (outputs == nullptr) return NullPointer("outputDescriptors");
  return Status::Ok();
}

// The pointer of an empty array is not looked at.
Descriptors MakeSpan(const onnxTensorDescriptorV1* first, uint32_t count) {
  return count == 0 ? Descriptors() : Descriptors(first, count);
}

}  // namespace

onnxStatus InitGraph(onnxBackend backend, const uint64_t* properties,
                     size_t model_size, const void* model,
                     uint32_t weights_count,
                     const onnxTensorDescriptorV1* weights, onnxGraph* graph) {
  return Guard([&] {
    return MakeGraph(
        {backend, properties, model_size, model, weights_count, weights},
        Carrier::kDescriptors, graph);
  });
}

onnxStatus SetGraphIO(onnxGraph graph, uint32_t inputs_count,
                      const onnxTensorDescriptorV1* inputs,
                      uint32_t outputs_count,
                      const onnxTensorDescriptorV1* outputs) {
  return Guard([&]() -> Status {
    const Ref<GraphObject> object = GraphObject::Table().Acquire(graph);
    if (!object) return DeadGraph();
    const Status pointers =
        CheckDescriptorPointers(inputs_count, inputs, outputs);
    if (!pointers.ok()) {
      object->Unbind();
      return pointers;
    }
    return object->Bind(MakeSpan(inputs, inputs_count),
                        MakeSpan(outputs, outputs_count));
  });
}

onnxStatus RunGraph(onnxGraph graph, const onnxMemoryFenceV1* input,
                    onnxMemoryFenceV1* output) {
  return Guard([&]() -> Status {
    const Ref<GraphObject> object = GraphObject::Table().Acquire(graph);
    if (!object) return DeadGraph();
    if (input == nullptr) return NullPointer("inputFence");
    if (output == nullptr) return NullPointer("outputFence");
    ONNXIFI_RETURN_IF_ERROR(CheckFenceTag(*input, "input"));
    ONNXIFI_RETURN_IF_ERROR(CheckFenceTag(*output, "output"));
    ONNXIFI_RETURN_IF_ERROR(CheckFenceType(*input, "input"));
    ONNXIFI_RETURN_IF_ERROR(CheckFenceType(*output, "output"));
    const Ref<Event> gate = Event::Table().Acquire(input->event);
    if (!gate) return DeadEvent();
    ONNXIFI_ASSIGN_OR_RETURN(const Ref<Event> done, object->StartRun(gate));
    output->event = Hand(done);
    return Status::Ok();
  });
}

onnxStatus ReleaseGraph(onnxGraph graph) {
  return Guard([&]() -> Status {
    Ref<GraphObject> object = GraphObject::Table().Kill(graph);
    if (!object) return DeadGraph();
    object->Close();
    object = {};
    Library::Get().HandleGone();
    return Status::Ok();
  });
}

onnxStatus SetIOAndRunGraph(onnxGraph graph, uint32_t inputs_count,
                            const onnxTensorDescriptorV1* inputs,
                            uint32_t outputs_count,
                            const onnxTensorDescriptorV1* outputs,
                            onnxMemoryFenceV1* output_fence) {
  return Guard([&]() -> Status {
    const Ref<GraphObject> object = GraphObject::Table().Acquire(graph);
    if (!object) return DeadGraph();
    const Descriptors in = MakeSpan(inputs, inputs_count);
    const Descriptors out = MakeSpan(outputs, outputs_count);
    // Pointers, then every tag, then all else.
    const auto check = [&]() -> Status {
      if (output_fence == nullptr) return NullPointer("outputFence");
      ONNXIFI_RETURN_IF_ERROR(
          CheckDescriptorPointers(inputs_count, inputs, outputs));
      ONNXIFI_RETURN_IF_ERROR(CheckFenceTag(*output_fence, "output"));
      ONNXIFI_RETURN_IF_ERROR(CheckTags(in, "input"));
      ONNXIFI_RETURN_IF_ERROR(CheckTags(out, "output"));
      return CheckFenceType(*output_fence, "output");
    };
    const Status arguments = check();
    if (!arguments.ok()) {
      object->Unbind();
      return arguments;
    }
    ONNXIFI_ASSIGN_OR_RETURN(const Ref<Event> done,
                             object->BindAndStart(in, out));
    output_fence->event = Hand(done);
    return Status::Ok();
  });
}

}  // namespace onnxifi::abi
