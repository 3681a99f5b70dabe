#ifndef ONNXIFI_PARTITIONER_MEASURED_COSTS_H_
#define ONNXIFI_PARTITIONER_MEASURED_COSTS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "partitioner/placer.h"

namespace onnxifi::partitioner {

// How a placer comes by measured costs.
struct MeasuredCostsOptions {
  enum class Mode : uint8_t {
    kOff,      // not at all
    kUse,      // those that earlier measurements have kept
    kMissing,  // the same, and measures what they lack
    kAnew,     // measures everything
  };
  Mode mode = Mode::kUse;
  int64_t budget_ns = 2'000'000'000;  // of each device, for measuring
  std::string directory;              // CalibrationDirectory()
  std::function<void(const Device& device, size_t done, size_t all)> progress;
};

// What was measured of one device.
struct CalibratedDevice {
  std::string name;
  size_t measured = 0;   // kinds of nodes
  size_t failed = 0;     // the device did not run them alone
  size_t too_late = 0;   // the time was over
  bool figures = false;  // launch, too
  bool copies = false;   // and copies
  int64_t spent_ns = 0;
};

// Puts measured figures and times into the placer's views of the graph that it
// was asked about. Never fails: `remarks` gets files that are not used and what
// could not be measured or kept. The devices that were measured.
std::vector<CalibratedDevice> UseMeasuredCosts(
    const graph::Graph& graph, const MeasuredCostsOptions& options,
    Placer* placer, std::vector<std::string>* remarks);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_MEASURED_COSTS_H_
