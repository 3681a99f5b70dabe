// Entry points about events.
#include "backends/common/abi_api.h"
#include "backends/common/abi_arguments.h"
#include "backends/common/abi_guard.h"
#include "backends/common/backend_object.h"
#include "backends/common/event.h"

namespace onnxifi::abi {

onnxStatus InitEvent(onnxBackend backend, onnxEvent* event) {
  return Guard([&]() -> Status {
    if (event == nullptr) return NullPointer("event");
    *event = nullptr;
    if (!BackendObject::Table().Acquire(backend)) return DeadBackend();
    *event = Hand(Event::Table().Create());
    return Status::Ok();
  });
}

onnxStatus SignalEvent(onnxEvent event) {
  return Guard([&]() -> Status {
    const Ref<Event> object = Event::Table().Acquire(event);
    if (!object) return DeadEvent();
    switch (object->Signal()) {
      case ONNXIFI_STATUS_SUCCESS:
        return Status::Ok();
      case ONNXIFI_STATUS_INVALID_STATE:
        return Status(ONNXIFI_STATUS_INVALID_STATE,
                      "the event is signalled already; events are used once");
      default:
        return DeadEvent();
    }
  });
}

onnxStatus GetEventState(onnxEvent event, onnxEventState* state) {
  return Guard([&]() -> Status {
    if (state == nullptr) return NullPointer("state");
    *state = ONNXIFI_EVENT_STATE_INVALID;
    const Ref<Event> object = Event::Table().Acquire(event);
    if (!object) return DeadEvent();
    *state = Event::Poll(object) ? ONNXIFI_EVENT_STATE_SIGNALLED
                                 : ONNXIFI_EVENT_STATE_NONSIGNALLED;
    return Status::Ok();
  });
}

onnxStatus WaitEvent(onnxEvent event) {
  return Guard([&]() -> Status {
    const Ref<Event> object = Event::Table().Acquire(event);
    if (!object) return DeadEvent();
    const onnxStatus result = Event::Wait(object);
    switch (result) {
      case ONNXIFI_STATUS_SUCCESS:
        return Status::Ok();
      case ONNXIFI_STATUS_INVALID_EVENT:
        return Status(result,
                      "the event was released while this thread waited, and "
                      "nobody can signal it any more");
      default:
        return object->FailureOf(result);
    }
  });
}

onnxStatus ReleaseEvent(onnxEvent event) {
  return Guard([&]() -> Status {
    Ref<Event> object = Event::Table().Kill(event);
    if (!object) return DeadEvent();
    object->Released();
    object = {};
    Library::Get().HandleGone();
    return Status::Ok();
  });
}

}  // namespace onnxifi::abi
