// Events: section 7.6 of the checklist.
#include "conformance/harness/session.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

void NewEventIsNotSignalled(Test& test) {
  Session session(test);
  onnxEvent event = session.NewEvent();
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  onnxEventState state = ONNXIFI_EVENT_STATE_INVALID;
  CERTIFY_STATUS(test, test.plugin().onnxGetEventState(event, &state),
                 ONNXIFI_STATUS_SUCCESS, "of a new event");
  CERTIFY_CHECK(test, state == ONNXIFI_EVENT_STATE_NONSIGNALLED, "state ",
                state, " of a new event");
}

}  // namespace

void AddEventTests(TestList* list) {
  list->Add("event/new_event_is_not_signalled", {"R-097"},
            &NewEventIsNotSignalled);
}

}  // namespace onnxifi::conformance
