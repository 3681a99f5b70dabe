#include "conformance/stress/inner.h"

#include <poll.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/str_cat.h"
#include "conformance/runner/record.h"
#include "conformance/runner/worker.h"
#include "conformance/runner/worker_process.h"

namespace onnxifi::conformance {
namespace {

// In front of the lines that Tell sends.
constexpr std::string_view kTold = "T ";

void Take(const std::string& line, Inner* inner) {
  if (line.rfind(kTold, 0) == 0) {
    inner->lines.push_back(line.substr(kTold.size()));
  } else if (line == "D") {
    inner->finished = true;
  } else if (line.rfind("E ", 0) == 0) {
    inner->failures.push_back({"worker", line.substr(2)});
  } else if (const Result<Record> record = ParseRecord(line); record.ok()) {
    inner->failures = record.value().failures;
    inner->leak = record.value().outcome == Outcome::LEAK;
    if (!Certifies(record.value().outcome) && inner->failures.empty()) {
      inner->failures.push_back({"worker", record.value().reason});
    }
  }
}

}  // namespace

std::string_view InnerTask() {
  const char* const task = ::secure_getenv("ONNXIFI_CERTIFY_TASK");
  return task == nullptr ? "" : task;
}

void Tell(const std::string& line) { SendLine(StrCat(kTold, line)); }

bool Inner::Told(std::string_view line) const {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

Inner RunInner(const Test& test, const std::string& name,
               const std::string& task, int seconds,
               std::vector<std::string> variables) {
  Inner inner;
  WorkOrder order;
  order.plugin = test.plugin().path();
  order.backend = test.environment().backend;
  order.seed = test.environment().seed;
  order.tests = {name};
  variables.push_back(StrCat("ONNXIFI_CERTIFY_TASK=", task));
  Result<WorkerProcess> started = WorkerProcess::Start(order, variables);
  if (!started.ok()) {
    inner.end = started.status().message();
    return inner;
  }
  inner.started = true;
  WorkerProcess& process = started.value();
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      inner.timed_out = true;
      break;
    }
    pollfd poll = {process.fd(), POLLIN, 0};
    const int ready = ::poll(&poll, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) continue;
    std::vector<std::string> lines;
    const bool more = process.Read(&lines);
    for (const std::string& line : lines) Take(line, &inner);
    if (!more) break;
  }
  inner.end = inner.timed_out ? "it does not end" : process.Stop();
  if (process.forged()) {
    inner.end = "something else has written into the pipe of the results";
  }
  inner.log = process.Log();
  return inner;
}

}  // namespace onnxifi::conformance
