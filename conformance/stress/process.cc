// The process is the host's: a library is a guest.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "base/model_builder.h"
#include "client/abi_value.h"
#include "conformance/interface/runs.h"
#include "conformance/runner/suite.h"
#include "conformance/stress/inner.h"
#include "conformance/stress/process_state.h"

namespace onnxifi::conformance {
namespace {

using Step = std::function<void(const char* call)>;

// A session from its first call to its last; `step` is told after each call
// what it was. Works without a run when the backend takes no model of ours.
void WholeSession(Test& test, const Step& step) {
  const Plugin& f = test.plugin();
  size_t count = 0;
  Ignore(f.onnxGetBackendIDs(nullptr, &count));
  step("onnxGetBackendIDs");
  Session session(test);
  if (!session.ready()) return;
  for (int selector = 0; selector < 50; ++selector) {
    char value[4096];
    size_t size = sizeof(value);
    Ignore(f.onnxGetBackendInfo(session.id(), selector, value, &size));
  }
  step("onnxGetBackendInfo");
  if (session.model() == nullptr) return;
  step("onnxGetBackendCompatibility");
  if (session.backend() == nullptr) return;
  step("onnxInitBackend");
  onnxEvent gate = session.NewEvent();
  step("onnxInitEvent");
  onnxGraph graph = session.NewGraph(session.model()->bytes);
  step("onnxInitGraph");
  ProbeTensors tensors({2, 3});
  if (graph == nullptr || gate == nullptr || !session.Bind(graph, tensors)) {
    return;
  }
  step("onnxSetGraphIO");
  onnxEvent done = session.Start(graph, gate);
  step("onnxRunGraph");
  Ignore(f.onnxSignalEvent(gate));
  step("onnxSignalEvent");
  Ignore(f.onnxWaitEvent(done));
  step("onnxWaitEvent");
  onnxEventState state = 0;
  Ignore(f.onnxGetEventState(done, &state));
  step("onnxGetEventState");
  for (onnxEvent event : {gate, done}) {
    session.DisownEvent(event);
    Ignore(f.onnxReleaseEvent(event));
  }
  step("onnxReleaseEvent");
  session.DisownGraph(graph);
  Ignore(f.onnxReleaseGraph(graph));
  step("onnxReleaseGraph");
  onnxBackend backend = session.backend();
  session.DisownBackend(backend);
  Ignore(f.onnxReleaseBackend(backend));
  step("onnxReleaseBackend");
}

// Calls that fail, of every function.
void FailingSession(Test& test, const Step& step) {
  const Plugin& f = test.plugin();
  Session session(test);
  if (!session.ready() || session.backend() == nullptr) return;
  onnxBackend backend = nullptr;
  onnxGraph graph = nullptr;
  onnxEvent event = nullptr;
  onnxEventState state = 0;
  size_t size = 0;
  Ignore(f.onnxGetBackendIDs(nullptr, nullptr));
  step("onnxGetBackendIDs that fails");
  Ignore(f.onnxGetBackendInfo(session.id(), 12345, nullptr, &size));
  step("onnxGetBackendInfo that fails");
  const std::string junk(100, '\xff');
  Ignore(f.onnxGetBackendCompatibility(session.id(), junk.size(), junk.data()));
  step("onnxGetBackendCompatibility that fails");
  const uint64_t unknown[] = {0x7fffffff, 1, 0};
  Ignore(f.onnxInitBackend(session.id(), unknown, &backend));
  step("onnxInitBackend that fails");
  Ignore(f.onnxInitGraph(session.backend(), nullptr, junk.size(), junk.data(),
                         0, nullptr, &graph));
  step("onnxInitGraph that fails");
  Ignore(f.onnxInitEvent(nullptr, &event));
  Ignore(f.onnxSignalEvent(nullptr));
  Ignore(f.onnxWaitEvent(nullptr));
  Ignore(f.onnxGetEventState(nullptr, &state));
  Ignore(f.onnxReleaseEvent(nullptr));
  Ignore(f.onnxReleaseGraph(nullptr));
  Ignore(f.onnxReleaseBackend(nullptr));
  Ignore(f.onnxReleaseBackendID(nullptr));
  step("calls without handles");
}

// Runs of interface 1.1, where the backend has it.
void Session11(Test& test, const Step& step) {
  RunClient runs(test);
  if (!runs.ready()) return;
  Client11& client = runs.client();
  Told told;
  onnxStartRunArguments with = runs.Arguments(&told);
  with.deadlineNs = InMs(3600 * 1000);
  if (!runs.StartTold(with) || !told.Wait()) return;
  step("startRun");
  onnxStartRunArguments late = runs.Arguments();
  late.deadlineNs = 1;
  onnxEvent stopped = runs.Start(late);
  step("startRun whose deadline has passed");
  if (stopped != nullptr) Ignore(test.plugin().onnxWaitEvent(stopped));
  if (client.table().runValues != nullptr) {
    client.RunsProbe(runs.graph(), "on values");
    step("runValues");
  }
  if (client.table().queryGraph != nullptr) {
    auto query = New<onnxQueryGraphArguments>();
    query.backendID = client.id();
    query.onnxModel = runs.model().bytes.data();
    query.onnxModelSize = runs.model().bytes.size();
    query.receive = [](void*, uint32_t, const onnxNodeSupport*) {
      return onnxStatus{ONNXIFI_STATUS_SUCCESS};
    };
    Ignore(client.table().queryGraph(&query));
    step("queryGraph");
  }
}

void LeavesNoTrace(Test& test, void (*session)(Test&, const Step&)) {
  const std::string fresh = ProcessState::NotFresh();
  CERTIFY_CHECK(test, fresh.empty(),
                "loading the plugin has changed the process: ", fresh);
  ProcessState before = ProcessState::Now();
  for (int round = 0; round < 2; ++round) {
    session(test, [&](const char* call) {
      ProcessState now = ProcessState::Now();
      const std::string changed = before.ChangedTo(now);
      CERTIFY_CHECK(test, changed.empty(), call, " leaves a trace: ", changed);
      before = std::move(now);
    });
    const std::string changed = before.ChangedTo(ProcessState::Now());
    CERTIFY_CHECK(test, changed.empty(),
                  "the end of a session leaves a trace: ", changed);
  }
}

// A library that is not at home must not tidy up: what the host has set stays.
void KeepsWhatTheHostHasSet(Test& test) {
  Session warm(test);
  if (!warm.ready()) return;
#if defined(__x86_64__)
  const unsigned saved = __builtin_ia32_stmxcsr();
  for (const unsigned mode : {0x8040u, 0x6000u, 0xe040u}) {
    __builtin_ia32_ldmxcsr((saved & ~0xe040u) | mode);
    ProcessState before = ProcessState::Now();
    std::string changed;
    const char* at = "";
    // Exact numbers come out right in every mode.
    WholeSession(test, [&](const char* call) {
      const std::string now = before.ChangedTo(ProcessState::Now());
      if (changed.empty() && !now.empty()) {
        changed = now;
        at = call;
      }
    });
    __builtin_ia32_ldmxcsr(saved);
    CERTIFY_CHECK(
        test, changed.empty(), at,
        " does not keep the floating-point mode of the host: ", changed);
  }
#else
  test.Count();
#endif
}

// ---- Output

// A standard stream that goes to a file for a while.
class Captured {
 public:
  explicit Captured(int fd)
      : fd_(fd), file_(::memfd_create("stream", MFD_CLOEXEC)) {
    std::fflush(nullptr);
    saved_ = ::dup(fd);
    ::dup2(file_, fd);
  }
  ~Captured() {
    std::fflush(nullptr);
    ::dup2(saved_, fd_);
    ::close(saved_);
    ::close(file_);
  }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;
  std::string Text() const {
    std::fflush(nullptr);
    std::string text(400, '\0');
    const ssize_t got = ::pread(file_, text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return text;
  }

 private:
  int fd_;
  int file_;
  int saved_ = -1;
};

void PrintsNothing(Test& test) {
  const Captured captured(STDOUT_FILENO);
  std::string printed;
  for (const auto session : {&WholeSession, &FailingSession, &Session11}) {
    session(test, [&](const char* call) {
      if (!printed.empty()) return;
      const std::string text = captured.Text();
      if (!text.empty()) printed = StrCat(call, " writes '", text, "'");
    });
  }
  if (printed.empty() && !captured.Text().empty()) {
    printed = StrCat("the end of a session writes '", captured.Text(), "'");
  }
  CERTIFY_CHECK(test, printed.empty(), "to standard output: ", printed);
}

// A host without standard streams: what a library opens takes their numbers,
// and nothing may be written there.
void WithoutStandardStreams(Test& test) {
  constexpr const char* kName = "stress/process_streams/without_streams";
  if (InnerTask() == "closed") {
    for (const int fd : {0, 1, 2}) ::close(fd);
    WholeSession(test, [](const char*) {});
    return;
  }
  const Inner inner = RunInner(test, kName, "closed");
  CERTIFY_REQUIRE(test, inner.started, inner.end);
  CERTIFY_CHECK(test, inner.finished && inner.failures.empty(),
                "a session without standard streams ends with ", inner.end,
                inner.failures.empty() ? "" : inner.failures[0].text);
}

// ---- Exceptions

void NothingIsThrown(Test& test) {
  std::string thrown;
  const char* last = "the first call";
  for (const auto session : {&WholeSession, &FailingSession, &Session11}) {
    try {
      session(test, [&](const char* call) { last = call; });
    } catch (...) {
      thrown = StrCat("an exception leaves the plugin after ", last);
    }
  }
  CERTIFY_CHECK(test, thrown.empty(), thrown);
}

// ---- The end of the process

void ExpectCleanExit(Test& test, const std::string& name,
                     const std::string& task, const char* what) {
  const Inner inner = RunInner(test, name, task);
  CERTIFY_REQUIRE(test, inner.started, inner.end);
  CERTIFY_CHECK(test, inner.Told("ready"), what, ": the process ended with ",
                inner.end, " before its time: ", inner.log);
  if (!inner.Told("ready")) return;
  CERTIFY_CHECK(test, !inner.timed_out, what,
                ": the process is not over 20 seconds after exit");
  CERTIFY_CHECK(test, inner.timed_out || inner.end == "exit code 7", what,
                ": exit(7) ends with ", inner.end, ": ", inner.log);
}

void ExitWhenAllIsReleased(Test& test) {
  if (InnerTask() == "released") {
    WholeSession(test, [](const char*) {});
    Session11(test, [](const char*) {});
    Tell("ready");
    ::exit(7);
  }
  ExpectCleanExit(test, "stress/process_exit/all_is_released", "released",
                  "all was released");
}

// The program ends in the middle: its objects are still there.
void ExitWhenNothingIsReleased(Test& test) {
  constexpr const char* kName = "stress/process_exit/nothing_is_released";
  if (InnerTask() == "live" || InnerTask() == "gated") {
    auto* const session = new Session(test);
    auto* const tensors = new ProbeTensors({2, 3});
    if (!session->ready() || session->model() == nullptr) return;
    onnxGraph graph = session->NewGraph(session->model()->bytes);
    if (graph == nullptr || !session->Bind(graph, *tensors) ||
        !session->Run(graph)) {
      return;
    }
    if (InnerTask() == "gated" &&
        session->Start(graph, session->NewEvent()) == nullptr) {
      return;
    }
    Tell("ready");
    ::exit(7);
  }
  ExpectCleanExit(test, kName, "live", "nothing was released");
  ExpectCleanExit(test, kName, "gated", "a run waits for its gate");
}

// Runs go on when the program ends.
void ExitDuringRuns(Test& test) {
  constexpr const char* kName = "stress/process_exit/during_runs";
  if (InnerTask() == "running") {
    auto* const session = new Session(test);
    if (!session->ready() || session->model() == nullptr) return;
    constexpr uint64_t kRows = 512;
    auto* const x = new std::vector<float>(kRows * 1024, 1);
    auto* const y = new std::vector<float>(kRows * 1024, 0);
    onnxGraph graph = session->NewGraph(
        MakeProbe(session->model()->op, {kRows, 1024}, /*nodes=*/200));
    if (graph == nullptr) return;
    const uint64_t shape[] = {kRows, 1024};
    const auto in = Describe("x", ONNXIFI_DATATYPE_FLOAT32, shape, x->data());
    const auto out = Describe("y", ONNXIFI_DATATYPE_FLOAT32, shape, y->data());
    if (test.plugin().onnxSetGraphIO(graph, 1, &in, 1, &out) !=
        ONNXIFI_STATUS_SUCCESS) {
      return;
    }
    onnxEvent gate = session->NewSignalledEvent();
    for (int i = 0; i < 3; ++i) session->Start(graph, gate);
    Tell("ready");
    ::exit(7);
  }
  ExpectCleanExit(test, kName, "running", "runs go on");
}

// ---- fork, and unloading

void TheHostForks(Test& test) {
  Session session(test);
  if (!session.ready() || session.model() == nullptr) return;
  onnxGraph graph = session.NewGraph(session.model()->bytes);
  ProbeTensors tensors({2, 3});
  if (graph == nullptr || !session.Bind(graph, tensors)) return;
  for (int i = 0; i < 20; ++i) {
    // Also while runs are on their way.
    onnxEvent gate = session.NewSignalledEvent();
    onnxEvent done = session.Start(graph, gate);
    const pid_t child = ::fork();
    if (child == 0) {
      // The child of a program with threads may do nothing but this.
      if (i % 2 == 0) ::_exit(5);
      ::execl("/bin/sh", "sh", "-c", "exit 5", nullptr);
      ::_exit(6);
    }
    CERTIFY_REQUIRE(test, child > 0, "fork");
    int status = 0;
    ::waitpid(child, &status, 0);
    CERTIFY_CHECK(test, WIFEXITED(status) && WEXITSTATUS(status) == 5,
                  "a forked child ends with ", status);
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(done),
                   ONNXIFI_STATUS_SUCCESS, "a run during a fork");
    CERTIFY_CHECK(test, tensors.Wrong(*session.model()).empty(),
                  tensors.Wrong(*session.model()));
    tensors.y.Poison();
    for (onnxEvent event : {gate, done}) {
      session.DisownEvent(event);
      CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(event),
                     ONNXIFI_STATUS_SUCCESS, "after a fork");
    }
  }
  session.DisownGraph(graph);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(graph),
                 ONNXIFI_STATUS_SUCCESS, "after forks");
}

