// Calls in any order with handles of every kind and age: each must answer as if
// it were the only one. Section 7.12 of the checklist.
#include <map>
#include <set>

#include "conformance/api/api_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr onnxStatus kSuccess = ONNXIFI_STATUS_SUCCESS;

// Knows of every handle what it is, and so what each call must answer. Runs are
// always behind events that are signalled, so that nothing ever waits.
class Player {
 public:
  Player(Test& test, Session& session) : test_(test), f_(session.plugin()) {
    id_ = session.id();
    probe_ = session.model();
    if (probe_ == nullptr) return;
    values_ = {nullptr, Preset(), Unreadable(), this, id_};
    live_[id_] = Kind::kId;
  }
  ~Player() {
    for (const auto& [handle, kind] : live_) {
      onnxStatus status = kSuccess;
      if (kind == Kind::kEvent) status = f_.onnxReleaseEvent(handle);
      if (kind == Kind::kGraph) status = f_.onnxReleaseGraph(handle);
      if (kind == Kind::kBackend) status = f_.onnxReleaseBackend(handle);
      CERTIFY_CHECK(test_, status == kSuccess,
                    "at the end: ", StatusText(status));
    }
  }
  bool ready() const { return probe_ != nullptr; }
  void Step() {
    switch (Below(11)) {
      case 0:
        return Info();
      case 1:
        return InitBackend();
      case 2:
        return InitEvent();
      case 3:
        return InitGraph();
      case 4:
        return Signal();
      case 5:
        return State();
      case 6:
        return Wait();
      case 7:
        return Bind();
      case 8:
        return Run();
      case 9:
        return Release();
      default:
        return Compatibility();
    }
  }

 private:
  enum class Kind { kNone, kId, kBackend, kGraph, kEvent };
  static constexpr size_t kMostLive = 24;

  size_t Below(size_t n) { return test_.random()() % n; }
  void* Any() { return values_[Below(values_.size())]; }
  Kind KindOf(void* value) const {
    const auto found = live_.find(value);
    return found == live_.end() ? Kind::kNone : found->second;
  }
  bool Is(void* value, Kind kind) const { return KindOf(value) == kind; }
  bool Full() const { return live_.size() >= kMostLive; }
  void Made(void* handle, Kind kind, const char* what) {
    CERTIFY_CHECK(test_, handle != nullptr && KindOf(handle) == Kind::kNone,
                  what, " gives NULL, or the handle of something that lives");
    live_[handle] = kind;
    values_.push_back(handle);
    // Old values are forgotten, live ones at last.
    if (values_.size() > 3 * kMostLive) {
      const size_t at = Below(values_.size());
      if (KindOf(values_[at]) == Kind::kNone) {
        values_.erase(values_.begin() + static_cast<ptrdiff_t>(at));
      }
    }
  }
  void Expect(onnxStatus got, onnxStatus want, const char* what) {
    CERTIFY_CHECK(test_, got == want, what, ": ", StatusText(got), ", not ",
                  StatusText(want));
  }

