#include "tests/sim/sim_time.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/futex.h"

namespace onnxifi::sim {
namespace {

// A thread that sleeps wakes up at most so much late.
constexpr int64_t kSleepErrorNs = 300'000;
constexpr double kMostNs = 3600e9;

}  // namespace

void WaitUntil(int64_t deadline_ns) {
  const int64_t left = deadline_ns - NowNs();
  if (left > kSleepErrorNs) {
    std::this_thread::sleep_for(std::chrono::nanoseconds(left - kSleepErrorNs));
  }
  while (NowNs() < deadline_ns) CpuPause();
}

int64_t Nanoseconds(double fixed_ns, uint64_t bytes, uint64_t bandwidth) {
  double ns = fixed_ns;
  if (bandwidth > 0) {
    ns += static_cast<double>(bytes) / static_cast<double>(bandwidth) * 1e9;
  }
  return static_cast<int64_t>(std::min(ns, kMostNs));
}

}  // namespace onnxifi::sim
