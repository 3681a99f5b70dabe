// Interface 1.1: getError, and what a host receives.
#include <unistd.h>

#include <sys/mman.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "base/model_builder.h"
#include "client/abi_value.h"
#include "conformance/interface/runs.h"
#include "conformance/interface/value_models.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

// A copy: its strings live until the next call.
struct ErrorCopy {
  onnxStatus call = ONNXIFI_STATUS_INTERNAL_ERROR;
  onnxStatus status = -1;
  std::string text, node, op;
  bool has_node = false;
  bool has_op = false;
};

ErrorCopy ErrorOf(const Client11& client, onnxEvent event) {
  auto error = New<onnxErrorInfo>();
  auto arguments = New<onnxGetErrorArguments>();
  arguments.backendID = const_cast<Client11&>(client).id();
  arguments.event = event;
  arguments.error = &error;
  ErrorCopy copy;
  copy.call = client.table().getError(&arguments);
  if (copy.call != ONNXIFI_STATUS_SUCCESS) return copy;
  copy.status = error.status;
  copy.text = error.text == nullptr ? "(NULL)" : error.text;
  copy.has_node = error.nodeName != nullptr;
  copy.has_op = error.operatorName != nullptr;
  if (copy.has_node) copy.node = error.nodeName;
  if (copy.has_op) copy.op = error.operatorName;
  return copy;
}

void ExpectNothing(Test& test, const ErrorCopy& error, const char* what) {
  CERTIFY_CHECK(test, error.call == ONNXIFI_STATUS_SUCCESS,
                "getError: ", StatusText(error.call), ": ", what);
  CERTIFY_CHECK(test, error.status == ONNXIFI_STATUS_SUCCESS, "the failure is ",
                StatusText(error.status), ": ", what);
  CERTIFY_CHECK(test, error.text.empty(), "the text is '", error.text,
                "': ", what);
  CERTIFY_CHECK(test, !error.has_node && !error.has_op,
                "a node is named: ", what);
}

void ExpectFailure(Test& test, const ErrorCopy& error, onnxStatus wanted,
                   const char* what) {
  CERTIFY_CHECK(test, error.call == ONNXIFI_STATUS_SUCCESS,
                "getError: ", StatusText(error.call), ": ", what);
  CERTIFY_CHECK(test, error.status == wanted, "the failure is ",
                StatusText(error.status), ", not ", StatusText(wanted), ": ",
                what);
  CERTIFY_CHECK(test, error.text != "(NULL)", "the text is NULL: ", what);
  CERTIFY_CHECK(test, error.has_op == error.has_node,
                "nodeName and operatorName come together: ", what);
}

bool Offers(Client11& client) {
  return client.Offers(client.table().getError, "getError") &&
         client.session().model() != nullptr;
}

bool ThreadSafe(Client11& client) {
  return (client.session().InfoNumber(ONNXIFI_BACKEND_CAPABILITIES, 0) &
          ONNXIFI_CAPABILITY_THREAD_SAFE) != 0;
}

void OfThisThread(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  // A thread that has called nothing. getError may be called on any.
  ErrorCopy fresh;
  std::thread([&] { fresh = ErrorOf(client, nullptr); }).join();
  ExpectNothing(test, fresh, "no call of this thread has failed");
  // IDs may be asked about on any thread, too.
  const auto fail = [&] {
    size_t size = 0;
    return test.plugin().onnxGetBackendInfo(nullptr, ONNXIFI_BACKEND_NAME,
                                            nullptr, &size);
  };
  CERTIFY_STATUS(test, fail(), ONNXIFI_STATUS_INVALID_ID, "backendID == NULL");
  std::thread([&] { fresh = ErrorOf(client, nullptr); }).join();
  ExpectNothing(test, fresh, "another thread has failed");
  for (int i = 0; i < 3; ++i) {
    ExpectFailure(test, ErrorOf(client, nullptr), ONNXIFI_STATUS_INVALID_ID,
                  "asking changes nothing");
  }
  // Nor do calls that succeed.
  CERTIFY_REQUIRE(test, client.session().NewEvent() != nullptr, "no event");
  ErrorCopy error = ErrorOf(client, nullptr);
  ExpectFailure(test, error, ONNXIFI_STATUS_INVALID_ID,
                "a call has succeeded since");
  CERTIFY_CHECK(test, !error.has_node, "a node is named of a bad ID");
  // The other function for the text tells the same.
  const auto get = test.plugin().Extension<onnxGetLastErrorFunction>(
      client.id(), ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME);
  if (get != nullptr) {
    std::string text(error.text.size() + 1, '\0');
    size_t size = text.size();
    CERTIFY_STATUS(test, get(text.data(), &size), ONNXIFI_STATUS_SUCCESS,
                   "onnxGetLastError with room for the text of getError");
    CERTIFY_CHECK(test, error.text == text.c_str(), "getError says '",
                  error.text, "', onnxGetLastError '", text.c_str(), "'");
  }
  CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(nullptr),
                 ONNXIFI_STATUS_INVALID_GRAPH, "graph == NULL");
  ExpectFailure(test, ErrorOf(client, nullptr), ONNXIFI_STATUS_INVALID_GRAPH,
                "the last failure counts");
}

