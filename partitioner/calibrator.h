#ifndef ONNXIFI_PARTITIONER_CALIBRATOR_H_
#define ONNXIFI_PARTITIONER_CALIBRATOR_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "partitioner/calibration.h"
#include "partitioner/graph_problem.h"
#include "partitioner/timed_graph.h"

namespace onnxifi::partitioner {

// How a measurement of one device went.
struct CalibrationResult {
  Calibration measured;
  size_t failed = 0;    // kinds of nodes that the device did not run alone
  size_t too_late = 0;  // kinds for which there was no time left
  Status figures;       // why launch and copies could not be measured
};

// Measures what a device takes: for a launch, for copies, and for the nodes of
// a graph that it runs, equal ones once and what is estimated to take most
// first. The processor should have nothing else to do. One thread at a time.
class Calibrator {
 public:
  // `keys` are the graph's; `view` is what the device says of its nodes. All
  // of it outlives the object.
  Calibrator(Device& device, const graph::Graph& graph,
             const std::vector<std::string>& keys, const DeviceView& view)
      : device_(device), graph_(graph), keys_(keys), view_(view) {}

  using Progress = std::function<void(size_t done, size_t all)>;
  // Measures what `known` lacks until the budget is spent; the node that is
  // being measured then is finished, whatever it takes.
  CalibrationResult Measure(const Calibration& known, int64_t budget_ns,
                            const Progress& progress);

 private:
  struct Kind {
    std::string key;
    size_t node = 0;  // the first of them
    Ns estimate = 0;  // of all of them
  };

  std::vector<Kind> Kinds(const Calibration& known) const;
  Status MeasureFigures(Calibration* measured);
  Result<Ns> MeasureNode(size_t node);
  Result<double> Overhead(TimedGraph::Way way);

  Device& device_;
  const graph::Graph& graph_;
  const std::vector<std::string>& keys_;
  const DeviceView& view_;
  DeviceFigures figures_;
  std::optional<double> values_overhead_;
};

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_CALIBRATOR_H_
