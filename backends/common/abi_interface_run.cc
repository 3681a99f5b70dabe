// Functions of interface 1.1 about runs, contexts and failures.
#include <algorithm>
#include <cstring>
#include <utility>

#include "backends/common/abi_api.h"
#include "backends/common/abi_guard.h"
#include "backends/common/abi_interface.h"
#include "backends/common/graph_object.h"
#include "backends/common/last_error.h"

namespace onnxifi::abi {
namespace {

// What startRun and runValues have in common.
template <typename Arguments>
Result<std::unique_ptr<RunWishes>> WishesOf(const Arguments& arguments) {
  auto wishes = std::make_unique<RunWishes>();
  constexpr auto kMost = static_cast<uint64_t>(INT64_MAX);
  wishes->control.deadline_ns =
      static_cast<int64_t>(std::min(arguments.deadlineNs, kMost));
  wishes->control.correlation_id = arguments.correlationId;
  wishes->control.profiled = arguments.profile != nullptr;
  wishes->profile = arguments.profile;
  wishes->profile_context = arguments.profileContext;
  if (arguments.cancelEvent != nullptr) {
    wishes->cancel = Event::Table().Acquire(arguments.cancelEvent);
    if (!wishes->cancel) return DeadEvent();
  }
  return wishes;
}

Status AddWaits(const onnxStartRunArguments& arguments, RunWishes* wishes) {
  if (arguments.waitCount == 0) return Status::Ok();
  if (arguments.waitEvents == nullptr) return NullPointer("waitEvents");
  for (uint32_t i = 0; i < arguments.waitCount; ++i) {
    Ref<Event> event = Event::Table().Acquire(arguments.waitEvents[i]);
    if (!event) return DeadEvent().WithContext(StrCat("waitEvents[", i, "]"));
    wishes->waits.push_back(std::move(event));
  }
  return Status::Ok();
}

// The pointer of an empty array is not looked at.
Descriptors SpanOf(const onnxTensorDescriptorV1* first, uint32_t count) {
  return count == 0 ? Descriptors() : Descriptors(first, count);
}

Status StartRun(const onnxStartRunArguments& arguments) {
  if (arguments.event != nullptr) *arguments.event = nullptr;
  const Ref<GraphObject> object = GraphObject::Table().Acquire(arguments.graph);
  if (!object) return DeadGraph();
  if (arguments.event == nullptr && arguments.done == nullptr) {
    return NullPointer("event and done");
  }
  ONNXIFI_ASSIGN_OR_RETURN(std::unique_ptr<RunWishes> wishes,
                           WishesOf(arguments));
  wishes->done = arguments.done;
  wishes->done_context = arguments.doneContext;
  ONNXIFI_RETURN_IF_ERROR(AddWaits(arguments, wishes.get()));
  const bool bound = arguments.inputsCount == 0 &&
                     arguments.outputsCount == 0 &&
                     arguments.inputDescriptors == nullptr &&
                     arguments.outputDescriptors == nullptr;
  if (bound) {
    return object->StartWithWishes(nullptr, std::move(wishes), arguments.event);
  }
  if (arguments.inputsCount > 0 && arguments.inputDescriptors == nullptr) {
    return NullPointer("inputDescriptors");
  }
  if (arguments.outputDescriptors == nullptr) {
    return NullPointer("outputDescriptors");
  }
  const GraphObject::Tensors tensors = {
      SpanOf(arguments.inputDescriptors, arguments.inputsCount),
      SpanOf(arguments.outputDescriptors, arguments.outputsCount)};
  return object->StartWithWishes(&tensors, std::move(wishes), arguments.event);
}

// Members of `to` inside its structSize become those of `from`; both begin with
// it.
template <typename Structure>
void FillStruct(const Structure& from, Structure* to) {
  const uint32_t size = to->structSize;
  std::memcpy(to, &from, std::min<size_t>(size, sizeof(from)));
  to->structSize = size;
}

}  // namespace

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
    std::unique_ptr<RunWishes> wishes;
    if (arguments->deadlineNs != 0 || arguments->cancelEvent != nullptr ||
        arguments->profile != nullptr || arguments->correlationId != 0) {
      ONNXIFI_ASSIGN_OR_RETURN(wishes, WishesOf(*arguments));
    }
    return object->RunValues(values,
                             {arguments->receive, arguments->receiveContext,
                              arguments->allocate, arguments->allocateContext},
                             std::move(wishes));
  });
}

onnxStatus ONNXIFI_ABI
InterfaceStartRun(const onnxStartRunArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    return StartRun(*arguments);
  });
}

onnxStatus ONNXIFI_ABI
InterfaceCreateContext(const onnxCreateContextArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    if (arguments->context == nullptr) return NullPointer("context");
    *arguments->context = nullptr;
    const Ref<GraphObject> object =
        GraphObject::Table().Acquire(arguments->graph);
    if (!object) return DeadGraph();
    ONNXIFI_ASSIGN_OR_RETURN(const Ref<GraphObject> context,
                             object->CreateContext());
    *arguments->context = Hand(context);
    return Status::Ok();
  });
}

onnxStatus ONNXIFI_ABI
InterfaceGetStatistics(const onnxGetStatisticsArguments* arguments) {
  return Guard([&]() -> Status {
    ONNXIFI_RETURN_IF_ERROR(CheckArguments(arguments));
    onnxGraphStatistics* const statistics = arguments->statistics;
    if (statistics == nullptr) return NullPointer("statistics");
    ONNXIFI_RETURN_IF_ERROR(CheckStructSize(
        statistics->structSize, sizeof(*statistics), "the statistics"));
    const Ref<GraphObject> object =
        GraphObject::Table().Acquire(arguments->graph);
    if (!object) return DeadGraph();
    FillStruct(object->Statistics(), statistics);
    return Status::Ok();
  });
}

onnxStatus ONNXIFI_ABI
InterfaceGetError(const onnxGetErrorArguments* arguments) {
  // A failure of this call must not replace what it is asked for: no Guard.
  if (arguments == nullptr) return ONNXIFI_STATUS_INVALID_POINTER;
  if (arguments->structSize < sizeof(*arguments)) {
    return ONNXIFI_STATUS_INVALID_SIZE;
  }
  if (arguments->next != nullptr) return ONNXIFI_STATUS_UNSUPPORTED_PROPERTY;
  if (Library::Get().FindId(arguments->backendID) == nullptr) {
    return ONNXIFI_STATUS_INVALID_ID;
  }
  onnxErrorInfo* const error = arguments->error;
  if (error == nullptr) return ONNXIFI_STATUS_INVALID_POINTER;
  if (error->structSize < sizeof(*error)) return ONNXIFI_STATUS_INVALID_SIZE;
  if (arguments->event == nullptr) {
    FillStruct(LastError().Info(), error);
    return ONNXIFI_STATUS_SUCCESS;
  }
  try {
    const Ref<Event> event = Event::Table().Acquire(arguments->event);
    if (!event) return ONNXIFI_STATUS_INVALID_EVENT;
    EventError().Set(event->Failure());
  } catch (...) {
    return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
  }
  FillStruct(EventError().Info(), error);
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace onnxifi::abi
