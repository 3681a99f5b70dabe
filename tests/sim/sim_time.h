#ifndef ONNXIFI_TESTS_SIM_SIM_TIME_H_
#define ONNXIFI_TESTS_SIM_SIM_TIME_H_

#include <cstdint>

namespace onnxifi::sim {

// Comes back at this time of NowNs(), or a little later.
void WaitUntil(int64_t deadline_ns);

// `fixed_ns` and the time of so many bytes, at most an hour. A bandwidth of 0
// costs nothing.
int64_t Nanoseconds(double fixed_ns, uint64_t bytes, uint64_t bandwidth);

}  // namespace onnxifi::sim

#endif  // ONNXIFI_TESTS_SIM_SIM_TIME_H_
