#ifndef ONNXIFI_CONFORMANCE_RUNNER_RUNNER_H_
#define ONNXIFI_CONFORMANCE_RUNNER_RUNNER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "conformance/runner/record.h"
#include "conformance/runner/suite.h"
#include "conformance/runner/worker.h"

namespace onnxifi::conformance {

struct RunnerOptions {
  WorkOrder order;  // without tests
  int jobs = 1;
  // Times the limits of the tests: more than 1 for slow machines.
  double time_factor = 1;
  size_t memory_limit = size_t{8} << 30;  // resident bytes of one worker
};

// Runs `tests` in worker processes, those of one group in one as long as
// nothing goes wrong. A test that crashes, hangs or eats the memory costs only
// itself: a new worker goes on behind it. Calls `done` once for each, in the
// order of ending; EXCLUDED are those of profiles that are not claimed. Fails
// when no process can be started, or `done` does.
Status RunTests(const std::vector<TestInfo>& tests,
                const VendorProfile& profile, const RunnerOptions& options,
                const std::function<Status(const Record&)>& done);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_RUNNER_RUNNER_H_