void ARefusalNamesItsNode(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const std::string model =
      wire::ModelBuilder(8, 13)
          .Input("x", wire::kFloat, {2})
          .Output("y", wire::kFloat, {2})
          .Node("NoSuchOperator", {"x"}, {"y"}, {}, "", "the culprit")
          .Build();
  const onnxStatus status = test.plugin().onnxGetBackendCompatibility(
      client.id(), model.size(), model.data());
  CERTIFY_CHECK(test, !Done(status), "an operator that does not exist runs");
  const ErrorCopy error = ErrorOf(client, nullptr);
  ExpectFailure(test, error, status, "a refused model");
  CERTIFY_REQUIRE(test, error.has_node, "the refusal does not name its node");
  CERTIFY_CHECK(test, error.node == "the culprit", "node '", error.node, "'");
  CERTIFY_CHECK(test, error.op == "NoSuchOperator", "operator '", error.op,
                "'");
}

void OfRuns(Test& test) {
  RunClient runs(test);
  if (!runs.ready() || !Offers(runs.client())) return;
  onnxEvent gate = runs.Gate();
  onnxEvent event = runs.Start(runs.Arguments(), {gate});
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  ExpectNothing(test, ErrorOf(runs.client(), event), "the run goes on");
  ExpectNothing(test, ErrorOf(runs.client(), gate), "a client's event");
  runs.Signal(gate);
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "a good run");
  ExpectNothing(test, ErrorOf(runs.client(), event), "the run ended well");
  runs.ExpectRight("a good run");
  onnxStartRunArguments late = runs.Arguments();
  late.deadlineNs = 1;
  onnxEvent stopped = runs.Start(late);
  onnxEvent behind = runs.Start(runs.Arguments(), {stopped});
  CERTIFY_REQUIRE(test, stopped != nullptr && behind != nullptr, "no event");
  runs.ExpectEnd(stopped, ONNXIFI_STATUS_DEADLINE_EXCEEDED, "too late");
  runs.ExpectEnd(behind, ONNXIFI_STATUS_INTERNAL_ERROR, "behind a failed run");
  const auto look = [&] {
    ErrorCopy error = ErrorOf(runs.client(), stopped);
    ExpectFailure(test, error, ONNXIFI_STATUS_DEADLINE_EXCEEDED,
                  "by its event");
    CERTIFY_CHECK(test, !error.text.empty(), "no text about a failed run");
    CERTIFY_CHECK(test, !error.has_node, "a deadline is no node's fault");
    ExpectFailure(test, ErrorOf(runs.client(), behind),
                  ONNXIFI_STATUS_INTERNAL_ERROR, "a run behind a failed one");
    ExpectNothing(test, ErrorOf(runs.client(), event), "another run");
  };
  look();
  if (!ThreadSafe(runs.client())) return;
  // From any thread, whose own last failure that is not.
  std::thread([&] {
    look();
    ExpectNothing(test, ErrorOf(runs.client(), nullptr),
                  "asking about a run is no failure of this thread");
  }).join();
}