// Uses the plugin, closes it, and loads it again, in turn; tells what is wrong,
// or "ready".
void UnloadAndLoad(const Test& test, const char* name) {
  Environment environment = test.environment();
  const std::string path = environment.plugin.path();
  for (int round = 0; round < 3; ++round) {
    Test again(environment, name);
    WholeSession(again, [](const char*) {});
    if (again.failed()) return Tell(again.reason());
    if (::dlclose(environment.plugin.library()) != 0) {
      return Tell("dlclose fails");
    }
    // Threads that still run its code would do so now.
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    Result<Plugin> loaded = Plugin::Open(path);
    if (!loaded.ok()) return Tell(loaded.status().message());
    environment.plugin = std::move(loaded.value());
  }
  if (::dlclose(environment.plugin.library()) != 0) {
    return Tell("dlclose fails");
  }
  Tell("ready");
}

// lets clients close what they opened, when all is released.
void MayBeUnloaded(Test& test) {
  constexpr const char* kName = "stress/process_unload/and_loaded_again";
  if (InnerTask() == "unload") {
    UnloadAndLoad(test, kName);
    ::exit(7);
  }
  const Inner inner = RunInner(test, kName, "unload");
  CERTIFY_REQUIRE(test, inner.started, inner.end);
  for (const std::string& line : inner.lines) {
    CERTIFY_CHECK(test, line == "ready", "unloaded and loaded again: ", line);
  }
  CERTIFY_CHECK(test, inner.Told("ready") && inner.end == "exit code 7",
                "a process that unloads the plugin ends with ", inner.end, ": ",
                inner.log);
}

}  // namespace

