#ifndef ONNXIFI_CONFORMANCE_STRESS_FAULT_BENCH_H_
#define ONNXIFI_CONFORMANCE_STRESS_FAULT_BENCH_H_

#include <functional>
#include <string>
#include <vector>

#include "conformance/interface/client_1_1.h"

namespace onnxifi::conformance {

// One call, whose allocations fail in turn. The parts run in this order, `call`
// alone while allocations fail: it allocates nothing itself.
struct FaultCall {
  const char* name;
  std::function<void()> prepare;
  std::function<onnxStatus()> call;
  // Gives back what came, and tells what is wrong with it; empty: nothing.
  std::function<std::string(onnxStatus)> finish;
  // Whether the interface has a code for it that says "no memory"; releases and
  // the like have none.
  bool has_code = true;
};

// A client in a process whose allocations can fail. What is prepared once is
// here. Thread-compatible.
class FaultBench {
 public:
  explicit FaultBench(Test& test);
  ~FaultBench();
  FaultBench(const FaultBench&) = delete;
  FaultBench& operator=(const FaultBench&) = delete;

  bool ready() const { return ready_; }
  // All of the functions of 1.0, and of 1.1 those that the backend has.
  std::vector<FaultCall> Calls();
  // Whether the backend does its work as before; else what is wrong.
  std::string Broken();

 private:
  void AddQuestions(std::vector<FaultCall>* calls);
  void AddObjects(std::vector<FaultCall>* calls);
  void AddReleases(std::vector<FaultCall>* calls);
  void AddRuns(std::vector<FaultCall>* calls);
  void AddModels11(std::vector<FaultCall>* calls);
  void AddRuns11(std::vector<FaultCall>* calls);
  void AddMemory11(std::vector<FaultCall>* calls);

  const Plugin& f() const { return test_.plugin(); }
  onnxBackend backend() { return client_.session().backend(); }
  const std::string& model() { return client_.session().model()->bytes; }
  void SetDescriptors();
  std::string EndOfRun(onnxStatus accepted);

  Test& test_;
  Client11 client_;
  ProbeTensors tensors_{{2, 3}};
  ProbeTensors check_{{2, 3}, 9};
  onnxTensorDescriptorV1 x_ = {};
  onnxTensorDescriptorV1 y_ = {};
  onnxGraph graph_ = nullptr;  // bound to tensors_
  onnxGraph other_ = nullptr;  // bound to check_: what Broken() runs
  bool ready_ = false;
  // What a call makes or uses.
  onnxBackend made_backend_ = nullptr;
  onnxGraph made_graph_ = nullptr;
  onnxEvent event_ = nullptr;
  onnxEvent output_ = nullptr;
  onnxStatus ended_ = ONNXIFI_STATUS_SUCCESS;
  onnxMemory memory_ = {};
  std::vector<char> bytes_;
};

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_STRESS_FAULT_BENCH_H_
