#ifndef ONNXIFI_CONFORMANCE_STRESS_INNER_H_
#define ONNXIFI_CONFORMANCE_STRESS_INNER_H_

#include <string>
#include <string_view>
#include <vector>

#include "conformance/harness/test.h"

namespace onnxifi::conformance {

// A test that needs a process of its own starts its own name again in another
// worker. There InnerTask() is not empty, and tells the part to be played.
//
//   if (InnerTask() == "exit") { ...; Tell("ok"); ::exit(0); }
//   const Inner inner = RunInner(test, name, "exit");

std::string_view InnerTask();
// A line for the outer test.
void Tell(const std::string& line);

struct Inner {
  bool started = false;
  bool timed_out = false;
  std::string end;                 // "exit code 0", "signal 11 (...)"
  std::vector<std::string> lines;  // what it told
  std::vector<Failure> failures;   // of its checks, when it ran to its end
  bool finished = false;           // it did
  bool leak = false;               // its outcome
  std::string log;                 // standard error, for people
  bool Told(std::string_view line) const;
};

// Runs `name` as a worker with a task, at most `seconds`. `variables` are
// "NAME=VALUE".
Inner RunInner(const Test& test, const std::string& name,
               const std::string& task, int seconds = 20,
               std::vector<std::string> variables = {});

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_STRESS_INNER_H_