// Each in a process of its own, which the group makes: what was done before is
// seen by no other.
void AddProcessTests(TestList* list) {
  list->Add("stress/process_state/leaves_no_trace", {"R-286"},
            [](Test& test) { LeavesNoTrace(test, &WholeSession); });
  list->Add("stress/process_state_failures/leaves_no_trace", {"R-286"},
            [](Test& test) { LeavesNoTrace(test, &FailingSession); });
  list->Add("stress/process_mode/keeps_what_the_host_has_set", {"R-286"},
            &KeepsWhatTheHostHasSet);
  list->Add("stress/process_output/prints_nothing", {"R-287"}, &PrintsNothing);
  list->Add("stress/process_streams/without_streams", {"R-287"},
            &WithoutStandardStreams);
  list->Add("stress/process_throw/nothing_is_thrown", {"R-286"},
            &NothingIsThrown);
  list->Add("stress/process_fork/the_host_forks", {}, &TheHostForks);
  list->seconds = 60;
  list->Add("stress/process_exit/all_is_released", {}, &ExitWhenAllIsReleased);
  list->Add("stress/process_exit/nothing_is_released", {},
            &ExitWhenNothingIsReleased);
  list->Add("stress/process_exit/during_runs", {}, &ExitDuringRuns);
  list->Add("stress/process_unload/and_loaded_again", {"R-274"},
            &MayBeUnloaded);
  list->profile = Profile::kAsync;
  list->Add("stress/process_state_11/leaves_no_trace", {"R-286"},
            [](Test& test) { LeavesNoTrace(test, &Session11); });
}

}  // namespace onnxifi::conformance
