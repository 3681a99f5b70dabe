// A library is a guest: convention 10 of onnxifi.h, and what the process of the
// host would miss otherwise.
#include <cfenv>
#include <chrono>
#include <functional>
#include <thread>

#include "conformance/api/api_kit.h"
#include "conformance/api/host_state.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr onnxStatus kSuccess = ONNXIFI_STATUS_SUCCESS;

// Calls every core function once, and some that fail. `step` is told the name of
// each when it has returned.
void CallEverything(Test& test,
                    const std::function<void(const char* name)>& step) {
  const Plugin& f = test.plugin();
  Session session(test);
  step("onnxGetBackendIDs");
  const ProbeModel* probe = session.model();
  step("onnxGetBackendCompatibility");
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  CERTIFY_CHECK(test, !session.InfoText(ONNXIFI_BACKEND_NAME).empty(),
                "no name");
  step("onnxGetBackendInfo");
  onnxBackend backend = session.backend();
  step("onnxInitBackend");
  onnxGraph graph = session.NewGraph(probe->bytes);
  step("onnxInitGraph");
  CERTIFY_CHECK(
      test,
      f.onnxGetBackendCompatibility(session.id(), 9, "no model!") != kSuccess,
      "a text is a model");
  step("onnxGetBackendCompatibility of no model");
  ProbeTensors tensors({2, 3}, 1);
  CERTIFY_REQUIRE(test, graph != nullptr && session.Bind(graph, tensors),
                  "no graph");
  step("onnxSetGraphIO");
  onnxEvent gate = session.NewEvent();
  step("onnxInitEvent");
  onnxEvent done = session.Start(graph, gate);
  step("onnxRunGraph");
  CERTIFY_REQUIRE(test, gate != nullptr && done != nullptr, "no run");
  CERTIFY_STATUS(test, f.onnxSignalEvent(gate), kSuccess, "the input event");
  step("onnxSignalEvent");
  CERTIFY_STATUS(test, f.onnxWaitEvent(done), kSuccess, "the output event");
  step("onnxWaitEvent");
  CERTIFY_CHECK(test, StateOf(test, done) == ONNXIFI_EVENT_STATE_SIGNALLED,
                "a complete run is not signalled");
  step("onnxGetEventState");
  const std::string wrong = tensors.Wrong(*probe);
  CERTIFY_CHECK(test, wrong.empty(), wrong);
  for (onnxEvent event : {done, gate}) {
    session.DisownEvent(event);
    CERTIFY_STATUS(test, f.onnxReleaseEvent(event), kSuccess, "an event");
    step("onnxReleaseEvent");
  }
  session.DisownGraph(graph);
  CERTIFY_STATUS(test, f.onnxReleaseGraph(graph), kSuccess, "a graph");
  step("onnxReleaseGraph");
  CERTIFY_STATUS(test, f.onnxReleaseGraph(graph), ONNXIFI_STATUS_INVALID_GRAPH,
                 "a released graph");
  step("onnxReleaseGraph of a released graph");
  session.DisownBackend(backend);
  CERTIFY_STATUS(test, f.onnxReleaseBackend(backend), kSuccess, "a backend");
  step("onnxReleaseBackend");
}

// The process after each call is what it was before.
void LeavesTheProcessAlone(Test& test) {
  for (const int rounding : {FE_TONEAREST, FE_DOWNWARD}) {
    std::fesetround(rounding);
    const HostState before = HostState::Now();
    std::string difference;
    CallEverything(test, [&](const char* name) {
      if (!difference.empty()) return;
      difference = before.Difference(HostState::Now());
      if (!difference.empty())
        difference = StrCat(name, " changes ", difference);
    });
    std::fesetround(FE_TONEAREST);
    CERTIFY_CHECK(test, difference.empty(), difference);
  }
}

void WritesNothingToStandardOutput(Test& test) {
  Result<CapturedOutput> output = CapturedOutput::Start();
  CERTIFY_REQUIRE(test, output.ok(), output.status().message());
  CallEverything(test, [](const char*) {});
  const std::string text = output->Stop();
  CERTIFY_CHECK(test, text.empty(), "the library writes to standard output: '",
                text, "'");
}

// Whole lives, of which nothing may be left but what the first ones have set up.
struct Growth {
  size_t threads;
  size_t descriptors;
  size_t bytes;

  static Growth Now() {
    return {ThreadCount(), DescriptorCount(), ResidentBytes()};
  }
};

void NothingIsLeft(Test& test) {
  constexpr size_t kWarmUp = 8;
  constexpr size_t kLives = 64;
  const auto live = [&test] { CallEverything(test, [](const char*) {}); };
  for (size_t i = 0; i < kWarmUp && !test.failed(); ++i) live();
  const Growth before = Growth::Now();
  for (size_t i = 0; i < kLives && !test.failed(); ++i) live();
  // The kernel counts a thread for a moment after it has ended.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (ThreadCount() >= before.threads + kLives / 2 &&
         std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  const Growth after = Growth::Now();
  if (test.failed()) return;
  // Half of what one in each life would be.
  if (after.threads >= before.threads + kLives / 2) {
    test.Leak(StrCat("after ", kLives, " lives there are ", after.threads,
                     " threads; before there were ", before.threads));
  }
  if (after.descriptors >= before.descriptors + kLives / 2) {
    test.Leak(StrCat("after ", kLives, " lives ", after.descriptors,
                     " files are open; before there were ",
                     before.descriptors));
  }
  constexpr size_t kMost = kLives << 19;  // half a megabyte each
  if (after.bytes > before.bytes + kMost) {
    test.Leak(StrCat("after ", kLives, " lives the process has ",
                     (after.bytes - before.bytes) >> 20,
                     " MiB more than before"));
  }
}

}  // namespace

void AddMannersTests(TestList* list) {
  list->Add("manners/leaves_the_process_alone", {"R-287"},
            &LeavesTheProcessAlone);
  list->Add("manners/writes_nothing_to_standard_output", {"R-286"},
            &WritesNothingToStandardOutput);
  list->Add("manners/nothing_is_left", {"R-045", "R-148"}, &NothingIsLeft);
}

}  // namespace onnxifi::conformance