  void Info() {
    void* id = Any();
    size_t size = 0;
    Expect(
        f_.onnxGetBackendInfo(id, ONNXIFI_BACKEND_NAME, nullptr, &size),
        Is(id, Kind::kId) ? ONNXIFI_STATUS_FALLBACK : ONNXIFI_STATUS_INVALID_ID,
        "onnxGetBackendInfo");
  }
  void Compatibility() {
    void* id = Any();
    const onnxStatus got = f_.onnxGetBackendCompatibility(
        id, probe_->bytes.size(), probe_->bytes.data());
    if (Is(id, Kind::kId)) {
      CERTIFY_CHECK(test_, Accepted(got), "a good model: ", StatusText(got));
    } else {
      Expect(got, ONNXIFI_STATUS_INVALID_ID, "onnxGetBackendCompatibility");
    }
  }
  void InitBackend() {
    if (Full()) return Release();
    void* id = Any();
    onnxBackend made = Preset();
    const bool good = Is(id, Kind::kId);
    Expect(f_.onnxInitBackend(id, nullptr, &made),
           good ? kSuccess : ONNXIFI_STATUS_INVALID_ID, "onnxInitBackend");
    if (good) return Made(made, Kind::kBackend, "onnxInitBackend");
    CERTIFY_CHECK(test_, made == nullptr, "*backend is not NULL");
  }
  void InitEvent() {
    if (Full()) return Release();
    void* backend = Any();
    onnxEvent made = Preset();
    const bool good = Is(backend, Kind::kBackend);
    Expect(f_.onnxInitEvent(backend, &made),
           good ? kSuccess : ONNXIFI_STATUS_INVALID_BACKEND, "onnxInitEvent");
    if (!good) {
      CERTIFY_CHECK(test_, made == nullptr, "*event is not NULL");
      return;
    }
    signalled_.erase(made);
    Made(made, Kind::kEvent, "onnxInitEvent");
  }
  void InitGraph() {
    if (Full()) return Release();
    void* backend = Any();
    onnxGraph made = Preset();
    const onnxStatus got =
        f_.onnxInitGraph(backend, nullptr, probe_->bytes.size(),
                         probe_->bytes.data(), 0, nullptr, &made);
    if (Is(backend, Kind::kBackend)) {
      // Of graphs there may be a largest number.
      if (got == ONNXIFI_STATUS_NO_DEVICE_RESOURCES) return;
      CERTIFY_CHECK(test_, Accepted(got), "onnxInitGraph: ", StatusText(got));
      if (!Accepted(got)) return;
      bound_.erase(made);
      return Made(made, Kind::kGraph, "onnxInitGraph");
    }
    Expect(got, ONNXIFI_STATUS_INVALID_BACKEND, "onnxInitGraph");
    CERTIFY_CHECK(test_, made == nullptr, "*graph is not NULL");
  }
  void Signal() {
    void* event = Any();
    const onnxStatus want =
        !Is(event, Kind::kEvent)       ? ONNXIFI_STATUS_INVALID_EVENT
        : signalled_.count(event) != 0 ? ONNXIFI_STATUS_INVALID_STATE
                                       : kSuccess;
    Expect(f_.onnxSignalEvent(event), want, "onnxSignalEvent");
    if (want == kSuccess) signalled_.insert(event);
  }
  void State() {
    void* event = Any();
    onnxEventState state = 77;
    const bool good = Is(event, Kind::kEvent);
    Expect(f_.onnxGetEventState(event, &state),
           good ? kSuccess : ONNXIFI_STATUS_INVALID_EVENT, "onnxGetEventState");
    const onnxEventState want = !good ? ONNXIFI_EVENT_STATE_INVALID
                                : signalled_.count(event) != 0
                                    ? ONNXIFI_EVENT_STATE_SIGNALLED
                                    : ONNXIFI_EVENT_STATE_NONSIGNALLED;
    CERTIFY_CHECK(test_, state == want, "the state of an event is ", state,
                  ", not ", want);
  }
  void Wait() {
    void* event = Any();
    const bool good = Is(event, Kind::kEvent);
    if (good && signalled_.count(event) == 0) return;
    Expect(f_.onnxWaitEvent(event),
           good ? kSuccess : ONNXIFI_STATUS_INVALID_EVENT, "onnxWaitEvent");
  }
  void Bind() {
    void* graph = Any();
    const onnxTensorDescriptorV1 x = SixFloats("x", tensors_.x.bytes().data());
    const onnxTensorDescriptorV1 y = SixFloats("y", tensors_.y.bytes().data());
    const bool missing = Below(4) == 0;
    const bool good = Is(graph, Kind::kGraph);
    Expect(f_.onnxSetGraphIO(graph, missing ? 0 : 1, &x, 1, &y),
           !good     ? ONNXIFI_STATUS_INVALID_GRAPH
           : missing ? ONNXIFI_STATUS_UNIDENTIFIED_NAME
                     : kSuccess,
           "onnxSetGraphIO");
    if (good && missing) bound_.erase(graph);
    if (good && !missing) bound_.insert(graph);
  }
  // Of a run behind a signalled event, to its end.
  void Run() {
    void* graph = Any();
    void* gate = Any();
    const bool event = Is(gate, Kind::kEvent);
    if (event && signalled_.count(gate) == 0) return;
    const bool bound = bound_.count(graph) != 0;
    const bool good = Is(graph, Kind::kGraph);
    // Of a bad event and no binding either may be told.
    if (good && !event && !bound) return;
    const onnxMemoryFenceV1 from = EventFence(gate);
    onnxMemoryFenceV1 to = EventFence(Preset());
    const onnxStatus want = !good    ? ONNXIFI_STATUS_INVALID_GRAPH
                            : !event ? ONNXIFI_STATUS_INVALID_EVENT
                            : !bound ? ONNXIFI_STATUS_UNIDENTIFIED_NAME
                                     : kSuccess;
    const onnxStatus got = f_.onnxRunGraph(graph, &from, &to);
    Expect(got, want, "onnxRunGraph");
    if (got != kSuccess) {
      CERTIFY_CHECK(test_, to.event == Preset(),
                    "the output fence has changed");
      return;
    }
    Expect(f_.onnxWaitEvent(to.event), kSuccess, "a run");
    const std::string wrong = tensors_.Wrong(*probe_);
    CERTIFY_CHECK(test_, wrong.empty(), wrong);
    tensors_.Reset(static_cast<float>(Below(1000)));
    signalled_.insert(to.event);
    if (!Full()) return Made(to.event, Kind::kEvent, "onnxRunGraph");
    Expect(f_.onnxReleaseEvent(to.event), kSuccess, "onnxReleaseEvent");
    signalled_.erase(to.event);
  }
  // Of any value by any function; what is left of it lives on.
  void Release() {
    void* value = Any();
    const Kind kind = KindOf(value);
    const auto answer = [&](Kind needed, onnxStatus bad) {
      return kind == needed ? kSuccess : bad;
    };
    switch (Below(3)) {
      case 0:
        Expect(f_.onnxReleaseEvent(value),
               answer(Kind::kEvent, ONNXIFI_STATUS_INVALID_EVENT),
               "onnxReleaseEvent");
        if (kind == Kind::kEvent) live_.erase(value);
        break;
      case 1:
        Expect(f_.onnxReleaseGraph(value),
               answer(Kind::kGraph, ONNXIFI_STATUS_INVALID_GRAPH),
               "onnxReleaseGraph");
        if (kind == Kind::kGraph) live_.erase(value);
        if (kind == Kind::kGraph) bound_.erase(value);
        break;
      default:
        Expect(f_.onnxReleaseBackend(value),
               answer(Kind::kBackend, ONNXIFI_STATUS_INVALID_BACKEND),
               "onnxReleaseBackend");
        if (kind == Kind::kBackend) live_.erase(value);
        break;
    }
  }

  Test& test_;
  const Plugin& f_;
  ProbeTensors tensors_{{2, 3}, 1};
  onnxBackendID id_ = nullptr;
  const ProbeModel* probe_ = nullptr;
  std::vector<void*> values_;  // old and new ones
  std::map<void*, Kind> live_;
  std::set<void*> signalled_;
  std::set<void*> bound_;
};

void RandomCalls(Test& test, int steps) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.ready(), "no backend");
  Player player(test, session);
  if (!player.ready()) return;
  for (int i = 0; i < steps && !test.failed(); ++i) player.Step();
}

}  // namespace

void AddRandomCallsTests(TestList* list) {
  list->Add("random_calls/some", {"R-292", "R-294"},
            [](Test& test) { RandomCalls(test, 5000); });
  list->quick = false;
  list->seconds = 120;
  list->Add("random_calls/many", {"R-292", "R-294"},
            [](Test& test) { RandomCalls(test, 50000); });
}

}  // namespace onnxifi::conformance
