#include "conformance/interface/runs.h"

#include <algorithm>

namespace onnxifi::conformance {

void ONNXIFI_ABI Told::Done(void* context, uint64_t id, onnxStatus status) {
  auto& self = *static_cast<Told*>(context);
  if (self.then) self.then();
  const std::lock_guard<std::mutex> lock(self.mutex_);
  ++self.calls_;
  self.status_ = status;
  self.id_ = id;
  self.changed_.notify_all();
}

bool Told::Wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(20),
                           [this] { return calls_ > 0; });
}

int Told::calls() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return calls_;
}
onnxStatus Told::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}
uint64_t Told::id() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return id_;
}

RunClient::RunClient(Test& test)
    : test_(test), client_(test), tensors_({2, 3}) {
  if (!client_.Offers(client_.table().startRun, "startRun") ||
      session().model() == nullptr || tensors_.y.bytes().empty()) {
    return;
  }
  graph_ = session().NewGraph(model().bytes);
  ready_ = graph_ != nullptr && session().Bind(graph_, tensors_);
}

RunClient::~RunClient() {
  // Those that were signalled refuse, which is all right.
  for (onnxEvent gate : gates_) {
    Ignore(test_.plugin().onnxSignalEvent(gate));
  }
  if (graph_ == nullptr) return;
  // Before the memory that it is bound to.
  session().DisownGraph(graph_);
  CERTIFY_STATUS(test_, test_.plugin().onnxReleaseGraph(graph_),
                 ONNXIFI_STATUS_SUCCESS, "at the end");
}

onnxStartRunArguments RunClient::Arguments() const {
  auto arguments = New<onnxStartRunArguments>();
  arguments.graph = graph_;
  return arguments;
}

onnxStartRunArguments RunClient::Arguments(Told* told) const {
  onnxStartRunArguments arguments = Arguments();
  arguments.done = &Told::Done;
  arguments.doneContext = told;
  return arguments;
}

onnxEvent RunClient::Start(onnxStartRunArguments arguments,
                           const std::vector<onnxEvent>& waits) {
  onnxEvent event = nullptr;
  arguments.event = &event;
  arguments.waitCount = static_cast<uint32_t>(waits.size());
  arguments.waitEvents = waits.data();
  const onnxStatus status = client_.table().startRun(&arguments);
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS && event != nullptr,
                "startRun: ", StatusText(status), ": ", client_.LastError());
  if (event != nullptr) session().OwnEvent(event);
  return event;
}

bool RunClient::StartTold(onnxStartRunArguments arguments,
                          const std::vector<onnxEvent>& waits) {
  arguments.event = nullptr;
  arguments.waitCount = static_cast<uint32_t>(waits.size());
  arguments.waitEvents = waits.data();
  const onnxStatus status = client_.table().startRun(&arguments);
  CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS,
                "startRun without an event: ", StatusText(status), ": ",
                client_.LastError());
  return status == ONNXIFI_STATUS_SUCCESS;
}

onnxStatus RunClient::Refused(onnxStartRunArguments arguments,
                              const char* what) {
  onnxEvent event = &event;
  Told told;
  arguments.event = &event;
  arguments.done = &Told::Done;
  arguments.doneContext = &told;
  const onnxStatus status = client_.table().startRun(&arguments);
  CERTIFY_CHECK(test_, status != ONNXIFI_STATUS_SUCCESS,
                "startRun accepts a run: ", what);
  if (status == ONNXIFI_STATUS_SUCCESS) {
    if (event != nullptr) session().OwnEvent(event);
    told.Wait();
    return status;
  }
  CERTIFY_CHECK(test_, event == nullptr, "*event is not NULL: ", what);
  CERTIFY_CHECK(test_, told.calls() == 0, "`done` was called: ", what);
  return status;
}

onnxEventState RunClient::State(onnxEvent event) {
  onnxEventState state = ONNXIFI_EVENT_STATE_INVALID;
  CERTIFY_STATUS(test_, test_.plugin().onnxGetEventState(event, &state),
                 ONNXIFI_STATUS_SUCCESS, "of a live event");
  return state;
}

onnxEvent RunClient::Gate() {
  onnxEvent gate = session().NewEvent();
  if (gate != nullptr) gates_.push_back(gate);
  return gate;
}

void RunClient::Signal(onnxEvent event) {
  CERTIFY_STATUS(test_, test_.plugin().onnxSignalEvent(event),
                 ONNXIFI_STATUS_SUCCESS, client_.LastError());
}

void RunClient::ExpectEnd(onnxEvent event, onnxStatus wanted,
                          const char* what) {
  const onnxStatus status = test_.plugin().onnxWaitEvent(event);
  CERTIFY_CHECK(test_, status == wanted, "the run ends with ",
                StatusText(status), ", not ", StatusText(wanted), ": ", what,
                ": ", client_.LastError());
}

void RunClient::ExpectRight(const char* what) {
  const std::string wrong = tensors_.Wrong(model());
  CERTIFY_CHECK(test_, wrong.empty(), what, ": ", wrong);
  tensors_.y.Poison();
}

void RunClient::ExpectUntouched(const char* what) {
  CERTIFY_CHECK(test_, tensors_.untouched(), "the output was written: ", what);
}

LongRun::LongRun(Test& test, RunClient& runs) : test_(test), runs_(runs) {
  constexpr uint64_t kLongNs = 60 * 1000000;
  for (const int64_t rows :
       {int64_t{16}, int64_t{256}, int64_t{4096}, int64_t{32768}}) {
    const TimedTurn turn(test, rows == 16);
    const std::string model =
        MakeProbe(runs.model().op, {rows, 1024}, /*nodes=*/100);
    graph_ = runs.session().NewGraph(model);
    if (graph_ == nullptr) return;
    const auto count = static_cast<size_t>(rows) * 1024;
    x_.assign(count, 0);
    y_.assign(count, 0);
    const uint64_t shape[] = {static_cast<uint64_t>(rows), 1024};
    const auto x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, shape, x_.data());
    const auto y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, shape, y_.data());
    CERTIFY_STATUS(test, test.plugin().onnxSetGraphIO(graph_, 1, &x, 1, &y),
                   ONNXIFI_STATUS_SUCCESS, runs.client().LastError());
    if (test.failed() || !Measure()) return;
    ready_ = duration_ns_ >= kLongNs;
    if (ready_) return;
    Release();
  }
}

LongRun::~LongRun() { Release(); }

void LongRun::Release() {
  if (graph_ == nullptr) return;
  runs_.session().DisownGraph(graph_);
  CERTIFY_STATUS(test_, test_.plugin().onnxReleaseGraph(graph_),
                 ONNXIFI_STATUS_SUCCESS, "a graph whose runs have ended");
  graph_ = nullptr;
}

bool LongRun::Measure() {
  duration_ns_ = UINT64_MAX;
  for (int i = 0; i < 3; ++i) {
    const uint64_t start = NowNs();
    if (!runs_.session().Run(graph_)) return false;
    duration_ns_ = std::min(duration_ns_, NowNs() - start);
  }
  return true;
}

}  // namespace onnxifi::conformance
