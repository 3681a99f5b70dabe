#ifndef ONNXIFI_BASE_CPU_COUNT_H_
#define ONNXIFI_BASE_CPU_COUNT_H_

#include <string_view>

namespace onnxifi {

// Threads that this process can keep busy at once: the cores of its affinity
// mask, cut to the CPU quota of its control group. At least 1.
int AvailableCpus();

// Whole CPUs of a cgroup v2 "cpu.max" text ("200000 100000" is 2), rounded
// up; 0 when there is no limit or the text is not understood.
int CpusOfQuota(std::string_view cpu_max);

// Value of an environment variable that must be a number in [low, high];
// `fallback` when it is unset or anything else.
int EnvInt(const char* name, int low, int high, int fallback);

}  // namespace onnxifi

#endif  // ONNXIFI_BASE_CPU_COUNT_H_
