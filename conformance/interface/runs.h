#ifndef ONNXIFI_CONFORMANCE_INTERFACE_RUNS_H_
#define ONNXIFI_CONFORMANCE_INTERFACE_RUNS_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "conformance/interface/client_1_1.h"

namespace onnxifi::conformance {

// What a client is told of the end of a run, and how often. Thread-safe.
class Told {
 public:
  static void ONNXIFI_ABI Done(void* context, uint64_t id, onnxStatus status);
  // Called by Done before anybody who waits is woken.
  std::function<void()> then;

  // Waits for the first call; false after 20 seconds.
  bool Wait();
  int calls() const;
  onnxStatus status() const;
  uint64_t id() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int calls_ = 0;
  onnxStatus status_ = -1;
  uint64_t id_ = 0;
};

// A client of startRun: a graph of the probe model whose memory is bound.
class RunClient {
 public:
  explicit RunClient(Test& test);
  // What a test has started behind its gates ends before the graph goes.
  ~RunClient();
  RunClient(const RunClient&) = delete;
  RunClient& operator=(const RunClient&) = delete;

  bool ready() const { return ready_; }
  Client11& client() { return client_; }
  Session& session() { return client_.session(); }
  const ProbeModel& model() { return *client_.session().model(); }
  onnxGraph graph() const { return graph_; }
  ProbeTensors& tensors() { return tensors_; }

  // Of the graph, with nothing else.
  onnxStartRunArguments Arguments() const;
  // The same, told.
  onnxStartRunArguments Arguments(Told* told) const;
  // Starts it behind `waits` with an event, which the session releases; NULL:
  // the test has failed.
  onnxEvent Start(onnxStartRunArguments arguments,
                  const std::vector<onnxEvent>& waits = {});
  // Starts without an event; told must be there.
  bool StartTold(onnxStartRunArguments arguments,
                 const std::vector<onnxEvent>& waits = {});
  // Status of a call that must not start a run.
  onnxStatus Refused(onnxStartRunArguments arguments, const char* what);

  onnxEventState State(onnxEvent event);
  // An event that is signalled at the end at the latest.
  onnxEvent Gate();
  void Signal(onnxEvent event);
  // The end of a run by its event.
  void ExpectEnd(onnxEvent event, onnxStatus wanted, const char* what);
  // The output of the graph is right, and is poison again.
  void ExpectRight(const char* what);
  void ExpectUntouched(const char* what);

 private:
  Test& test_;
  Client11 client_;
  ProbeTensors tensors_;
  onnxGraph graph_ = nullptr;
  std::vector<onnxEvent> gates_;
  bool ready_ = false;
};

// A run that takes long enough to be stopped in its middle.
class LongRun {
 public:
  // Builds graphs until one takes at least 60 ms. Needs a ready client.
  explicit LongRun(Test& test, RunClient& runs);
  // Waits for the runs, and releases the graph before its memory goes.
  ~LongRun();
  LongRun(const LongRun&) = delete;
  LongRun& operator=(const LongRun&) = delete;

  // False: the backend is too fast, or the test has failed.
  bool ready() const { return ready_; }
  onnxGraph graph() const { return graph_; }
  uint64_t duration_ns() const { return duration_ns_; }

 private:
  bool Measure();
  void Release();

  Test& test_;
  RunClient& runs_;
  onnxGraph graph_ = nullptr;
  std::vector<float> x_;
  std::vector<float> y_;
  uint64_t duration_ns_ = 0;
  bool ready_ = false;
};

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_INTERFACE_RUNS_H_
