// onnxSetIOAndRunGraph, an extension: section 7.10 of the checklist.
#include <cstring>
#include <thread>

#include "conformance/api/api_kit.h"
#include "conformance/api/bad_calls.h"
#include "conformance/api/pair_graph.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using Fence = onnxMemoryFenceV1;

// A graph and the function, or the reason why there is none.
class BindRunTest {
 public:
  explicit BindRunTest(Test& test)
      : test_(test), session_(test), pair_(test, session_) {
    if (!session_.ready()) return;
    run_ = session_.plugin().Extension<onnxSetIOAndRunGraphFunction>(
        session_.id(), "onnxSetIOAndRunGraph");
    if (run_ != nullptr) return;
    test.Count();
    test.Unsupported("the backend has no onnxSetIOAndRunGraph");
  }
  // False: the test ends.
  bool ready() const { return run_ != nullptr && pair_.ready(); }
  onnxStatus Run(const IoCall& call, Fence* to) {
    return run_(pair_.graph(), call.input_count(), call.input_data(),
                call.output_count(), call.output_data(), to);
  }
  void Finish(const Fence& fence, std::string_view what) {
    conformance::Finish(test_, session_, fence.event, ONNXIFI_STATUS_SUCCESS,
                        what);
  }
  PairGraph& pair() { return pair_; }
  Session& session() { return session_; }
  onnxSetIOAndRunGraphFunction function() const { return run_; }

 private:
  Test& test_;
  Session session_;
  PairGraph pair_;
  onnxSetIOAndRunGraphFunction run_ = nullptr;
};

void BindsAndRuns(Test& test) {
  BindRunTest t(test);
  if (!t.ready()) return;
  for (int i = 0; i < 10 && !test.failed(); ++i) {
    t.pair().Reset(static_cast<float>(i) * 2);
    Fence to = EventFence(i % 2 == 0 ? Preset() : nullptr);
    CERTIFY_STATUS(test, t.Run(t.pair().Good(), &to), ONNXIFI_STATUS_SUCCESS,
                   "right arguments");
    CERTIFY_REQUIRE(test, to.event != nullptr && to.event != Preset(),
                    "the output fence has no new event");
    t.Finish(to, "right arguments");
    t.pair().CheckResults("bound and run at once");
  }
}

void TheBindingStays(Test& test) {
  BindRunTest t(test);
  if (!t.ready()) return;
  Fence to = EventFence(nullptr);
  CERTIFY_STATUS(test, t.Run(t.pair().Good(), &to), ONNXIFI_STATUS_SUCCESS,
                 "right arguments");
  t.Finish(to, "right arguments");
  t.pair().Reset(30);
  CERTIFY_STATUS(test, t.pair().RunBound(), ONNXIFI_STATUS_SUCCESS,
                 "onnxRunGraph with the same binding");
  t.pair().CheckResults("onnxRunGraph with the same binding");
}

void FenceIsNotKept(Test& test) {
  BindRunTest t(test);
  if (!t.ready()) return;
  Fence to = EventFence(nullptr);
  IoCall call = t.pair().Good();
  CERTIFY_STATUS(test, t.Run(call, &to), ONNXIFI_STATUS_SUCCESS,
                 "right arguments");
  const Fence kept = to;
  std::memset(&to, 0xff, sizeof(to));
  for (onnxTensorDescriptorV1& each : call.inputs) {
    std::memset(&each, 0xff, sizeof(each));
  }
  t.Finish(kept, "the arguments were overwritten");
  t.pair().CheckResults("the arguments were overwritten");
}

// The mistake is refused as onnxSetGraphIO refuses it; nothing runs, and there
// is no binding.
void RefusesCall(Test& test, const BadCall& bad) {
  BindRunTest t(test);
  if (!t.ready()) return;
  CERTIFY_STATUS(test, t.pair().Bind(t.pair().Good()), ONNXIFI_STATUS_SUCCESS,
                 "a right call");
  IoCall call = t.pair().Good();
  bad.spoil(call);
  Fence to = EventFence(Preset());
  Fence before;
  std::memcpy(&before, &to, sizeof(to));
  const onnxStatus status = t.Run(call, &to);
  CERTIFY_CHECK(test, bad.Allows(status), StatusText(status), ", not ",
                StatusText(bad.status), ": ", bad.name);
  CERTIFY_CHECK(test, std::memcmp(&to, &before, sizeof(to)) == 0,
                "the output fence has changed");
  CheckReason(test, t.session(), bad.name);
  CERTIFY_STATUS(test, t.pair().RunBound(), ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                 "after a call that failed there is no binding: ", bad.name);
  t.pair().CheckUntouched("a refused run");
}