void BadArguments(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const onnxGetErrorCall get = client.table().getError;
  auto error = New<onnxErrorInfo>();
  error.status = 4711;
  auto good = New<onnxGetErrorArguments>();
  good.backendID = client.id();
  good.error = &error;
  onnxEvent released = client.session().NewEvent();
  client.session().DisownEvent(released);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(released),
                 ONNXIFI_STATUS_SUCCESS, "an event");
  CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(nullptr),
                 ONNXIFI_STATUS_INVALID_GRAPH, "graph == NULL");
  std::vector<NoHandle> events(NoHandles().begin(), NoHandles().end());
  events.push_back({"a released event", released});
  for (const NoHandle& none : events) {
    auto bad = good;
    bad.event = none.value;
    if (none.value != nullptr) {
      CERTIFY_STATUS(test, get(&bad), ONNXIFI_STATUS_INVALID_EVENT, none.what);
    }
    bad = good;
    bad.backendID = none.value;
    CERTIFY_STATUS(test, get(&bad), ONNXIFI_STATUS_INVALID_ID, none.what);
  }
  auto bad = good;
  bad.error = nullptr;
  CERTIFY_STATUS(test, get(&bad), ONNXIFI_STATUS_INVALID_POINTER,
                 "error == NULL");
  for (const uint32_t size :
       {uint32_t{0}, uint32_t{4}, static_cast<uint32_t>(sizeof(error) - 1)}) {
    error.structSize = size;
    CERTIFY_STATUS(test, get(&good), ONNXIFI_STATUS_INVALID_SIZE,
                   "error->structSize is ", size);
  }
  CERTIFY_CHECK(test, error.status == 4711, "refused calls changed *error");
  ExpectFailure(test, ErrorOf(client, nullptr), ONNXIFI_STATUS_INVALID_GRAPH,
                "failing calls of getError are none of those it tells of");
  struct {
    onnxErrorInfo known = New<onnxErrorInfo>();
    uint64_t behind = 0x0123456789abcdef;
  } exact;
  good.error = &exact.known;
  CERTIFY_STATUS(test, get(&good), ONNXIFI_STATUS_SUCCESS, "exactly 1.1");
  CERTIFY_CHECK(test, exact.behind == 0x0123456789abcdef,
                "bytes behind structSize were written");
  Later<onnxErrorInfo> later(New<onnxErrorInfo>());
  good.error = &later.known;
  CERTIFY_STATUS(test, get(&good), ONNXIFI_STATUS_SUCCESS,
                 "a structure of a later version");
}

// ---- What a host receives. Callbacks cannot be taken back: they live on.

struct Sink {
  std::mutex mutex;
  std::vector<std::pair<onnxStatus, std::string>> errors;
  std::vector<std::string> lines;
  size_t profiles = 0;
  std::string problem;
  std::atomic<int> inside{0};

  void Wrong(const std::string& what) {
    if (problem.empty()) problem = what;
  }
  static void ONNXIFI_ABI Log(void* context, uint32_t level, const char* text) {
    auto& self = *static_cast<Sink*>(context);
    const int others = self.inside.fetch_add(1);
    {
      const std::lock_guard<std::mutex> lock(self.mutex);
      if (others != 0) self.Wrong("two threads are in `log` at once");
      if (level < ONNXIFI_LOG_LEVEL_DEBUG || level > ONNXIFI_LOG_LEVEL_ERROR) {
        self.Wrong(StrCat("a line of level ", level));
      }
      if (text == nullptr) {
        self.Wrong("a line that is NULL");
      } else {
        self.lines.emplace_back(text);
        if (self.lines.back().find('\n') != std::string::npos) {
          self.Wrong("a line with a line end in it");
        }
      }
    }
    self.inside.fetch_sub(1);
  }
  static void ONNXIFI_ABI Error(void* context, const onnxErrorInfo* error) {
    auto& self = *static_cast<Sink*>(context);
    const std::lock_guard<std::mutex> lock(self.mutex);
    if (error == nullptr || error->structSize < sizeof(*error) ||
        error->text == nullptr) {
      self.Wrong("a failure without a structure or a text");
      return;
    }
    self.errors.emplace_back(error->status, error->text);
  }
  static void ONNXIFI_ABI Trace(void* context, uint32_t count,
                                const onnxProfileEvent* events) {
    auto& self = *static_cast<Sink*>(context);
    const std::lock_guard<std::mutex> lock(self.mutex);
    ++self.profiles;
    if (count > 0 && events == nullptr) self.Wrong("a profile that is NULL");
  }
};

Sink& TheSink() {
  static Sink& sink = *new Sink();
  return sink;
}

