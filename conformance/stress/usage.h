#ifndef ONNXIFI_CONFORMANCE_STRESS_USAGE_H_
#define ONNXIFI_CONFORMANCE_STRESS_USAGE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace onnxifi::conformance {

// What this process holds.
struct Usage {
  int64_t heap = 0;      // bytes in use of the process's malloc: exact
  int64_t resident = 0;  // bytes
  int64_t address = 0;   // bytes of address space
  int64_t files = 0;     // open descriptors
  int64_t threads = 0;
};
Usage UsageNow();

// How many cycles are made, and how they are judged.
struct GrowthPlan {
  int windows = 9;
  double seconds = 0.6;  // for all windows together, about
  int least = 12;        // cycles in a window
  int most = 150;
};

// What a cycle costs for ever.
struct Growth {
  std::string leak;  // what grows; empty: nothing
  int cycles = 0;    // of one round
  double heap_per_cycle = 0;
};

// Calls `cycle` until it is warm, then in windows of equal length, and looks at
// the medians of what they add. Growth must be there again in a second round:
// caches are filled by then. `cycle` returns false to end it all, when the test
// has failed.
Growth MeasureGrowth(const std::function<bool()>& cycle,
                     const GrowthPlan& plan);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_STRESS_USAGE_H_