struct BadFence {
  const char* name;
  onnxStatus status;
  void (*spoil)(Fence& fence);
};
constexpr BadFence kBadFences[] = {
    {"tag_zero", ONNXIFI_STATUS_UNSUPPORTED_TAG, [](Fence& f) { f.tag = 0; }},
    {"tag_of_a_tensor", ONNXIFI_STATUS_UNSUPPORTED_TAG,
     [](Fence& f) { f.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1; }},
    {"type_99", ONNXIFI_STATUS_INVALID_FENCE_TYPE,
     [](Fence& f) { f.type = 99; }},
    {"type_unassigned", ONNXIFI_STATUS_INVALID_FENCE_TYPE,
     [](Fence& f) { f.type = 1; }},
    {"type_implicit", ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE,
     [](Fence& f) { f.type = ONNXIFI_SYNCHRONIZATION_IMPLICIT; }},
};

void RefusesFence(Test& test, const BadFence& bad) {
  BindRunTest t(test);
  if (!t.ready()) return;
  if (bad.status == ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE &&
      t.session().InfoNumber(ONNXIFI_BACKEND_SYNCHRONIZATION_TYPES, 0) != 0) {
    test.Unsupported("the backend offers this type of fence");
    return;
  }
  CERTIFY_STATUS(test, t.pair().Bind(t.pair().Good()), ONNXIFI_STATUS_SUCCESS,
                 "a right call");
  Fence to = EventFence(Preset());
  bad.spoil(to);
  Fence before;
  std::memcpy(&before, &to, sizeof(to));
  CERTIFY_STATUS(test, t.Run(t.pair().Good(), &to), bad.status, bad.name);
  CERTIFY_CHECK(test, std::memcmp(&to, &before, sizeof(to)) == 0,
                "the output fence has changed");
  CheckReason(test, t.session(), bad.name);
  CERTIFY_STATUS(test, t.pair().RunBound(), ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                 "after a call that failed there is no binding: ", bad.name);
  t.pair().CheckUntouched("a refused run");
}

void NullFence(Test& test) {
  BindRunTest t(test);
  if (!t.ready()) return;
  CERTIFY_STATUS(test, t.pair().Bind(t.pair().Good()), ONNXIFI_STATUS_SUCCESS,
                 "a right call");
  CERTIFY_STATUS(test, t.Run(t.pair().Good(), nullptr),
                 ONNXIFI_STATUS_INVALID_POINTER, "outputFence is NULL");
  CheckReason(test, t.session(), "a fence that is NULL");
  CERTIFY_STATUS(test, t.pair().RunBound(), ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                 "after a call that failed there is no binding");
  t.pair().CheckUntouched("a refused run");
}

// Two threads that bind and run one graph get their own results each.
void PairsDoNotMix(Test& test) {
  BindRunTest t(test);
  if (!t.ready() || !NeedsThreads(test, t.session())) return;
  const Plugin& f = test.plugin();
  const ProbeModel& model = *t.session().model();
  constexpr int kThreads = 4;
  std::string wrong[kThreads];
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      ProbeTensors first({2, 3});
      ProbeTensors second({2, 3});
      const auto data = [](const GuardedBuffer& b) { return b.bytes().data(); };
      const onnxTensorDescriptorV1 in[] = {SixFloats("x", data(first.x)),
                                           SixFloats("w", data(second.x))};
      const onnxTensorDescriptorV1 out[] = {SixFloats("y", data(first.y)),
                                            SixFloats("z", data(second.y))};
      for (int round = 0; round < 100 && wrong[i].empty(); ++round) {
        first.Reset(static_cast<float>(1000 * i + round));
        second.Reset(static_cast<float>(1000 * i - round));
        Fence to = EventFence(nullptr);
        onnxStatus status = t.function()(t.pair().graph(), 2, in, 2, out, &to);
        if (status == ONNXIFI_STATUS_SUCCESS) {
          status = f.onnxWaitEvent(to.event);
          static_cast<void>(f.onnxReleaseEvent(to.event));
        }
        if (status != ONNXIFI_STATUS_SUCCESS) wrong[i] = StatusText(status);
        if (wrong[i].empty()) wrong[i] = first.Wrong(model);
        if (wrong[i].empty()) wrong[i] = second.Wrong(model);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : wrong) {
    CERTIFY_CHECK(test, text.empty(), "four threads on one graph: ", text);
  }
}

}  // namespace

void AddBindRunTests(TestList* list) {
  list->Add("bind_run/binds_and_runs", {"R-260"}, &BindsAndRuns);
  list->Add("bind_run/the_binding_stays", {"R-264"}, &TheBindingStays);
  list->Add("bind_run/fence_is_not_kept", {"R-260"}, &FenceIsNotKept);
  list->Add("bind_run/null_fence", {"R-262", "R-263", "R-264"}, &NullFence);
  for (const BadFence& bad : kBadFences) {
    list->Add(StrCat("bind_run/refuses_fence_", bad.name),
              {"R-262", "R-263", "R-264"},
              [&bad](Test& test) { RefusesFence(test, bad); });
  }
  for (const BadCall& bad : BadCalls()) {
    list->Add(StrCat("bind_run/refuses_", bad.name),
              {"R-261", "R-263", "R-264"},
              [&bad](Test& test) { RefusesCall(test, bad); });
  }
  list->Add("bind_run/pairs_do_not_mix", {"R-265"}, &PairsDoNotMix);
}

}  // namespace onnxifi::conformance