// Gives the plugin the callbacks of `host`.
bool Exchange(Test& test, Client11& client, onnxHostInterface host) {
  const auto get = test.plugin().Extension<onnxGetInterfaceFunction>(
      client.id(), ONNXIFI_GET_INTERFACE_FUNCTION_NAME);
  host.structSize = sizeof(host);
  host.minVersion = host.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  const onnxPluginInterface* table = nullptr;
  const onnxStatus status = get(client.id(), &host, &table);
  CERTIFY_CHECK(test, status == ONNXIFI_STATUS_SUCCESS,
                "onnxGetInterface: ", StatusText(status));
  return status == ONNXIFI_STATUS_SUCCESS;
}

void TheHostReceivesFailures(Test& test) {
  Client11 client(test);
  if (!client.ready() || client.session().model() == nullptr) return;
  Sink& sink = TheSink();
  onnxHostInterface host = {};
  host.error = &Sink::Error;
  host.errorContext = &sink;
  if (!Exchange(test, client, host)) return;
  const auto count = [&] {
    const std::lock_guard<std::mutex> lock(sink.mutex);
    return sink.errors.size();
  };
  const size_t before = count();
  CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(nullptr),
                 ONNXIFI_STATUS_INVALID_GRAPH, "graph == NULL");
  CERTIFY_REQUIRE(test, count() == before + 1,
                  "a failing call reaches the "
                  "host ",
                  count() - before, " times");
  CERTIFY_CHECK(test, sink.errors.back().first == ONNXIFI_STATUS_INVALID_GRAPH,
                "the host is told ", StatusText(sink.errors.back().first));
  CERTIFY_REQUIRE(test, client.session().NewEvent() != nullptr, "no event");
  CERTIFY_CHECK(test, count() == before + 1,
                "a call that succeeds reaches the host as a failure");
  // A host without one changes nothing.
  if (!Exchange(test, client, {})) return;
  CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(nullptr),
                 ONNXIFI_STATUS_INVALID_EVENT, "event == NULL");
  CERTIFY_CHECK(test, count() == before + 2,
                "the callback of the host before is gone");
  CERTIFY_CHECK(test, sink.problem.empty(), sink.problem);
}

void TheHostReceivesFailuresOfRuns(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  Sink& sink = TheSink();
  onnxHostInterface host = {};
  host.error = &Sink::Error;
  host.errorContext = &sink;
  if (!Exchange(test, runs.client(), host)) return;
  const auto count = [&] {
    const std::lock_guard<std::mutex> lock(sink.mutex);
    return sink.errors.size();
  };
  // A run that nobody waits for.
  const size_t before = count();
  Told told;
  onnxStartRunArguments late = runs.Arguments(&told);
  late.deadlineNs = 1;
  CERTIFY_REQUIRE(test, runs.StartTold(late), "no run");
  CERTIFY_REQUIRE(test, told.Wait(), "`done` was not called in 20 seconds");
  // It may be told of the failure a moment later than the client.
  for (int i = 0; i < 2000 && count() == before; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CERTIFY_REQUIRE(test, count() == before + 1, "a failed run reaches the host ",
                  count() - before, " times");
  CERTIFY_CHECK(test,
                sink.errors.back().first == ONNXIFI_STATUS_DEADLINE_EXCEEDED,
                "the host is told ", StatusText(sink.errors.back().first));
  CERTIFY_CHECK(test, sink.problem.empty(), sink.problem);
}

// Standard error goes to a file while a host has a log.
class CapturedError {
 public:
  CapturedError() : file_(::memfd_create("stderr", MFD_CLOEXEC)) {
    saved_ = ::dup(2);
    ::dup2(file_, 2);
  }
  ~CapturedError() {
    ::dup2(saved_, 2);
    ::close(saved_);
    ::close(file_);
  }
  CapturedError(const CapturedError&) = delete;
  CapturedError& operator=(const CapturedError&) = delete;
  off_t size() const { return ::lseek(file_, 0, SEEK_END); }

 private:
  int file_;
  int saved_;
};

void TheHostReceivesTheLog(Test& test) {
  Client11 client(test);
  if (!client.ready() || client.session().model() == nullptr) return;
  Sink& sink = TheSink();
  onnxHostInterface host = {};
  host.log = &Sink::Log;
  host.logContext = &sink;
  if (!Exchange(test, client, host)) return;
  const CapturedError captured;
  const uint64_t properties[] = {ONNXIFI_BACKEND_PROPERTY_LOG_LEVEL,
                                 ONNXIFI_LOG_LEVEL_DEBUG, 0};
  onnxBackend backend = nullptr;
  CERTIFY_STATUS(
      test, test.plugin().onnxInitBackend(client.id(), properties, &backend),
      ONNXIFI_STATUS_SUCCESS, client.LastError());
  CERTIFY_REQUIRE(test, backend != nullptr, "no backend");
  const std::string& model = client.session().model()->bytes;
  for (int i = 0; i < 3; ++i) {
    onnxGraph graph = nullptr;
    CERTIFY_STATUS(
        test,
        test.plugin().onnxInitGraph(backend, nullptr, model.size(),
                                    model.data(), 0, nullptr, &graph),
        ONNXIFI_STATUS_SUCCESS, client.LastError());
    ProbeTensors tensors({2, 3});
    if (client.session().Bind(graph, tensors)) client.session().Run(graph);
    CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, client.LastError());
    CERTIFY_STATUS(test,
                   test.plugin().onnxInitGraph(backend, nullptr, 5, "junk!", 0,
                                               nullptr, &graph),
                   ONNXIFI_STATUS_INVALID_PROTOBUF, "junk");
  }
  CERTIFY_STATUS(test, test.plugin().onnxReleaseBackend(backend),
                 ONNXIFI_STATUS_SUCCESS, client.LastError());
  CERTIFY_CHECK(test, captured.size() == 0, captured.size(),
                " bytes were written to standard error although a host "
                "takes the log");
  const std::lock_guard<std::mutex> lock(sink.mutex);
  CERTIFY_CHECK(test, sink.problem.empty(), sink.problem);
  test.Show("lines of the log", static_cast<double>(sink.lines.size()));
}

