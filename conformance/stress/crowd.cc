#include "conformance/stress/crowd.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "base/str_cat.h"
#include "conformance/interface/client_1_1.h"

namespace onnxifi::conformance {

void Crowd::Run(size_t threads,
                const std::function<std::string(size_t, size_t)>& turn) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::milliseconds(milliseconds_);
  std::vector<std::string> wrong(threads);
  std::atomic<bool> over{false};
  std::atomic<size_t> turns{0};
  std::vector<std::thread> crowd;
  for (size_t t = 0; t < threads; ++t) {
    crowd.emplace_back([&, t] {
      for (size_t i = 0; !over && (i < 3 || Clock::now() < until); ++i) {
        wrong[t] = turn(t, i);
        ++turns;
        if (!wrong[t].empty()) over = true;
      }
    });
  }
  for (std::thread& thread : crowd) thread.join();
  for (size_t t = 0; t < threads; ++t) {
    CERTIFY_CHECK(test_, wrong[t].empty(), "thread ", t, " of ", threads, ": ",
                  wrong[t]);
  }
  test_.Show("turns", static_cast<double>(turns));
}

std::string Wrong(onnxStatus status, const char* call) {
  return status == ONNXIFI_STATUS_SUCCESS || status == ONNXIFI_STATUS_FALLBACK
             ? ""
             : StrCat(call, " returns ", StatusText(status));
}

std::string RunAndLook(const Plugin& f, onnxBackend backend, onnxGraph graph,
                       ProbeTensors& tensors, const ProbeModel& model) {
  onnxEvent gate = nullptr;
  if (const std::string wrong =
          Wrong(f.onnxInitEvent(backend, &gate), "onnxInitEvent");
      !wrong.empty()) {
    return wrong;
  }
  const onnxMemoryFenceV1 from = EventFence(gate);
  onnxMemoryFenceV1 to = EventFence(nullptr);
  std::string wrong = Wrong(f.onnxRunGraph(graph, &from, &to), "onnxRunGraph");
  if (wrong.empty()) {
    wrong = Wrong(f.onnxSignalEvent(gate), "onnxSignalEvent");
    if (wrong.empty())
      wrong = Wrong(f.onnxWaitEvent(to.event), "onnxWaitEvent");
    if (wrong.empty()) wrong = tensors.Wrong(model);
    const std::string released =
        Wrong(f.onnxReleaseEvent(to.event), "onnxReleaseEvent");
    if (wrong.empty()) wrong = released;
  }
  const std::string released =
      Wrong(f.onnxReleaseEvent(gate), "onnxReleaseEvent");
  return wrong.empty() ? released : wrong;
}

std::string BindTo(const Plugin& f, onnxGraph graph, ProbeTensors& tensors) {
  const auto x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                          tensors.x.bytes().data());
  const auto y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                          tensors.y.bytes().data());
  return Wrong(f.onnxSetGraphIO(graph, 1, &x, 1, &y), "onnxSetGraphIO");
}

void AddCrowdTests(TestList* list, const std::vector<CrowdTest>& tests) {
  for (const bool quick : {true, false}) {
    list->quick = quick;
    list->seconds = quick ? 60 : 180;
    for (const CrowdTest& each : tests) {
      list->Add(
          StrCat(quick ? "stress/threads/" : "stress/long_threads/", each.name),
          each.requirements, [function = each.function, quick](Test& test) {
            function(test, quick ? 400 : 15000);
          });
    }
  }
}

}  // namespace onnxifi::conformance
