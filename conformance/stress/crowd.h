#ifndef ONNXIFI_CONFORMANCE_STRESS_CROWD_H_
#define ONNXIFI_CONFORMANCE_STRESS_CROWD_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "conformance/harness/session.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {

// How many threads most tests have.
inline constexpr size_t kThreads = 6;

// A session of a backend that may be used from any thread.
class SafeSession {
 public:
  explicit SafeSession(Test& test) : session_(test) {
    if (!session_.ready() || session_.model() == nullptr ||
        session_.backend() == nullptr) {
      return;
    }
    ready_ = (session_.InfoNumber(ONNXIFI_BACKEND_CAPABILITIES, 0) &
              ONNXIFI_CAPABILITY_THREAD_SAFE) != 0;
    if (!ready_) test.Unsupported("the backend is not THREAD_SAFE");
  }
  bool ready() const { return ready_; }
  Session& operator*() { return session_; }
  Session* operator->() { return &session_; }

 private:
  Session session_;
  bool ready_ = false;
};

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

// A test that takes about as long as it is told.
struct CrowdTest {
  const char* name;
  std::vector<std::string> requirements;
  void (*function)(Test& test, int milliseconds);
};
// Each in a quick and in a long form.
void AddCrowdTests(TestList* list, const std::vector<CrowdTest>& tests);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_STRESS_CROWD_H_
