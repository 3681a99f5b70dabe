#ifndef ONNXIFI_CONFORMANCE_STRESS_CROWD_H_
#define ONNXIFI_CONFORMANCE_STRESS_CROWD_H_

#include <cstddef>
#include <functional>
#include <string>

#include "conformance/harness/session.h"

namespace onnxifi::conformance {

// Threads that do the same again and again until their time is over or one of
// them finds something wrong. A test is not thread-safe: they tell in texts.
class Crowd {
 public:
  Crowd(Test& test, int milliseconds)
      : test_(test), milliseconds_(milliseconds) {}

  // Calls `turn(thread, number)` on each thread, at least three times; a text
  // that is not empty fails the test.
  void Run(size_t threads,
           const std::function<std::string(size_t, size_t)>& turn);

 private:
  Test& test_;
  int milliseconds_;
};

// "" when it was done, else what was called and what it returned.
std::string Wrong(onnxStatus status, const char* call);
// A run by one thread, from its gate to the look at its result.
std::string RunAndLook(const Plugin& f, onnxBackend backend, onnxGraph graph,
                       ProbeTensors& tensors, const ProbeModel& model);
std::string BindTo(const Plugin& f, onnxGraph graph, ProbeTensors& tensors);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_STRESS_CROWD_H_