// ---- Profiles of runs

struct Profile11 {
  std::mutex mutex;
  int calls = 0;
  std::string problem;
  uint64_t id = 0;
  uint64_t from = 0;
  std::function<void()> then;

  static void ONNXIFI_ABI Take(void* context, uint32_t count,
                               const onnxProfileEvent* events) {
    const uint64_t to = NowNs();
    auto& self = *static_cast<Profile11*>(context);
    if (self.then) self.then();
    const std::lock_guard<std::mutex> lock(self.mutex);
    ++self.calls;
    const auto* at = reinterpret_cast<const std::byte*>(events);
    for (uint32_t i = 0; i < count; ++i, at += events->structSize) {
      const auto& event = *reinterpret_cast<const onnxProfileEvent*>(at);
      if (event.structSize < sizeof(event) ||
          event.structSize != events->structSize) {
        self.problem = StrCat("structSize ", event.structSize);
        return;
      }
      if (event.kind < ONNXIFI_PROFILE_RUN ||
          event.kind > ONNXIFI_PROFILE_PART) {
        self.problem = StrCat("an event of kind ", event.kind);
      }
      if (event.name == nullptr) self.problem = "an event without a name";
      if (event.correlationId != self.id) {
        self.problem =
            StrCat("an event of run ", event.correlationId, ", not ", self.id);
      }
      if (event.startNs < self.from || event.startNs > to ||
          event.durationNs > to - event.startNs) {
        self.problem =
            StrCat("an event from ", event.startNs, " for ", event.durationNs,
                   " ns, in a run from ", self.from, " to ", to);
      }
    }
  }
};

void ProfilesComeOnce(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  for (int i = 0; i < 5; ++i) {
    Told told;
    Profile11 profile;
    int told_before = -1;
    profile.then = [&] { told_before = told.calls(); };
    profile.id = 1000 + static_cast<uint64_t>(i);
    profile.from = NowNs();
    onnxStartRunArguments with = runs.Arguments(&told);
    with.correlationId = profile.id;
    with.profile = &Profile11::Take;
    with.profileContext = &profile;
    CERTIFY_REQUIRE(test, runs.StartTold(with), "no run");
    CERTIFY_REQUIRE(test, told.Wait(), "`done` was not called in 20 seconds");
    const std::lock_guard<std::mutex> lock(profile.mutex);
    CERTIFY_CHECK(test, profile.calls == 1, "`profile` was called ",
                  profile.calls, " times before the end was told");
    CERTIFY_CHECK(test, told_before == 0, "`profile` is called after `done`");
    CERTIFY_CHECK(test, profile.problem.empty(), profile.problem);
    runs.ExpectRight("a run with a profile");
  }
  // A run that has not begun has none.
  Profile11 none;
  onnxStartRunArguments late = runs.Arguments();
  late.deadlineNs = 1;
  late.profile = &Profile11::Take;
  late.profileContext = &none;
  onnxEvent event = runs.Start(late, {runs.Gate()});
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.ExpectEnd(event, ONNXIFI_STATUS_DEADLINE_EXCEEDED, "too late");
  CERTIFY_CHECK(test, none.calls == 0, "a profile of a run that never began");
}

void ProfilesOfValuesComeOnce(Test& test) {
  RunClient runs(test);
  if (!runs.ready() ||
      !runs.client().Offers(runs.client().table().runValues, "runValues")) {
    return;
  }
  const auto values = ListOf(FloatValue("x", {2, 3}, {1, 2, 3, 4, 5, 6}));
  const client::AbiValues abi(values);
  Outputs outputs;
  auto arguments =
      Client11::RunArguments(runs.graph(), {abi.first(), 1}, &outputs);
  Profile11 profile;
  profile.id = arguments.correlationId = 4711;
  profile.from = NowNs();
  arguments.profile = &Profile11::Take;
  arguments.profileContext = &profile;
  CERTIFY_STATUS(test, runs.client().table().runValues(&arguments),
                 ONNXIFI_STATUS_SUCCESS, "a run with a profile");
  const std::lock_guard<std::mutex> lock(profile.mutex);
  CERTIFY_CHECK(test, profile.calls == 1, "`profile` was called ",
                profile.calls, " times");
  CERTIFY_CHECK(test, profile.problem.empty(), profile.problem);
}

void TheHostReceivesTheOtherProfiles(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  Sink& sink = TheSink();
  onnxHostInterface host = {};
  host.trace = &Sink::Trace;
  host.traceContext = &sink;
  if (!Exchange(test, runs.client(), host)) return;
  const auto count = [&] {
    const std::lock_guard<std::mutex> lock(sink.mutex);
    return sink.profiles;
  };
  size_t before = count();
  onnxEvent event = runs.Start(runs.Arguments());
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "a run");
  CERTIFY_CHECK(test, count() == before + 1, "the host receives ",
                count() - before, " profiles of a run of startRun");
  before = count();
  CERTIFY_REQUIRE(test, runs.session().Run(runs.graph()), "no run");
  CERTIFY_CHECK(test, count() == before + 1, "the host receives ",
                count() - before, " profiles of a run of onnxRunGraph");
  before = count();
  Profile11 own;
  own.from = NowNs();
  onnxStartRunArguments with = runs.Arguments();
  with.profile = &Profile11::Take;
  with.profileContext = &own;
  event = runs.Start(with);
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "a run");
  CERTIFY_CHECK(test, own.calls == 1 && own.problem.empty(), own.problem);
  CERTIFY_CHECK(test, count() == before,
                "the host receives the profile of a run that has its own");
  CERTIFY_CHECK(test, sink.problem.empty(), sink.problem);
}

}  // namespace

void AddErrorsTests(TestList* list) {
  std::string at = "interface/errors/";
  list->Add(at + "of_this_thread", {"R-ext-36", "R-ext-37", "R-ext-1"},
            &OfThisThread);
  list->Add(at + "a_refusal_names_its_node", {"R-ext-36"},
            &ARefusalNamesItsNode);
  list->Add(at + "bad_arguments", {"R-ext-36", "R-ext-37"}, &BadArguments);
  at = "interface/host/";
  list->Add(at + "receives_failures", {"R-ext-57"}, &TheHostReceivesFailures);
  list->Add(at + "receives_the_log", {"R-ext-21"}, &TheHostReceivesTheLog);
  list->profile = Profile::kAsync;
  list->Add("interface/errors/of_runs", {"R-ext-36"}, &OfRuns);
  list->Add(at + "receives_failures_of_runs", {"R-ext-57"},
            &TheHostReceivesFailuresOfRuns);
  list->Add(at + "profiles_come_once", {"R-ext-31"}, &ProfilesComeOnce);
  list->Add(at + "profiles_of_values_come_once", {"R-ext-31"},
            &ProfilesOfValuesComeOnce);
  list->Add(at + "receives_the_other_profiles", {"R-ext-58"},
            &TheHostReceivesTheOtherProfiles);
}

}  // namespace onnxifi::conformance
